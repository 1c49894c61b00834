"""L3-03: marks for nil, unknown or suppressed in numeric columns."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit

RULE = "L3-03"


def check(context: Context) -> Iterator[Hit]:
    """One hit per numeric column; a file cannot define its marks, the description of the dataset can."""
    for table, column, profile in context.columns():
        if profile.marks and profile.marks == profile.filled and profile.marks > 1:
            places = column.places(profile.mark_texts)
            if hit := context.group_at(table, column, places, "all", list=_named(profile.mark_texts)):
                yield hit
        elif (
            profile.marks
            and profile.numeric
            and (
                hit := context.group(
                    table, column, profile.mark_texts, "default", list=_named(profile.mark_texts)
                )
            )
        ):
            yield hit


def _named(marks: set[str]) -> list[str]:
    return [f"「{mark.strip()}」" for mark in sorted(marks)]
