"""missing-cell: rows of a text file with fewer values than the header has names."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import SHOWN, Context, Hit, spot
from ..model import Fields
from ..tableschema.hits import schema_hits

RULE = "missing-cell"


def check(context: Context) -> Iterator[Hit]:
    """One hit per table."""
    if context.source.judged:
        yield from schema_hits(context, RULE)
        return
    if not context.text_file:
        return
    for table in context.tables:
        width = max((c.index for c in table.columns), default=0) + 1
        short = table.sheet.rows.shorter(width, table.data_rows)
        if short:
            have = len(table.sheet.rows[short[0]])
            more = (
                {"ja": f"など {len(short):,} 行", "en": f" and {len(short) - 1:,} more"}
                if len(short) > 1
                else ""
            )
            cells = [spot(r, len(table.sheet.rows[r]), "") for r in short[:SHOWN]]
            yield Hit(
                "default",
                Fields(None, cells[0]["cell"], short[0] + 1),
                {"width": width, "have": have, "more": more},
                len(short),
                cells,
            )
