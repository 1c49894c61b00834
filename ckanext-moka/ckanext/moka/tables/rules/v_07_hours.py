"""V-07: opening hours that end before they begin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ...core.dates import parse_clock
from ..judging.context import Context, Hit
from ..model import Column, Table, Value, as_text

RULE = "V-07"
_ENDS = (
    ("開始", "終了"), ("開館", "閉館"), ("開園", "閉園"), ("開店", "閉店"), ("始業", "終業"),
    ("start", "end"), ("Start", "End"), ("opening", "closing"), ("open", "close"),
)  # fmt: skip
_TIME = re.compile(r"時間|時刻|[Tt]ime|hour")


def check(context: Context) -> Iterator[Hit]:
    """Pairs of columns that differ only in 開始/終了 and the like; each pair of values is judged once."""
    for table in context.tables:
        for first, last in _pairs(table):
            yield from _judged(context, table, first, last)


def _pairs(table: Table) -> Iterator[tuple[Column, Column]]:
    names = {unicodedata.normalize("NFKC", column.label): column for column in table.columns}
    for label, column in names.items():
        if not _TIME.search(label):
            continue
        for begin, end in _ENDS:
            other = names.get(label.replace(begin, end)) if begin in label else None
            if other is not None and other is not column:
                yield column, other
                break


def _judged(context: Context, table: Table, first: Column, last: Column) -> Iterator[Hit]:
    if _all_in_order(first, last):
        return
    pairs = list(zip(first.values, last.values, strict=True))
    faults = {pair: fault for pair in set(pairs) if (fault := _fault(*pair))}
    for variant in ("midnight", "reversed"):
        places = (
            (n, f"{as_text(a)}～{as_text(b)}")
            for n, (a, b) in enumerate(pairs)
            if faults.get((a, b)) == variant
        )
        if hit := context.group_at(table, last, places, variant, first=first.label):
            yield hit


def _all_in_order(first: Column, last: Column) -> bool:
    """No begin of the column is later than any end: the usual case, told by the distinct values alone."""
    begins = [clock for value in first.counts if (clock := parse_clock(as_text(value)))]
    ends = [clock for value in last.counts if (clock := parse_clock(as_text(value)))]
    return not begins or not ends or max(begins) <= min(ends)


def _fault(begin: Value, end: Value) -> str | None:
    opened, closed = parse_clock(as_text(begin)), parse_clock(as_text(end))
    if opened is None or closed is None or closed >= opened:
        return None
    if opened >= "12:00" and "06:00" <= closed <= "08:30":
        # Over night into the morning: later than 29:59, the last time that can be written.
        return None
    return "midnight" if closed == "00:00" else "reversed"
