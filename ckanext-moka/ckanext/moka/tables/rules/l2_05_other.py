"""L2-05: "other" with its details in the same cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..context import Context, Hit

RULE = "L2-05"
_OTHER = re.compile(r"^その他[ 　]*[（(:：].+")


def check(context: Context) -> Iterator[Hit]:
    """In columns of choices (few distinct values)."""
    for table, column, profile in context.columns():
        if profile.words and len(column.texts) <= max(20, profile.filled // 4):
            texts = {t for t in column.texts if _OTHER.match(t)}
            if hit := context.group(table, column, texts, "default"):
                yield hit
