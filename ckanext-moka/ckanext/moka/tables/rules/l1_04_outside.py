"""L1-04: notes below and beside the table, empty rows left behind."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import SHOWN, Context, Hit, spans, spot
from ..model import Fields, Table, address, show

RULE = "L1-04"
_TAIL = 20


def check(context: Context) -> Iterator[Hit]:
    """Notes below, text beside, and a long tail of empty rows."""
    for table in context.tables:
        if table.note_rows:
            row = table.note_rows[0]
            text = " ".join(show(v) for v in table.sheet.rows[row] if v not in (None, ""))
            listing = [f"{item} 行目" for item in spans(r + 1 for r in table.note_rows)]
            place = Fields(table.sheet.name, address(row, 0), row + 1, None, text)
            yield Hit("notes", place, {"list": listing}, len(table.note_rows))
        if table.side_cells or not context.text_file and table.extra_cells:
            yield _side(table)
    for sheet in context.source.sheets:
        if sheet.blank_tail >= (_TAIL if not context.text_file else 1) and sheet.rows:
            row = len(sheet.rows)
            yield Hit("tail", Fields(sheet.name, address(row, 0), row + 1), {}, sheet.blank_tail)


def _side(table: Table) -> Hit:
    cells = [spot(r, c, table.sheet.rows[r][c]) for r, c in [*table.side_cells, *table.extra_cells]]
    first = cells[0]
    return Hit(
        "side",
        Fields(table.sheet.name, first["cell"], first["row"], None, first["value"]),
        {},
        len(cells),
        cells[:SHOWN],
    )
