"""L1-09: blanks and zeros side by side in a numeric column; only a person knows whether a blank means zero."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit, joined
from ..judging.labels import serial
from ..model import Fields, Value

RULE = "L1-09"
_ZERO = re.compile(r"^\s*(?:0|0\.0|0\.00|０)\s*$")
_ZEROS = frozenset({"0", "0.0", "0.00", "０"})


def check(_context: Context) -> Iterator[Hit]:
    """Nothing is certain here: blank and zero side by side is how the rule wants it, if both are meant."""
    yield from ()


def ask(context: Context) -> Hit | None:
    """Ask once about the numeric columns that hold both."""
    found = []
    for table, column, profile in context.columns():
        blanks = len(column.values) - profile.filled
        if not profile.numeric or not blanks or serial(column.label):
            continue
        if column.holds(_ZERO) or (column.native and any(_zero(value) for value in column.counts)):
            position = next(i for i, v in enumerate(column.values) if _blank(v))
            cell, row = table.place(position, column)
            place = Fields(table.sheet.name, cell, row, column.label)
            found.append(Hit("default", place, {}, blanks, [{"cell": cell, "row": row, "value": ""}]))
    return joined(found, "default")


def _zero(value: Value) -> bool:
    if isinstance(value, str):
        return value.strip() in _ZEROS
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0


def _blank(value: Value) -> bool:
    return value is None or isinstance(value, str) and not value.strip()
