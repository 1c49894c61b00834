"""L1-15: rows with more values than the header has names: a comma that was not quoted."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import SHOWN, Context, Hit, spot
from ..model import Fields

RULE = "L1-15"


def check(context: Context) -> Iterator[Hit]:
    """One hit per table of a text file."""
    if not context.text_file:
        return
    for table in context.tables:
        rows = sorted({r for r, _c in table.extra_cells})
        if not rows:
            continue
        cells = [spot(r, c, table.sheet.rows[r][c]) for r, c in table.extra_cells[:SHOWN]]
        more = {"ja": f"など {len(rows):,} 行", "en": f" and {len(rows) - 1:,} more"} if len(rows) > 1 else ""
        place = Fields(None, cells[0]["cell"], rows[0] + 1, None, cells[0]["value"])
        width = len(table.columns) + len(table.blank_columns)
        yield Hit("extra", place, {"width": width, "more": more}, len(rows), cells)
