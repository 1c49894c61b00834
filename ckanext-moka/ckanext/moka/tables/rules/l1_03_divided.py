"""L1-03: blank rows inside a table, blank columns."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit, spans
from ..model import Fields, address, column_letters

RULE = "L1-03"


def check(context: Context) -> Iterator[Hit]:
    """Blank rows between rows of data, and columns with neither name nor value."""
    for table in context.tables:
        name = table.sheet.name
        if table.blank_rows:
            row = table.blank_rows[0]
            listing = [f"{item} 行目" for item in spans(r + 1 for r in table.blank_rows)]
            yield Hit(
                "rows", Fields(name, address(row, 0), row + 1), {"list": listing}, len(table.blank_rows)
            )
        if table.blank_columns:
            first = table.blank_columns[0]
            row = table.header_rows[-1]
            letters = [f"{column_letters(c)} 列" for c in table.blank_columns]
            yield Hit("columns", Fields(name, address(row, first), row + 1), {"list": letters}, len(letters))
