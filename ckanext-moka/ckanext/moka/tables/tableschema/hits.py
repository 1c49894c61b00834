"""The findings of a descriptor as hits of the ordinary report: one per column and type, with exact counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..judging.context import SHOWN, Cell, Context, Hit
from ..model import Fields, Table, address, show
from .findings import Entry, Group
from .located import Judged
from .words import constraint_words, problem_words, type_words, ungrouped

__all__ = ["schema_hits"]

_LABELS = (
    "blank-label",
    "duplicate-label",
    "extra-label",
    "incorrect-label",
    "missing-label",
    "unmatched-header",
)
_CONSTRAINT = re.compile(r'^(array item )?constraint "(\w+)" is')


def schema_hits(context: Context, rule: str) -> Iterator[Hit]:
    """Yield the hits of one rule (frictionless's error type, or ``schema-error`` for the descriptor's own faults)."""
    for judged in context.source.judged:
        if rule == "schema-error":
            yield from _problems(judged)
        elif judged.table is not None and judged.result is not None:
            if rule in _LABELS:
                yield from _labels(judged, judged.table, rule)
            else:
                yield from _cells(judged, judged.table, rule)


def _problems(judged: Judged) -> Iterator[Hit]:
    for error in judged.problems:
        variant = "json" if error["type"] == "json" else "default"
        yield Hit(variant, data={"what": problem_words(error)})
    for item in judged.fields:
        pattern = item.get("constraints", {}).get("pattern")
        if isinstance(pattern, str) and ungrouped(pattern):
            place = Fields(field=item["name"])
            yield Hit("alternation", place, {"pattern": show(pattern, 60)})


def _labels(judged: Judged, table: Table, rule: str) -> Iterator[Hit]:
    assert judged.result is not None
    errors = [e for e in judged.result.findings.head if e["type"] == rule]
    row = table.header_rows[-1]
    if rule == "missing-label" and errors:
        names = [f"「{e['fieldName']}」" for e in errors]
        place = Fields(table.sheet.name, None, row + 1, errors[0]["fieldName"])
        yield Hit("schema", place, {"list": names}, len(errors))
        return
    for error in errors:
        number = error.get("fieldNumber")
        if number is None:
            yield Hit("default", Fields(table.sheet.name, None, row + 1))
            continue
        column = table.columns[number - 1]
        cell, label = address(row, column.index), show(error["label"])
        data: dict[str, Any] = {"expected": error["fieldName"]}
        if rule == "duplicate-label":
            first = re.search(r'"(\d+)', error["note"])
            data["first"] = address(row, table.columns[int(first[1]) - 1].index) if first else ""
        place = Fields(table.sheet.name, cell, row + 1, column.label or None, label)
        yield Hit("default", place, data, 1, [Cell(cell=cell, row=row + 1, value=label)])


def _cells(judged: Judged, table: Table, rule: str) -> Iterator[Hit]:
    assert judged.result is not None
    columns: dict[tuple[Any, ...], list[Group]] = {}
    for group in judged.result.findings.groups:
        if group.type == rule and group.count:
            key = (group.field,) if rule not in ("primary-key", "foreign-key") else (group.note, group.rank)
            columns.setdefault(key, []).append(group)
    for groups in columns.values():
        yield _hit(judged, table, rule, groups)


def _hit(judged: Judged, table: Table, rule: str, groups: list[Group]) -> Hit:
    first = sorted(
        (entry for group in groups for entry in _first(group)), key=lambda entry: (entry.row or 0, entry.note)
    )
    chosen = list({entry.row: entry for entry in first}.values())[:SHOWN]
    total = sum(group.count for group in groups)
    number = groups[0].field
    column = table.columns[number - 1] if number is not None and number <= len(table.columns) else None
    cells = [_cell(table, column, entry) for entry in chosen]
    label = (column.label or None) if column is not None else None
    top = chosen[0]
    address_ = cells[0]["cell"] if column is not None or rule == "extra-cell" else None
    place = Fields(
        table.sheet.name,
        address_,
        top.row,
        label,
        cells[0]["value"] if column is not None else show(top.text),
    )
    item = judged.fields[number - 1] if number is not None and number <= len(judged.fields) else {}
    return _worded(judged, table, rule, groups, top, Hit("schema", place, {}, total, cells), item)


def _worded(
    judged: Judged, table: Table, rule: str, groups: list[Group], top: Entry, hit: Hit, item: dict[str, Any]
) -> Hit:
    data: dict[str, Any] = {}
    variant = "schema"
    if rule == "type-error":
        words, example = type_words(item)
        data = {"kind": words, "example": example}
    elif rule == "constraint-error":
        names = list(dict.fromkeys(_constraint(group.note) for group in groups))
        variant = "blank" if names == ["required"] else "schema"
        others = [name for name in names if name != "required"] or names
        data = {"rules": constraint_words(item, names), "hint": constraint_words(item, others)}
    elif rule in ("unique-error", "primary-key"):
        variant = "schema" if top.detail is not None else "empty"
        data = {"before": top.detail, "list": [f"「{n}」" for n in groups[0].info.get("names", [])]}
        if rule == "unique-error":
            variant = "default"
    elif rule == "foreign-key":
        info = groups[0].info
        values = _values(table, judged, info["names"], top.row)
        source = info["source"]
        data = {
            "list": [f"「{n}」" for n in info["names"]], "values": "・".join(values), "reference": "・".join(info["reference"]),
            "where": {"ja": f"参照先「{source}」" if source else "この表", "en": f'"{source}"' if source else "this table"},
        }  # fmt: skip
        variant = "default"
    elif rule in ("blank-row", "extra-cell"):
        variant = "default"
    return hit._replace(variant=variant, data=data)


def _first(group: Group) -> Iterator[Entry]:
    for number, entry in enumerate(group.entries()):
        if number >= SHOWN:
            return
        yield entry


def _cell(table: Table, column: Any, entry: Entry) -> Cell:
    row = entry.row or 1
    if column is None:
        index = (
            entry.field - 1 if entry.field is not None else min((c.index for c in table.columns), default=0)
        )
        return Cell(cell=address(row - 1, index), row=row, value=show(entry.text))
    value = entry.text
    if value is None and entry.type == "unique-error":
        value = table.sheet.rows[row - 1][column.index]
    return Cell(cell=address(row - 1, column.index), row=row, value=show(value))


def _values(table: Table, judged: Judged, names: list[str], row: int | None) -> list[str]:
    opened = judged.result.opened if judged.result else None
    if opened is None or row is None:
        return []
    order = [item.name for item in opened.fields]
    cells = table.sheet.rows[row - 1]
    indexes = [table.columns[order.index(name)].index for name in names]
    return [show(cells[index]) if index < len(cells) else "" for index in indexes]


def _constraint(note: str) -> str:
    found = _CONSTRAINT.match(note)
    return "array-item" if not found or found[1] else found[2]
