"""Japanese dates: Western and era notations, read strictly and never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

__all__ = [
    "ERAS",
    "era_year_to_western",
    "is_era_date",
    "parse_clock",
    "parse_date",
    "parse_era_date",
    "parse_western_date",
]

# First day of each era (明治5年12月2日 以前の旧暦日は扱わない). Source: 元号を改める政令 of each era.
ERAS: tuple[tuple[str, str, date], ...] = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 1, 25)),
)
_GREGORIAN_START = date(1873, 1, 1)
_ERA_NAMES = "|".join(name for name, _letter, _start in ERAS)
_ERA = re.compile(
    rf"(?:(?P<name>{_ERA_NAMES})|(?P<letter>[MTSHR])[.]?)\s*(?P<year>元|\d{{1,2}})\s*"
    r"(?:年\s*(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})\s*日|[./-](?P<m2>\d{1,2})[./-](?P<d2>\d{1,2}))"
)
_ERA_ANY = re.compile(
    rf"(?:(?:{_ERA_NAMES})\s*(?:元|\d{{1,2}})\s*年|^[MTSHR][.]?(?:元|\d{{1,2}})[./-]\d{{1,2}}[./-]\d{{1,2}}$)"
)
_ERA_YEAR = re.compile(rf"(?P<name>{_ERA_NAMES})\s*(?P<year>元|\d{{1,2}})\s*年")
_WESTERN = re.compile(
    r"(?P<y>\d{4})(?:-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})|/(?P<m2>\d{1,2})/(?P<d2>\d{1,2})|"
    r"[.](?P<m3>\d{1,2})[.](?P<d3>\d{1,2})|\s*年\s*(?P<m4>\d{1,2})\s*月\s*(?P<d4>\d{1,2})\s*日)"
    r"(?:[ T]00:00(?::00)?)?"
)
# 2024年7月26日（金）: taken away only where it is the weekday of that day.
_WEEKDAYS = "月火水木金土日"
_WEEKDAY = re.compile(rf"\s*\((?P<weekday>[{_WEEKDAYS}])(?:曜日?)?\)$")
_CLOCK = re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?")


def parse_era_date(text: str) -> date | None:
    """Return the day written in a Japanese era (平成13年4月1日, H13.4.1, 令和元年5月1日), else ``None``.

    The day must lie inside its era: 平成31年5月1日 and 昭和65年1月1日 give ``None``, since what was meant is unclear;
    so does a weekday behind it that is not its own (令和6年4月1日（火） was a Monday).
    """
    plain, weekday = _split(text)
    match = _ERA.fullmatch(plain)
    if match is None:
        return None
    index = next(
        i for i, (name, letter, _s) in enumerate(ERAS) if match["name"] == name or match["letter"] == letter
    )
    start = ERAS[index][2]
    end = ERAS[index - 1][2] if index else None
    year = 1 if match["year"] == "元" else int(match["year"])
    day = _day(start.year + year - 1, int(match["m1"] or match["m2"]), int(match["d1"] or match["d2"]))
    if day is None or day < max(start, _GREGORIAN_START) or (end is not None and day >= end):
        return None
    return day if weekday in (None, day.weekday()) else None


def parse_western_date(text: str) -> date | None:
    """Return the day of ``YYYY-M-D``, ``YYYY/M/D``, ``YYYY.M.D`` or ``YYYY年M月D日`` (full width too), else ``None``."""
    plain, weekday = _split(text)
    match = _WESTERN.fullmatch(plain)
    if match is None:
        return None
    month = next(match[f"m{i}"] for i in range(1, 5) if match[f"m{i}"])
    day = next(match[f"d{i}"] for i in range(1, 5) if match[f"d{i}"])
    found = _day(int(match["y"]), int(month), int(day))
    return found if found and weekday in (None, found.weekday()) else None


def parse_date(text: str) -> date | None:
    """Return the day that ``text`` writes, in Western or era notation, else ``None``."""
    return parse_western_date(text) or parse_era_date(text)


def era_year_to_western(text: str) -> str | None:
    """Return ``text`` with its era year written in the Western calendar: 令和6年度 is 2024年度; else ``None``."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    match = _ERA_YEAR.search(narrow)
    if match is None:
        return None
    start = next(day.year for name, _letter, day in ERAS if name == match["name"])
    year = start + (1 if match["year"] == "元" else int(match["year"])) - 1
    return f"{narrow[: match.start()]}{year}年{narrow[match.end() :]}"


def is_era_date(text: str) -> bool:
    """Tell whether ``text`` contains a year counted in a Japanese era."""
    return _ERA_ANY.search(unicodedata.normalize("NFKC", text).strip()) is not None


def parse_clock(text: str) -> str | None:
    """Return ``hh:mm`` for a time of day (9:00, ９：００, 09:00:00; 24:00 to 29:59 allowed as closing hours), else ``None``."""
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or int(match["h"]) > 29 or int(match["m"]) > 59 or (match["s"] or "00") != "00":
        return None
    return f"{int(match['h']):02d}:{match['m']}"


def _split(text: str) -> tuple[str, int | None]:
    """Return a text in half width without the weekday behind it, and that weekday (Monday is 0)."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _WEEKDAY.search(plain) if plain.endswith(")") else None
    if match is None:
        return plain, None
    return plain[: match.start()], _WEEKDAYS.index(match["weekday"])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
