"""Step: dates as YYYY-MM-DD, era dates and the day numbers of a spreadsheet too. What is no possible day is left."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from .working import Working

RULES = ("L3-05",)
_EPOCH = date(1899, 12, 30)
_FIVE = re.compile(r"^[1-9][0-9]{4}$")
_SLACK = timedelta(days=3660)


def apply(work: Working) -> None:
    """In columns that the standard declares as dates, or that hold certain days in four of five cells."""
    found = work.profile
    known = list(found.days.values())
    certain = work.column.count(found.days) if found.days else 0
    native = [v for v in work.column.counts if isinstance(v, date)] if work.native else []
    certain += sum(work.column.counts[v] for v in native)
    known += [v.date() if isinstance(v, datetime) else v for v in native]
    if work.declared not in (None, "date") or not known or (work.declared is None and found.code):
        return
    if work.declared is None and certain < (found.filled - found.marks) * 0.8:
        return
    mapping = {text: day.isoformat() for text, day in found.days.items()}
    mapping.update(_day_numbers(work, min(known) - _SLACK, max(known) + _SLACK))
    work.edit("L3-05", mapping)


def _day_numbers(work: Working, first: date, last: date) -> dict[str, str]:
    """Bare day numbers of a spreadsheet (45383 is 2024-04-01) among days of the same years."""
    days = {t: _EPOCH + timedelta(days=int(t)) for t in work.matching(_FIVE)}
    return {text: day.isoformat() for text, day in days.items() if first <= day <= last}
