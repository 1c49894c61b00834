"""Solr's date arithmetic: ``NOW-7DAYS/DAY``, ``2026-04-01T00:00:00Z+1YEAR``."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from ckanext.moka.search.language.fields import parse_date
from ckanext.moka.search.language.nodes import QueryError

__all__ = ["millis", "resolve"]

_STEP = re.compile(r"([+\-/])([0-9]{0,9})(YEAR|MONTH|DAY|DATE|HOUR|MINUTE|SECOND|MILLISECOND|MILLI)S?")
_START = re.compile(r"^(NOW|\d{4}-\d\d(?:-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)?|\d{4})")
_SPAN = {"DAY": "days", "DATE": "days", "HOUR": "hours", "MINUTE": "minutes", "SECOND": "seconds"}
_ORDER = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


def resolve(text: str, now: dt.datetime | None = None) -> dt.datetime:
    """Return the moment (UTC, without zone) that ``text`` names; raises :class:`QueryError`."""
    moment, rest = _start(text.strip(), now)
    while rest:
        step = _STEP.match(rest)
        if not step:
            raise QueryError(f"Invalid date: {text!r}")
        sign, number, unit = step.groups()
        try:
            moment = _round(moment, unit) if sign == "/" else _add(moment, int(sign + (number or "1")), unit)
        except (OverflowError, ValueError) as error:
            raise QueryError(f"Date out of range: {text!r}") from error
        rest = rest[step.end() :]
    return moment


def millis(moment: dt.datetime) -> int:
    """Return ``moment`` (UTC, without zone) in milliseconds since 1970."""
    return (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(milliseconds=1)


def _start(text: str, now: dt.datetime | None) -> tuple[dt.datetime, str]:
    head = _START.match(text)
    if not head:
        raise QueryError(f"Invalid date: {text!r}")
    word, rest = head.group(1), text[head.end() :]
    if word == "NOW":
        return now or dt.datetime.now(dt.UTC).replace(tzinfo=None), rest
    moment = parse_date(word + {4: "-01-01", 7: "-01"}.get(len(word), ""))
    if moment is None:
        raise QueryError(f"Invalid date: {text!r}")
    return moment, rest


def _add(moment: dt.datetime, number: int, unit: str) -> dt.datetime:
    if unit in ("YEAR", "MONTH"):
        months = moment.year * 12 + moment.month - 1 + number * (12 if unit == "YEAR" else 1)
        year, month = divmod(months, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day)
    if unit.startswith("MILLI"):
        return moment + dt.timedelta(milliseconds=number)
    return moment + dt.timedelta(**{_SPAN[unit]: number})


def _round(moment: dt.datetime, unit: str) -> dt.datetime:
    unit = "DAY" if unit == "DATE" else unit
    if unit.startswith("MILLI"):
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    keep = _ORDER.index(unit) + 1
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    floor = [1, 1, 1, 0, 0, 0]
    year, month, day, hour, minute, second = parts[:keep] + floor[keep:]
    return dt.datetime(year, month, day, hour, minute, second)
