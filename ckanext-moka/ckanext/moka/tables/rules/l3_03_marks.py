"""L3-03: marks for nil, unknown or suppressed in numeric columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit, joined
from ..model import Table, Value

RULE = "L3-03"


def check(context: Context) -> Iterator[Hit]:
    """Columns that hold nothing but marks."""
    for table, column, profile in context.columns():
        if profile.marks and profile.marks == profile.filled and profile.marks > 1:
            places = column.places(profile.mark_texts)
            if hit := context.group_at(table, column, places, "all", list=_named(profile.mark_texts)):
                yield hit


def ask(context: Context) -> Hit | None:
    """Ask once about the marks in numeric columns that no note beside the table explains."""
    found, marks = [], set()
    for table, column, profile in context.columns():
        if profile.marks and profile.numeric and profile.marks < profile.filled:
            open_ones = {m for m in profile.mark_texts if not _explained(table, m.strip())}
            if hit := context.group(table, column, open_ones, "default"):
                found.append(hit)
                marks |= open_ones
    return joined(found, "default", marks=_named(marks))


def _explained(table: Table, mark: str) -> bool:
    """A note such as 「－」は該当なし or x：秘匿 stands above, below or beside the table."""
    rows = table.sheet.rows
    around: list[Value] = [v for r in [*table.title_rows, *table.note_rows] for v in rows[r]]
    around += [rows[r][c] for r, c in table.side_cells]
    pattern = (
        rf"[「『“\"'（(]{re.escape(mark)}[」』”\"'）)]|(?:^|[\s、，・]){re.escape(mark)}\s*(?:は|…|[:：=＝])"
    )
    return any(isinstance(v, str) and re.search(pattern, v) for v in around)


def _named(marks: set[str]) -> list[str]:
    return [f"「{mark.strip()}」" for mark in sorted(marks)]
