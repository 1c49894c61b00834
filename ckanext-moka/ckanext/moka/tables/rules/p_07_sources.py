"""P-07: pivot caches, links to other files with the values fetched from them, connections to data bases."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import kind_words, personal_column, personal_kind
from ..model import Column, Fields

RULE = "P-07"


def check(context: Context) -> Iterator[Hit]:
    """What a workbook has fetched from elsewhere and carries along. No value is repeated."""
    for item in context.remnants("pivot"):
        columns = [
            Column(n, label, label, list(item.texts[n].split("\x1f")) if n < len(item.texts) else [])
            for n, label in enumerate(item.labels)
        ]
        kinds = dict.fromkeys(kind for column in columns if (kind := personal_column(column)))
        data = {"records": item.size, "labels": list(item.labels), "kinds": kind_words(*kinds)}
        yield Hit("pivot-personal" if kinds else "pivot", Fields(item.sheet), data, max(1, item.size))
    links = context.remnants("link")
    if links:
        cached = sum(item.size for item in links)
        kind = personal_kind([text for item in links for text in item.texts])
        variant = "link-personal" if kind else "link-cached" if cached else "link"
        yield Hit(variant, data={"cached": f"{cached:,}", "kind": kind_words(kind)}, total=len(links))
    for item in context.remnants("connection"):
        yield Hit("connection", total=item.size)
