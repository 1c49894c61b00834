"""L1-09: blanks and zeros side by side in a numeric column."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit
from ..model import Fields

RULE = "L1-09"


def check(context: Context) -> Iterator[Hit]:
    """Numeric columns that hold both; only a person can say whether that is meant."""
    for table, column, profile in context.columns():
        if not profile.numeric or profile.filled == len(column.values):
            continue
        blank = next((i for i, v in enumerate(column.values) if v in (None, "")), None)
        zeros = sum(
            1
            for v in column.values
            if v is not None and not isinstance(v, bool) and v in (0, "0", "0.0", "０")
        )
        if zeros and blank is not None:
            cell, row = table.place(blank, column)
            blanks = len(column.values) - profile.filled
            yield Hit(
                "default",
                Fields(table.sheet.name, cell, row, column.label),
                {"zeros": zeros, "blanks": blanks},
                blanks,
            )
