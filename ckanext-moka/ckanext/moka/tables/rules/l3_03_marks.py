"""L3-03: marks for nil, unknown or suppressed in numeric columns."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit

RULE = "L3-03"


def check(context: Context) -> Iterator[Hit]:
    """One hit per numeric column; a file cannot define its marks, the description of the dataset can."""
    for table, column, profile in context.columns():
        if profile.marks and profile.numeric:
            marks = [f"「{m.strip()}」" for m in sorted(profile.mark_texts)]
            if hit := context.group(table, column, profile.mark_texts, "default", list=marks):
                yield hit
