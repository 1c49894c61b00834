"""P-09: the history of changes of a shared workbook."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import kind_words, personal_kind

RULE = "P-09"


def check(context: Context) -> Iterator[Hit]:
    """One hit per file: old values stay readable in the history, with who changed them."""
    items = context.remnants("revision")
    if items:
        kind = personal_kind([text for item in items for text in item.texts])
        yield Hit(
            "personal" if kind else "default",
            data={"kind": kind_words(kind)},
            total=sum(i.size for i in items),
        )
