"""P-11: lists of choices (入力規則) that name persons."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import kind_words, personal_kind
from ..model import Fields
from ..reading.sheetscan import cell_index

RULE = "P-11"


def check(context: Context) -> Iterator[Hit]:
    """One hit per list; choices like 有,無 or names of areas are no finding."""
    for item in context.remnants("choices"):
        if kind := personal_kind(item.texts):
            place = cell_index(item.cell or "")
            yield Hit(
                "default",
                Fields(item.sheet, item.cell, place[0] + 1 if place else None),
                {"kind": kind_words(kind)},
                item.size,
            )
