"""Step: dates as YYYY-MM-DD, era dates and the day numbers of a spreadsheet too. What is no possible day is left."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from .working import Working

RULES = ("L3-05", "V-05")
MONTH_FIRST = re.compile(r"^([0-9]{1,2})/([0-9]{1,2})/((?:19|20)[0-9]{2})$")
_EPOCH = date(1899, 12, 30)
_FIVE = re.compile(r"^[1-9][0-9]{4}$")


def apply(work: Working) -> None:
    """In columns that the standard declares as dates, or that hold certain days in four of five cells."""
    found = work.profile
    native = [v for v in work.column.counts if isinstance(v, date)] if work.native else []
    if work.declared not in (None, "date") or (work.declared is None and found.code):
        return
    american = _month_first(work) if found.words else {}
    known = [*found.days.values(), *american.values()]
    known += [v.date() if isinstance(v, datetime) else v for v in native]
    if not known:
        return
    serials = _day_numbers(work, min(known), max(known))
    certain = work.column.count([*found.days, *american, *(serials if american else ())])
    certain += sum(work.column.counts[v] for v in native)
    if work.declared is None and certain < (found.filled - found.marks) * 0.8:
        return
    work.edit("L3-05", {text: day.isoformat() for text, day in found.days.items()})
    work.edit("V-05", {text: day.isoformat() for text, day in {**american, **serials}.items()})


def _month_first(work: Working) -> dict[str, date]:
    """6/15/2021 as 2021-06-15 where the column proves its order: some number in the second place is above 12, and
    every one of them is a day when it is read so."""
    days: dict[str, date] = {}
    proven = False
    for text in work.matching(MONTH_FIRST):
        month, day, year = map(int, re.split("/", text))
        try:
            days[text] = date(year, month, day)
        except ValueError:
            return {}
        proven = proven or day > 12
    return days if proven else {}


def _day_numbers(work: Working, first: date, last: date) -> dict[str, date]:
    """Bare day numbers of a spreadsheet (45383 is 2024-04-01), when all of them lie between other days of the column."""
    days = {t: _EPOCH + timedelta(days=int(t)) for t in work.matching(_FIVE)}
    return days if all(first <= day <= last for day in days.values()) else {}
