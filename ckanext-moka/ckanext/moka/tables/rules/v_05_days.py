"""V-05: days that never were: 30 February, 昭和64年1月8日, 令和元年4月30日; month first; serial numbers for dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ...core.dates import ERAS, parse_date
from ..judging.context import Context, Hit
from ..judging.values import group, hits
from ..model import Column, Table, Value

RULE = "V-05"
_LABEL = re.compile(
    r"(?:(?<![曜翌祝休平前毎終])日|年月日|日付|期日)(?:[(（].*[)）])?$|(?:^|_)date$|[a-z]Date$|Day$"
)
_PROVEN = r"[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_NAMES = "|".join(name for name, _letter, _start in ERAS)
_ERA = re.compile(
    rf"(?P<era>{_NAMES}|[MTSHR])[.]?\s*(?P<year>元|[0-9]{{1,2}})\s*[年./-]\s*(?P<month>[0-9]{{1,2}})\s*[月./-]\s*"
    r"(?P<day>[0-9]{1,2})\s*日?"
)
_WEST = re.compile(r"[12][0-9]{3}\s*[年./-]\s*[0-9]{1,2}\s*[月./-]\s*[0-9]{1,2}\s*日?")
_SERIAL = re.compile(r"^[2-6][0-9]{4}$")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/((?:19|20)[0-9]{2})")


def check(context: Context) -> Iterator[Hit]:
    """Columns that hold dates, by what they contain or by their name."""
    for table, column, profile in context.columns():
        dated = profile.iso + profile.dates + profile.eras
        if dated * 2 < profile.filled - profile.marks and not _LABEL.search(column.label):
            continue
        yield from hits(context, table, column, _fault, proven=_PROVEN, plain=_plain)
        if hit := _serial(context, table, column, dated):
            yield hit


def _fault(text: str) -> str | None:
    if match := _ERA.fullmatch(text):
        if parse_date(text):
            return None
        return "era" if _reading(match) else "never"
    if _WEST.fullmatch(text):
        return None if parse_date(text) else "never"
    if match := _MONTH_FIRST.fullmatch(text):
        return "month-first" if int(match[1]) <= 12 and int(match[2]) <= 31 else None
    return "never" if re.fullmatch(r"[12][0-9]{3}(?:0[1-9]|1[0-2])(?:3[2-9]|[4-9][0-9])", text) else None


def _reading(match: re.Match[str]) -> date | None:
    """The day as the years of its era would be counted on beyond its end, or back before its beginning."""
    start = next(s for name, letter, s in ERAS if match["era"] in (name, letter))
    year = 1 if match["year"] == "元" else int(match["year"])
    try:
        return date(start.year + year - 1, int(match["month"]), int(match["day"])) if year else None
    except ValueError:
        return None


def _plain(text: str) -> str:
    if (match := _ERA.fullmatch(text)) and (day := _reading(match)):
        name, _letter, start = next(era for era in ERAS if day >= era[2])
        year = day.year - start.year + 1
        return f"{day.isoformat()}（{name}{'元' if year == 1 else year}年{day.month}月{day.day}日）"
    if match := _MONTH_FIRST.fullmatch(text):
        return f"{match[3]}-{int(match[1]):02d}-{int(match[2]):02d}"
    return "2024-04-01"


def _serial(context: Context, table: Table, column: Column, dated: int) -> Hit | None:
    """Among dates, bare numbers as a spreadsheet counts days (44377 is 2021-06-30)."""
    if not dated and not column.holds(_MONTH_FIRST):
        return None
    wanted: set[Value] = set(column.matching(_SERIAL))
    if column.native[int]:
        wanted |= {v for v in column.counts if _is_serial(v)}
    return group(context, table, column, wanted, "serial") if wanted else None


def _is_serial(value: Value) -> bool:
    return type(value) is int and 20_000 <= value <= 69_999
