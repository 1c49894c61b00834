"""L3-05: era dates and mixed notations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ...core.dates import era_year_to_western, is_era_date
from ..judging.context import SHOWN, Context, Hit, spot
from ..judging.profile import Profile
from ..model import Column, Fields, Table

RULE = "L3-05"
_ERA = re.compile(r"明治|大正|昭和|平成|令和|[MTSHRＭＴＳＨＲ][.．]?[0-9０-９元]")

_ERA_LABEL = re.compile(
    r"(?:明治|大正|昭和|平成|令和)(?:元|[0-9０-９]{1,2})(?:年度|年)?|(?<![A-Za-z])[SHR](?:元|[0-9]{1,2})(?:年度|年)"
)
# R5, R5.4: an era's letter with the year, and perhaps the month; a day makes it a date.
_SHORT_ERA = re.compile(
    r"^\s*[MTSHRＭＴＳＨＲ][.．]?(?:元|[0-9０-９]{1,2})(?:[.．/／-][0-9０-９]{1,2})?(?:年度?|月)?\s*$"
)
_TIME_LABEL = re.compile(r"年|月|日|期|時点|[Yy]ear|[Dd]ate|[Mm]onth")
_WESTERN_YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9])")
_WESTERN_LABEL = re.compile(r"西暦")


def check(context: Context) -> Iterator[Hit]:
    """Columns that are meant as dates or years: era notation, or a notation other than YYYY-MM-DD."""
    for table in context.tables:
        if hit := _labels(table):
            yield hit
    for table, column, profile in context.columns():
        if not profile.filled or not column.texts:
            continue
        declared = table.schema_fields.get(column.index, {}).get("type")
        dated = profile.iso + profile.dates + profile.eras
        if _TIME_LABEL.search(column.label) and (short := column.matching(_SHORT_ERA)):
            dated += column.count({t for t in short if not is_era_date(t)})
        if declared != "date" and dated < (profile.filled - profile.marks) * 0.8:
            continue
        if not _western_beside(table, column, profile):
            yield from _era(context, table, column, profile, declared)
        yield from _western(context, table, column, profile, declared)


def _labels(table: Table) -> Hit | None:
    """Years as columns, in era notation only (令和5年度 without 2023)."""
    eras = [c for c in table.columns if _ERA_LABEL.search(c.label) and not _WESTERN_YEAR.search(c.label)]
    if len(eras) < 2 or len({_ERA_LABEL.sub("", c.label) for c in eras}) == len(eras):
        return None
    row = table.header_rows[-1]
    cells = [spot(row, c.index, c.label) for c in eras[:SHOWN]]
    place = Fields(table.sheet.name, cells[0]["cell"], row + 1, eras[0].label, eras[0].label)
    plain = era_year_to_western(eras[0].label) or "2023年"
    return Hit("label", place, {"plain": plain}, len(eras), cells)


def _western_beside(table: Table, column: Column, profile: Profile) -> bool:
    """The same time stands in another column in Western notation."""
    return any(
        other is not column
        and other.label
        and (_WESTERN_LABEL.search(other.label) or _stem(other.label) == _stem(column.label))
        and other.filled >= column.filled
        and not any(map(is_era_date, other.texts))
        for other in table.columns
    )


def _stem(label: str) -> str:
    return re.sub(r"[（(_]?(?:西暦|和暦)[）)]?", "", label)


def _shape(text: str) -> str:
    """The notation of a date: 2024/4/1 and 2024/12/31 are one, 2024.4.1 is another."""
    return re.sub(r"[0-9]+", "9", text.strip())


def _era(
    context: Context, table: Table, column: Column, profile: Profile, declared: str | None
) -> Iterator[Hit]:
    eras = {t for t in column.matching(_ERA) if is_era_date(t) or _SHORT_ERA.search(t)}
    eras = {t for t in eras if not _WESTERN_YEAR.search(t)}
    if not eras:
        return
    example = column.first(eras)
    day = profile.days.get(example)
    plain = day.isoformat() if day else era_year_to_western(_spelled(example)) or "2001-04-01"
    certain = declared == "date" and all(t in profile.days for t in eras)
    if hit := context.group(table, column, eras, "era-fix" if certain else "era", plain=plain):
        yield hit


def _spelled(text: str) -> str:
    """R5.4 as 令和5年4月."""
    match = re.match(r"\s*([MTSHR])[.]?(元|[0-9]+)(?:[./-]([0-9]+))?", unicodedata.normalize("NFKC", text))
    if match is None:
        return text
    era = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}[match[1]]
    return f"{era}{match[2]}年" + (f"{match[3]}月" if match[3] else "")


def _western(
    context: Context, table: Table, column: Column, profile: Profile, declared: str | None
) -> Iterator[Hit]:
    other = {t for t, day in profile.days.items() if t != day.isoformat() and not is_era_date(t)}
    if not other:
        return
    example = column.first(other)
    whole = declared == "date" or profile.iso + profile.dates == profile.filled
    # One Western notation throughout is what the rule allows; the standards and the published file use ISO 8601.
    western = declared != "date" and not profile.iso and len({_shape(t) for t in other}) == 1
    western = western and not re.search("[０-９]", "".join(other))
    variant = "western" if whole and western else "slash" if whole else "mixed"
    if hit := context.group(table, column, other, variant, plain=profile.days[example].isoformat()):
        yield hit
