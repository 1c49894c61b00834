"""L3-01: something stands above the header."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit, spans, spot
from ..model import Fields, Table, address, show

RULE = "L3-01"


def check(context: Context) -> Iterator[Hit]:
    """Titles, blank rows or metadata lines above the first table of a sheet; a header without data."""
    seen: set[int] = set()
    for table in context.tables:
        first = id(table.sheet) not in seen
        seen.add(id(table.sheet))
        if first and (table.title_rows or table.meta_rows or table.header_rows[0] > 0):
            yield _above(table)
        if not table.data_rows:
            row = table.header_rows[-1]
            yield Hit("empty", Fields(table.sheet.name, address(row + 1, 0), row + 2))


def _above(table: Table) -> Hit:
    rows = [r + 1 for r in [*table.title_rows, *table.meta_rows]]
    header = table.header_rows[0] + 1
    linkdata = bool(table.meta_rows) or any(
        str(table.sheet.rows[r][0] or "").startswith("#") for r in table.title_rows if table.sheet.rows[r]
    )
    row = (rows[0] if rows else 1) - 1
    text = " ".join(show(v, 30) for v in table.sheet.rows[row] if v not in (None, "")) if rows else ""
    cells = [spot(r - 1, 0, next((v for v in table.sheet.rows[r - 1] if v), "")) for r in rows[:20]]
    variant = "linkdata" if linkdata else "title" if rows else "blank"
    place = Fields(table.sheet.name, address(row, 0), row + 1, None, text)
    return Hit(
        variant, place, {"rows": len(rows), "list": spans(rows), "header": header}, max(1, len(rows)), cells
    )
