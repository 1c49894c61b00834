"""L2-01: amounts that are not plain numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..context import Context, Hit
from ..labels import serial
from ..model import Column, Table
from ..profile import FAULTS, Profile, first_fault

RULE = "L2-01"
_AMOUNT = re.compile(
    r"数$|額$|人口|世帯|面積|金額|単価|価格|延長|割合|率$|高さ|重量|緯度|経度|[Ll]atitude|[Ll]ongitude|[（(][円人㎡m件%][^）)]*[）)]$|"
    r"[Tt]otal|[Cc]ount$|^number_?[Oo]f|[Pp]opulation|[Pp]rice$|[Aa]mount|[Rr]ate$|[Cc]apacity$|[Qq]uantity$|[a-z](?:Wom|M)an$"
)


def check(context: Context) -> Iterator[Hit]:
    """In numeric columns: one hit per kind of fault; and words among numbers."""
    for table, column, profile in context.columns():
        if not profile.numeric or serial(column.label):
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
        yield from _stored_as_text(context, table, column, profile)


def _words(context: Context, table: Table, column: Column, profile: Profile) -> Iterator[Hit]:
    words = {t for t in profile.word_texts | set(profile.days) if t.strip()}
    if hit := context.group(table, column, words, "word"):
        yield hit


def _stored_as_text(context: Context, table: Table, column: Column, profile: Profile) -> Iterator[Hit]:
    """In a workbook: numbers typed as text in a column that is numeric otherwise, or whose name says amounts."""
    native = any(column.native.get(t) for t in (int, float))
    if context.text_file or not (native or _AMOUNT.search(column.label)):
        return
    texts = {
        t
        for t in column.texts
        if t.strip()
        and t not in profile.numbers
        and t not in profile.mark_texts
        and t not in profile.word_texts
        and t not in profile.days
    }
    if hit := context.group(table, column, texts, "text"):
        yield hit
