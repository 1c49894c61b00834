"""formula-error: error values and formulas whose result was never stored (XLSX)."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import SHOWN, Context, Hit, spot
from ..model import Fields, address, show

RULE = "formula-error"


def check(context: Context) -> Iterator[Hit]:
    """One hit per sheet and kind."""
    for sheet in context.source.sheets:
        if sheet.hidden:
            continue
        errors = [(r, c, text) for r, c, text in sheet.errors]
        unsaved = [(r, c, text) for r, c, text, stored in sheet.formulas if not stored]
        for variant, items in (("error", errors), ("unsaved", unsaved)):
            if items:
                cells = [spot(r, c, text) for r, c, text in items[:SHOWN]]
                r, c, text = items[0]
                yield Hit(
                    variant, Fields(sheet.name, address(r, c), r + 1, None, show(text)), {}, len(items), cells
                )
