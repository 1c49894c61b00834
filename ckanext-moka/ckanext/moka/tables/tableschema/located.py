"""Judge the tables that were located in a file, wherever they stand: row and column numbers stay those of the sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..model import Source, Table
from .descriptor import load
from .engine import TableResult, judge_opened
from .opening import open_table
from .pieces import Coded, Piece
from .values import Interner

__all__ = ["DESCRIPTORS", "Judged", "descriptor_path", "judge_located"]

DESCRIPTORS = (".json", ".yaml", ".yml")


@dataclass
class Judged:
    """What a descriptor says of one located table; ``problems`` are frictionless's errors of the descriptor itself."""

    table: Table | None
    result: TableResult | None
    fields: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def descriptor_path(schema: str | Path | None) -> Path | None:
    """Return the path when ``schema`` names a descriptor file rather than a standard dataset."""
    if schema is None:
        return None
    path = Path(schema)
    return path if path.suffix.lower() in DESCRIPTORS and path.is_file() else None


def judge_located(tables: list[Table], descriptor: Path, source: Source) -> list[Judged]:
    """Judge the located tables by a Table Schema, a resource or a data package; nothing is raised for its faults.

    A Table Schema (and a package with one resource) is for the largest table. In a package with several, tables are
    told by the names of file and sheet.
    """
    from frictionless import FrictionlessException

    try:
        data, folder = load(descriptor)
        pairs = _pairs(tables, data, folder, source)
    except FrictionlessException as error:
        return [Judged(None, None, problems=[item.to_descriptor() for item in error.to_errors()])]
    except ValueError as error:
        return [Judged(None, None, problems=[{"type": "json", "note": str(error), "message": str(error)}])]
    interner = Interner()
    return [_one(table, resource, interner) for table, resource in pairs]


def _pairs(
    tables: list[Table], data: dict[str, Any], folder: Path | None, source: Source
) -> list[tuple[Table, Any]]:
    from frictionless import Package, Resource, Schema
    from frictionless.resources import TableResource

    ranked = sorted(tables, key=lambda t: len(t.data_rows) * len(t.columns), reverse=True)[:1]
    if "resources" in data:
        package = Package.from_descriptor(data, basepath=str(folder) if folder else None)
        package.to_descriptor(validate=True)
        tabular = [r for r in package.resources if isinstance(r, TableResource)]
        named = [r for r in tabular if r.path and Path(r.path).name == source.name]
        by_sheet = [
            (t, r) for t in tables for r in named if len(named) > 1 and _sheet(r) in (t.sheet.name, None)
        ]
        if by_sheet:
            return by_sheet
        chosen = named[:1] or tabular[:1]
        return [(table, resource) for table in ranked for resource in chosen]
    if "path" in data or "data" in data:
        resource = Resource.from_descriptor(data, basepath=str(folder) if folder else None)
        return [(table, resource) for table in ranked]
    schema = Schema.from_descriptor(data)
    schema.to_descriptor(validate=True)
    return [(table, TableResource(data=[], name="table", schema=schema)) for table in ranked]


def _sheet(resource: Any) -> str | None:
    if not resource.dialect.has_control("excel"):
        return None
    sheet = resource.dialect.get_control("excel").sheet
    return sheet if isinstance(sheet, str) else None


def _one(table: Table, resource: Any, interner: Interner) -> Judged:
    from frictionless import Detector, Dialect, FrictionlessException
    from frictionless.resources import TableResource

    labels = [column.raw_label for column in table.columns]
    try:
        schema: Any = resource.schema.to_copy() if resource.schema else None
        fields = _named(schema, labels) if schema else []
        dialect = Dialect(header_case=resource.dialect.header_case)
        inline = TableResource(
            data=[labels], name=resource.name or "table", schema=schema, dialect=dialect, detector=Detector()
        )
        inline.package = resource.package
        result = TableResult(inline, _no_findings())
        opened = result.opened = open_table(inline)
        judge_opened(result, opened, interner, iter([_piece(table)]))
    except FrictionlessException as error:
        return Judged(table, None, problems=[item.to_descriptor() for item in error.to_errors()])
    except Exception as error:  # noqa: BLE001 - frictionless dies of some descriptors (broken patterns, odd bounds)
        return Judged(
            table, None, problems=[{"type": "field-error", "note": str(error), "message": str(error)}]
        )
    _add_blank_rows(table, result)
    return Judged(table, result, fields)


def _no_findings() -> Any:
    from .findings import Findings

    return Findings()


def _named(schema: Any, labels: list[str]) -> list[dict[str, Any]]:
    """Return the field descriptors; where the labels are the fields' titles, these are taken as names."""
    names = {item.name for item in schema.fields}
    titles = {item.title for item in schema.fields if item.title}
    if len(titles & set(labels)) > len(names & set(labels)) and len(titles) == len(schema.fields):
        renamed = {item.name: item.title for item in schema.fields}
        for item in schema.fields:
            item.name = renamed[item.name]
        schema.primary_key = [renamed.get(name, name) for name in schema.primary_key]
        for key in schema.foreign_keys:
            key["fields"] = [renamed.get(name, name) for name in key["fields"]]
            if not key["reference"]["resource"]:
                key["reference"]["fields"] = [renamed.get(name, name) for name in key["reference"]["fields"]]
    return [item.to_descriptor() for item in schema.fields]


def _piece(table: Table) -> Piece:
    """Return the data of a located table as one piece."""
    numbers = [row + 1 for row in table.data_rows]
    columns = [_coded(column) for column in table.columns]
    piece = Piece(columns, len(numbers), len(numbers), numbers, True)
    if table.sheet.name is None:
        _mark_ragged(table, piece)
    return piece


def _coded(column: Any) -> Coded:
    store = column.store
    texts = store._pool is None or all(value is None or isinstance(value, str) for value in store._pool)
    return Coded(store.codes, store.words if texts else None, None if texts else store.pool)


def _mark_ragged(table: Table, piece: Piece) -> None:
    """In text files an absent cell is null, and located tables name the cells beyond their columns."""
    absent: dict[int, int] = {}
    for number in range(len(piece.columns) - 1, -1, -1):
        column = piece.columns[number]
        if column.words is None or not column.words.null_count:
            break
        nulls = pc.indices_nonzero(pc.is_null(column.words)).cast(column.codes.type)
        for position in pc.indices_nonzero(pc.is_in(column.codes, value_set=nulls)).to_pylist():
            absent[position] = number
    piece.short = absent
    positions = {row: position for position, row in enumerate(table.data_rows)} if table.extra_cells else {}
    for row, index in table.extra_cells:
        if row in positions:
            piece.extra.setdefault(positions[row], []).append(table.sheet.rows[row][index])


def _add_blank_rows(table: Table, result: TableResult) -> None:
    if table.blank_rows:
        group = result.findings.group("blank-row", None, None, "", 0)
        group.rows.append(pa.array([row + 1 for row in table.blank_rows], pa.int64()))
