"""L2-02: values left out as repeated: ditto marks, and blanks below a group's name. Where that is not certain, a person is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit, joined
from ..judging.labels import free_text
from ..model import Column, Table, Value, as_text

RULE = "L2-02"
_DITTO = {"〃", "々", "同上", "同", "”", "″", '"', "仝", "同前", "上に同じ", "同じ"}
_DITTO_CELL = re.compile(rf"^\s*(?:{'|'.join(map(re.escape, sorted(_DITTO)))})\s*$")
_LEAST_ROWS = 4
_GROUPED = 0.6


def check(context: Context) -> Iterator[Hit]:
    """Ditto marks per column; columns in which each group is named in its first row only."""
    for table, column, _profile in context.columns():
        texts = {t for t in column.matching(_DITTO_CELL) if t.strip() in _DITTO}
        if hit := context.group(table, column, texts, "default"):
            yield hit
    for table in context.tables:
        for column, certain in _grouped(table):
            if certain and (hit := context.group_at(table, column, _blanks(table, column), "blank")):
                yield hit


def ask(context: Context) -> Hit | None:
    """Ask once about first columns with blanks that may or may not mean "as above"."""
    found = []
    for table in context.tables:
        for column, certain in _grouped(table):
            if not certain and (hit := context.group_at(table, column, _blanks(table, column), "blank")):
                found.append(hit._replace(place=hit.place._replace(value="")))
    return joined(found, "asked")


def _grouped(table: Table) -> list[tuple[Column, bool]]:
    """Return the leading columns with blanks below a value, and whether it is certain that they mean "as above".

    Certain: it is the first column, at most three of five rows are filled, the first among them, no name occurs
    twice, and some column further right is full; or the column beside it is such a one. After full columns that
    group the rows themselves (年度), or where more rows are filled, nobody but a person can tell.
    """
    result: list[tuple[Column, bool]] = []
    if len(table.data_rows) < _LEAST_ROWS or not any(c.filled == len(c) for c in table.columns[1:]):
        return result
    for column in table.columns[:3]:
        if column.filled == len(column):
            if column.store.size * 2 > len(column):
                # Its values tell the rows apart: what is blank further right belongs to one row.
                break
            continue
        filled = [v for v in column.values if _filled(v)]
        words = filled and all(isinstance(v, str) and not v.strip().isdigit() for v in filled)
        known = free_text(column.label) or column.index in table.schema_fields
        if not words or known or not _filled(column.values[0]) or not any(_blanks(table, column)):
            break
        few = len(filled) <= _GROUPED * len(column)
        first = column is table.columns[0] and len(set(filled)) == len(filled)
        result.append((column, few and (first or bool(result) and result[-1][1])))
    return result


def _blanks(table: Table, column: Column) -> Iterator[tuple[int, Value]]:
    """Blank cells with a value somewhere above, outside merged cells (see L1-12)."""
    covered = {
        row
        for m in table.sheet.merged
        if m.left <= column.index <= m.right and m.bottom > m.top
        for row in range(m.top, m.bottom + 1)
    }
    for position, value in enumerate(column.values):
        if position and not _filled(value) and table.data_rows[position] not in covered:
            yield position, ""


def _filled(value: Value) -> bool:
    return bool(as_text(value).strip())
