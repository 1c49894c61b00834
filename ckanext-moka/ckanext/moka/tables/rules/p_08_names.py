"""P-08: defined names that carry data or the path of a file."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import personal_kind

RULE = "P-08"


def check(context: Context) -> Iterator[Hit]:
    """One hit per kind; names of ranges and of numbers are no finding."""
    for kind, variant in (("name-path", "path"), ("name", "data")):
        items = context.remnants(kind)
        secret = [item for item in items if kind == "name" and personal_kind(item.texts, item.labels[0])]
        for found, used in ((secret, "personal"), ([i for i in items if i not in secret], variant)):
            if found:
                yield Hit(used, data={"list": [f"「{item.labels[0]}」" for item in found]}, total=len(found))
