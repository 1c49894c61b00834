"""Dates, sizes and counts as people read them. No CKAN here."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["JAPAN", "iso", "long_date", "long_datetime", "number", "size"]

JAPAN = ZoneInfo("Asia/Tokyo")
_UNITS = ("KB", "MB", "GB", "TB")


def _moment(value: str | date | datetime | None, zone: tzinfo) -> datetime | date | None:
    """Return what ``value`` says, in ``zone``; times without a zone are UTC (CKAN's rule); ``None`` if unreadable."""
    if not value:
        return None
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
    return value


def long_date(value: str | date | datetime | None, lang: str = "ja", zone: tzinfo = JAPAN) -> str:
    """Return 2026年11月23日 (``en``: 23 November 2026); an empty string when there is no readable date."""
    moment = _moment(value, zone)
    if moment is None:
        return ""
    if lang == "ja":
        return f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{moment.day} {moment:%B} {moment.year}"


def long_datetime(value: str | date | datetime | None, lang: str = "ja", zone: tzinfo = JAPAN) -> str:
    """Return 2026年11月23日 9時5分 (``en``: 23 November 2026, 09:05); a day alone where there is no time."""
    moment = _moment(value, zone)
    day = long_date(value, lang, zone)
    if not isinstance(moment, datetime):
        return day
    return f"{day} {moment.hour}時{moment.minute}分" if lang == "ja" else f"{day}, {moment:%H:%M}"


def iso(value: str | date | datetime | None, zone: tzinfo = JAPAN) -> str:
    """Return the day as ``YYYY-MM-DD`` for ``<time datetime>``; an empty string when there is none."""
    moment = _moment(value, zone)
    return f"{moment:%Y-%m-%d}" if moment else ""


def number(value: int | float | str | None) -> str:
    """Return 12,345; an empty string for what is not a number."""
    try:
        amount = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    return f"{int(amount):,}" if amount == int(amount) else f"{amount:,}"


def size(value: int | str | None, lang: str = "ja") -> str:
    """Return a file size as 512バイト, 12.3KB, 4.5MB (one decimal below 100); empty for none or nonsense."""
    try:
        count = int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    if count < 0:
        return ""
    if count < 1024:
        return f"{count:,}バイト" if lang == "ja" else f"{count:,} bytes"
    amount = float(count)
    for unit in _UNITS:
        amount /= 1024
        if amount < 999.5 or unit == _UNITS[-1]:
            break
    space = "" if lang == "ja" else " "
    return f"{amount:.1f}{space}{unit}" if amount < 99.95 else f"{amount:,.0f}{space}{unit}"
