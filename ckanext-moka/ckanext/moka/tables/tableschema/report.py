"""Reports: frictionless's own form on demand, and a small summary to store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from .engine import TableResult, file_stats
from .findings import Entry
from .judge import KEY_RANK

if TYPE_CHECKING:
    from .validate import Validation

__all__ = ["MOST_BYTES", "frictionless_report", "limited", "page", "summary"]

MOST_BYTES = 64 * 1024
_EXAMPLES, _VALUES, _LONGEST = 5, 5, 80
Item = Entry | dict[str, Any]


def in_order(table: TableResult) -> Iterator[list[Entry]]:
    """Yield the faults of one row after another, each row in frictionless's order.

    frictionless reads key fields before the others, up to the first key that fails; ``touched`` says how many.
    """
    first = table.opened
    for _row, items in groupby(table.findings.in_row_order(), key=lambda entry: entry.row):
        entries = list(items)
        keys = [entry for entry in entries if entry.group.rank >= KEY_RANK]
        if keys and len(entries) > len(keys) and first is not None:
            reach = keys[0].group.info["touched"]
            entries.sort(key=lambda e: _rank(e, reach))
        yield entries


def _rank(entry: Entry, reach: int) -> int:
    rank = entry.group.rank
    if reach <= rank < 1_000 and entry.field is not None and entry.type != "blank-row":
        return 1_000 + entry.field - 1
    return rank


def limited(table: TableResult, errors: int | None, rows: int | None) -> tuple[Iterator[Item], list[str]]:
    """Return the faults within the limits, header first, and a list that holds frictionless's warning once they end."""
    warnings = list(table.warnings)
    return _limited(table, errors, rows, warnings), warnings


def _limited(table: TableResult, errors: int | None, rows: int | None, warnings: list[str]) -> Iterator[Item]:
    if table.passed_on is not None:
        yield from table.passed_on["errors"]
        return
    head = table.findings.head
    last = _last_row(table, rows)
    count, stopped = len(head), False
    rows_read = table.rows > 0
    if errors and count >= errors and rows_read:
        yield from head[:errors]
        warnings.append(f"reached error limit: {errors}")
        return
    yield from head
    for entries in in_order(table):
        if last is not None and entries[0].row is not None and entries[0].row > last:
            break
        if errors and count + len(entries) >= errors:
            # frictionless looks at the limit of rows first.
            yield from entries[: errors - count]
            stopped = True
            if last is not None and entries[0].row == last:
                warnings.append(f"reached row limit: {rows}")
            else:
                warnings.append(f"reached error limit: {errors}")
            break
        count += len(entries)
        yield from entries
    if not stopped and last is not None:
        warnings.append(f"reached row limit: {rows}")
        stopped = True
    if not stopped:
        yield from table.findings.tail


def _last_row(table: TableResult, rows: int | None) -> int | None:
    """Return the number of the row after which a limit of rows stops; ``None`` when the table is shorter."""
    if not rows or table.judge is None or table.opened is None or rows > table.rows:
        return None
    left = rows
    for numbers in table.judge.numbers:
        if left <= len(numbers):
            return int(numbers[left - 1].as_py())
        left -= len(numbers)
    return table.opened.first_row + rows - 1


# frictionless's form


def frictionless_report(validation: Validation, limit_errors: int | None) -> dict[str, Any]:
    """Return what frictionless's ``Report.to_dict()`` would say."""
    tasks = [_task(table, validation, limit_errors) for table in validation.tables]
    errors = len(validation.errors) + sum(task["stats"]["errors"] for task in tasks)
    warnings = sum(task["stats"]["warnings"] for task in tasks) if len(tasks) == 1 else 0
    return {
        "valid": not errors,
        "stats": {
            "tasks": len(tasks), "errors": errors, "warnings": warnings, "seconds": round(validation.seconds, 3),
        },
        "warnings": [],
        "errors": list(validation.errors),
        "tasks": tasks,
    }  # fmt: skip


def _task(table: TableResult, validation: Validation, limit_errors: int | None) -> dict[str, Any]:
    if table.passed_on is not None:
        return table.passed_on
    items, warnings = limited(table, limit_errors, validation.limit_rows)
    errors = described(table, list(items))
    stats: dict[str, Any] = {
        "errors": len(errors), "warnings": len(warnings), "seconds": round(validation.seconds, 3),
    }  # fmt: skip
    opened = table.opened
    if not table.failed:
        stats |= file_stats(table)
        if opened is not None:
            stats["fields"] = len(opened.resource.schema.fields)
        if table.rows:
            last = _last_row(table, validation.limit_rows)
            stats["rows"] = validation.limit_rows if last is not None else table.rows
    resource = table.resource
    return {
        "name": resource.name, "type": resource.type, "valid": not errors, "place": resource.place,
        "labels": opened.labels if opened is not None else [], "stats": stats, "warnings": warnings, "errors": errors,
    }  # fmt: skip


def described(table: TableResult, items: list[Item]) -> list[dict[str, Any]]:
    """Return faults as frictionless describes them; the cells of their rows are read from the file again."""
    wanted: set[int | None] = {item.row for item in items if not isinstance(item, dict)}
    cells = _cells_of(table, wanted)
    return [
        item if isinstance(item, dict) else _describe(table, item, cells.get(item.row, [])) for item in items
    ]


def _cells_of(table: TableResult, wanted: set[int | None]) -> dict[int | None, list[Any]]:
    from .again import rows_again

    return rows_again(table, {row for row in wanted if row is not None}) if wanted else {}


def _describe(table: TableResult, entry: Entry, cells: list[Any]) -> dict[str, Any]:
    Error = _classes()[entry.type]
    texts = ["" if cell is None else str(cell) for cell in cells]
    note = entry.note
    result: dict[str, Any] = {
        "type": entry.type, "title": Error.title, "description": Error.description, "message": "",
        "tags": list(Error.tags), "note": note, "cells": texts, "rowNumber": entry.row,
    }  # fmt: skip
    if entry.type == "foreign-key":
        result |= _foreign(table, entry, cells)
    elif entry.type not in ("blank-row", "primary-key"):
        field = entry.field or 0
        cell = str(cells[field - 1]) if field <= len(cells) else "None"
        if entry.type == "missing-cell":
            cell = ""
        if entry.type == "unique-error":
            cell = str(_parsed(table, field, cells))
        result |= {"cell": cell, "fieldName": entry.group.name, "fieldNumber": field}
    from frictionless import helpers

    result["message"] = helpers.safe_format(Error.template, result)
    return result


def _foreign(table: TableResult, entry: Entry, cells: list[Any]) -> dict[str, Any]:
    info = entry.group.info
    names = [item.name for item in table.opened.fields] if table.opened else []
    values = [_parsed(table, names.index(name) + 1, cells) for name in info["names"]]
    note = 'for "{}": values "{}" not found in the lookup table "{}" as "{}"'.format(
        ", ".join(info["names"]), ", ".join(map(str, values)), info["source"], ", ".join(info["reference"])
    )
    return {
        "note": note, "fieldNames": info["names"], "fieldCells": ["" if v is None else str(v) for v in values],
        "referenceName": info["source"], "referenceFieldNames": info["reference"],
    }  # fmt: skip


def _parsed(table: TableResult, field: int, cells: list[Any]) -> Any:
    if table.judge is None:
        return None
    value, _notes = table.judge.judges[field - 1].reader(cells[field - 1] if field <= len(cells) else None)
    return value


def _classes() -> dict[str, Any]:
    from frictionless import errors

    return {
        item.type: item for item in vars(errors).values() if isinstance(item, type) and hasattr(item, "type")
    }


def page(table: TableResult, start: int, size: int) -> list[dict[str, Any]]:
    """Return faults number ``start`` to ``start + size`` of a table in full."""
    items, _warnings = limited(table, None, None)
    chosen = [item for number, item in enumerate(items) if start <= number < start + size]
    return described(table, chosen)


# The summary


def summary(validation: Validation) -> dict[str, Any]:
    """Return one group per (table, column, type) with its exact count, cut down until it fits ``MOST_BYTES``."""
    examples, values, groups = _EXAMPLES, _VALUES, 10_000
    while True:
        result = _summary(validation, examples, values, groups)
        if len(json.dumps(result, ensure_ascii=False).encode()) <= MOST_BYTES:
            return result
        if examples > 1:
            examples, values = max(1, examples // 2), max(1, values // 2)
        else:
            groups //= 2


def _summary(validation: Validation, examples: int, values: int, most: int) -> dict[str, Any]:
    left = most
    tables = []
    for table in validation.tables[:most]:
        groups = _groups(table, examples, values)
        shown = groups[:left]
        left -= len(shown)
        entry: dict[str, Any] = {
            "name": _cut(table.name), "rows": table.rows, "errors": table.findings.count(), "groups": shown,
        }  # fmt: skip
        if len(shown) < len(groups):
            rest = groups[len(shown) :]
            entry["more"] = {"groups": len(rest), "errors": sum(group["count"] for group in rest)}
        tables.append(entry)
    return {
        "version": 1, "valid": validation.valid, "errors": validation.count, "rows": validation.rows,
        "unclosed_quotes": validation.unclosed_quotes, "tables": tables, "problems": [_cut(error["message"]) for error in validation.errors[:most]],
    }  # fmt: skip


def _groups(table: TableResult, examples: int, values: int) -> list[dict[str, Any]]:
    result: dict[tuple[int | None, str], dict[str, Any]] = {}
    for error in (*table.findings.head, *table.findings.tail):
        key = (error.get("fieldNumber"), error["type"])
        group = result.setdefault(key, _new(error["type"], error.get("fieldNumber"), error.get("label")))
        group["count"] += 1
        if len(group["notes"]) < values:
            group["notes"].append(_cut(error["message"]))
    for item in sorted(table.findings.groups, key=lambda g: (g.field or 0, g.rank)):
        group = result.setdefault((item.field, item.type), _new(item.type, item.field, item.name))
        group["count"] += item.count
        note = item.note.replace("{}", "…")
        if note and note not in group["notes"] and len(group["notes"]) < values:
            group["notes"].append(_cut(note))
        if not item.rows:
            continue
        texts = item.texts[0] if item.texts else None
        for number in range(min(examples, len(item.rows[0]))):
            if len(group["examples"]) < examples:
                text = texts[number].as_py() if texts is not None else None
                group["examples"].append([item.rows[0][number].as_py(), None if text is None else _cut(text)])
        if texts is not None:
            group["values"] += _most_common(texts, values)
    for group in result.values():
        group["examples"].sort(key=lambda pair: pair[0])
        group["values"] = sorted(group["values"], key=lambda pair: -pair[1])[:values]
    return sorted(result.values(), key=lambda group: (group["field"] or 0, group["type"]))


def _most_common(texts: Any, values: int) -> list[list[Any]]:
    counts = pc.value_counts(texts)
    if not len(counts):
        return []
    top = pc.select_k_unstable(
        counts.field("counts"), k=min(values, len(counts)), sort_keys=[("", "descending")]
    )
    return [
        [None if item["values"] is None else _cut(item["values"]), item["counts"]]
        for item in counts.take(top).to_pylist()
    ]


def _new(kind: str, number: int | None, name: str | None) -> dict[str, Any]:
    return {
        "type": kind, "field": number, "name": _cut(name) if name else name, "count": 0, "notes": [], "examples": [],
        "values": [],
    }  # fmt: skip


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
