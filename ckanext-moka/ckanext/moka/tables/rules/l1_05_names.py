"""L1-05: a column without a name."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit
from ..model import Fields, address, column_letters, show

RULE = "L1-05"


def check(context: Context) -> Iterator[Hit]:
    """Columns that hold values under an empty header."""
    for table, column, _profile in context.columns():
        if not column.label:
            row = table.header_rows[-1]
            example = next((show(v) for v in column.values if v not in (None, "")), "")
            place = Fields(table.sheet.name, address(row, column.index), row + 1, None, example)
            yield Hit("blank", place, {"column": column_letters(column.index)})
