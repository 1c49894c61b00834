"""L2-01: amounts that are not plain numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..judging.context import Context, Hit, joined
from ..judging.labels import serial
from ..judging.profile import FAULTS, Profile, first_fault
from ..model import Column, Table

RULE = "L2-01"
_BRACKETS = re.compile(r"^[(（][0-9０-９]{1,3}(?:[,，]?[0-9０-９]{3})*(?:[.．][0-9０-９]+)?[)）]$")
_MANY = 2
_AMOUNT = re.compile(
    r"数$|額$|人口|世帯|面積|金額|単価|価格|延長|割合|率$|高さ|重量|緯度|経度|[Ll]atitude|[Ll]ongitude|[（(][円人㎡m件%][^）)]*[）)]$|"
    r"[Tt]otal|[Cc]ount$|^number_?[Oo]f|[Pp]opulation|[Pp]rice$|[Aa]mount|[Rr]ate$|[Cc]apacity$|[Qq]uantity$|[a-z](?:Wom|M)an$"
)


def check(context: Context) -> Iterator[Hit]:
    """In numeric columns: one hit per kind of fault; and words among numbers."""
    for table, column, profile in context.columns():
        if hit := _bracketed(context, table, column, profile):
            yield hit
            continue
        if not profile.numeric or serial(column.label) or _codes(profile):
            continue
        for fault in FAULTS:
            texts = {t for t, n in profile.numbers.items() if first_fault(n) == fault}
            if not texts:
                continue
            example = column.first(texts)
            number = profile.numbers[example]
            units = sorted({n.unit for n in profile.numbers.values() if n.unit})
            variant = "units" if fault == "unit" and len(units) > 1 else fault
            data: dict[str, Any] = {
                "plain": number.plain,
                "unit": number.unit,
                "list": [f"「{u}」" for u in units],
            }
            if hit := context.group(table, column, texts, variant, **data):
                yield hit
        yield from _words(context, table, column, profile)
    yield from _stored_as_text(context)


def _bracketed(context: Context, table: Table, column: Column, profile: Profile) -> Hit | None:
    """(500) among bare numbers: below zero, or a part of the number beside it; nobody can tell."""
    bare = profile.plain + profile.loose
    if not bare or not profile.words or profile.code or profile.zeros:
        return None
    wanted = column.matching(_BRACKETS)
    if not wanted or (bare + column.count(wanted)) * 5 < (profile.filled - profile.marks) * 4:
        return None
    return context.group(table, column, wanted, "bracket")


def _codes(profile: Profile) -> bool:
    """007.64 beside 913.6 is a class of books: what begins with a needless zero is no amount."""
    return any("zero" in number.faults for number in profile.numbers.values())


def _words(context: Context, table: Table, column: Column, profile: Profile) -> Iterator[Hit]:
    words = {t for t in profile.word_texts | set(profile.days) if t.strip()}
    if hit := context.group(table, column, words, "word"):
        yield hit


def _stored_as_text(context: Context) -> Iterator[Hit]:
    """In a workbook: numbers typed as text in columns that are numeric otherwise, or whose names say amounts.

    Programs that write all cells as text do so in every column: that is one fault per table.
    """
    for table in context.tables if not context.text_file else ():
        hits = []
        for column in table.columns:
            profile = context.profile(table, column)
            if not profile.numeric or serial(column.label) or _codes(profile):
                continue
            if any(column.native.get(t) for t in (int, float)) or _AMOUNT.search(column.label):
                odd = [*profile.numbers, *profile.mark_texts, *profile.word_texts, *profile.days]
                texts = {t for t in column.texts if t.strip()} - set(odd)
                if hit := context.group(table, column, texts, "text"):
                    hits.append(hit)
        if len(hits) < _MANY:
            yield from hits
        elif hit := joined(hits, "texts"):
            yield hit
