"""L3-05: era dates and mixed notations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.dates import era_year_to_western, is_era_date
from ..context import Context, Hit
from ..model import Column, Table
from ..profile import Profile

RULE = "L3-05"
_ERA = re.compile(r"明治|大正|昭和|平成|令和|[MTSHRＭＴＳＨＲ][.．]?[0-9０-９元]")


def check(context: Context) -> Iterator[Hit]:
    """Columns that are meant as dates or years: era notation, or a notation other than YYYY-MM-DD."""
    for table, column, profile in context.columns():
        if not profile.filled or not column.texts:
            continue
        declared = table.schema_fields.get(column.index, {}).get("type")
        dated = profile.iso + profile.dates + profile.eras
        if declared != "date" and dated < (profile.filled - profile.marks) * 0.8:
            continue
        yield from _era(context, table, column, profile, declared)
        yield from _western(context, table, column, profile, declared)


def _era(
    context: Context, table: Table, column: Column, profile: Profile, declared: str | None
) -> Iterator[Hit]:
    eras = {t for t in column.matching(_ERA) if is_era_date(t)}
    if not eras:
        return
    example = next(t for t in column.texts if t in eras)
    day = profile.days.get(example)
    plain = day.isoformat() if day else era_year_to_western(example) or "2001-04-01"
    certain = declared == "date" and all(t in profile.days for t in eras)
    if hit := context.group(table, column, eras, "era-fix" if certain else "era", plain=plain):
        yield hit


def _western(
    context: Context, table: Table, column: Column, profile: Profile, declared: str | None
) -> Iterator[Hit]:
    other = {t for t, day in profile.days.items() if t != day.isoformat() and not is_era_date(t)}
    if not other:
        return
    example = next(t for t in column.texts if t in other)
    whole = declared == "date" or profile.iso + profile.dates == profile.filled
    variant = "slash" if whole else "mixed"
    if hit := context.group(table, column, other, variant, plain=profile.days[example].isoformat()):
        yield hit
