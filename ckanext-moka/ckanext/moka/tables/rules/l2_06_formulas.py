"""L2-06: formulas (XLSX)."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import SHOWN, Context, Hit, spot
from ..model import Fields, address, show

RULE = "L2-06"


def check(context: Context) -> Iterator[Hit]:
    """One hit per sheet; formulas without a result are named by formula-error."""
    for sheet in context.source.sheets:
        # A link is no computed value: its text stays when the formula goes.
        stored = [
            (r, c, text)
            for r, c, text, has_value in sheet.formulas
            if has_value and not text.upper().startswith("HYPERLINK(")
        ]
        if not stored or sheet.hidden:
            continue
        cells = [spot(r, c, f"={text}") for r, c, text in stored[:SHOWN]]
        r, c, text = stored[0]
        yield Hit(
            "default", Fields(sheet.name, address(r, c), r + 1, None, show(text)), {}, len(stored), cells
        )
