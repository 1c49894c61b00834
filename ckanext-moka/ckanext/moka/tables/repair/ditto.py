"""Step: 〃 and 同上 say "as in the row above" (the official rule: 前行と同じ値); what stands above takes their place.

Left and reported: a mark in the first record, below a blank or a mark for "no value"; 同 and " alone, which may mean
something else; blanks, which may be blanks.
"""

from __future__ import annotations

import re

from ...core.numbers import is_mark
from ..model import Change, Column, Table, Value, as_text

__all__ = ["RULES", "fill"]

RULES = ("L2-02",)
_DITTO = frozenset({"〃", "同上", "仝", "上に同じ", "同前"})
# These may say the same or something else: they stay, and nothing is copied from them.
_UNCLEAR = frozenset({"同", "同じ", "々", "″", "”", '"', "''", "”〃"})
_CELL = re.compile(rf"^\s*(?:{'|'.join(sorted(_DITTO))})\s*\Z")


def fill(table: Table, column: Column) -> tuple[Column, list[Change]]:
    """Return the column with certain ditto marks replaced, and the changes."""
    wanted = column.matching(_CELL)
    if not wanted:
        return column, []
    values: list[Value] = list(column.values)
    changes = []
    for position, value in column.places(wanted):
        if position == 0:
            continue
        above = values[position - 1]
        text = as_text(above)
        if not text.strip() or is_mark(text) or text.strip() in _DITTO | _UNCLEAR:
            continue
        values[position] = above
        cell, row = table.place(position, column)
        changes.append(Change("L2-02", table.sheet.name, cell, row, column.label, value, text))
    return (Column(column.index, column.raw_label, column.label, values) if changes else column), changes
