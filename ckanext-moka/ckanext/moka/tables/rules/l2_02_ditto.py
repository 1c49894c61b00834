"""L2-02: values left out as repeated."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit

RULE = "L2-02"
_DITTO = {"〃", "々", "同上", "同", "”", "″", '"', "仝", "同前", "上に同じ", "同じ"}


def check(context: Context) -> Iterator[Hit]:
    """Ditto marks, per column."""
    for table, column, _profile in context.columns():
        texts = {t for t in column.texts if t.strip() in _DITTO}
        if hit := context.group(table, column, texts, "default"):
            yield hit
