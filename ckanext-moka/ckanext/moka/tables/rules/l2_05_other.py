"""L2-05: "other" with its details in the same cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit

RULE = "L2-05"
_OTHER = re.compile(r"(?:^|\x1f)その他(?:[ 　]*[（(:：]|[ 　]+(?=[^ 　\x1f]))[^\x1f]+")


def check(context: Context) -> Iterator[Hit]:
    """In columns of choices (few distinct values, some of them chosen again and again)."""
    for table, column, profile in context.columns():
        if profile.words and len(column.texts) <= max(20, profile.filled // 4):
            texts = column.matching(_OTHER)
            # Where nothing is chosen twice, その他（雑入） is the name of a row.
            if not any(count > 1 for t, count in column.texts.items() if t not in texts):
                continue
            if hit := context.group(table, column, texts, "default"):
                yield hit
