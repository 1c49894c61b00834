"""P-05: comments left in cells (XLSX)."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import HIDDEN, SHOWN, Context, Hit, spot
from ..model import Fields
from ..personal import personal_text

RULE = "P-05"


def check(context: Context) -> Iterator[Hit]:
    """One hit per sheet; one more, fatal, where a comment seems to hold personal data."""
    for sheet in context.source.sheets:
        if not sheet.comments:
            continue
        secret = [c for c in sheet.comments if personal_text(c[2])]
        plain = [c for c in sheet.comments if c not in secret]
        for items, variant in ((secret, "personal"), (plain, "default")):
            if items:
                cells = [spot(r, c, HIDDEN if items is secret else t) for r, c, t in items[:SHOWN]]
                place = Fields(sheet.name, cells[0]["cell"], cells[0]["row"], None, cells[0]["value"])
                yield Hit(variant, place, {}, len(items), cells)
