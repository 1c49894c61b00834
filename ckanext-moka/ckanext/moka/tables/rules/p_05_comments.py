"""P-05: comments and notes left in cells, threads of comments, and the names of those who wrote them."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import HIDDEN, SHOWN, Context, Hit, spot
from ..judging.personal import personal_text
from ..model import Fields

RULE = "P-05"


def check(context: Context) -> Iterator[Hit]:
    """One hit per sheet; one more, fatal, where a comment seems to hold personal data."""
    for sheet in context.source.sheets:
        secret = [c for c in sheet.comments if personal_text(c[2])]
        hidden = {(row, column) for row, column, _text in secret}
        plain = [c for c in sheet.comments if (c[0], c[1]) not in hidden]
        for items, variant in ((secret, "personal"), (plain, "default")):
            if items:
                cells = [spot(r, c, HIDDEN if items is secret else t) for r, c, t in items[:SHOWN]]
                place = Fields(sheet.name, cells[0]["cell"], cells[0]["row"], None, cells[0]["value"])
                yield Hit(variant, place, {}, len(items), cells)
    for item in context.remnants("people"):
        yield Hit("people", data={"people": item.size}, total=item.size)
