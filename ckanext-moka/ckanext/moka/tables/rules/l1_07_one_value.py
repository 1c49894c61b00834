"""L1-07: several values in one cell, as far as it is certain: coordinates and phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..context import Context, Hit
from ..repair import is_coordinate_pair

RULE = "L1-07"
_PAIR = re.compile(r"[0-9０-９]{2}[.．][0-9０-９]+\s*[,，、 ]\s*[0-9０-９]{3}[.．]")
_PHONE = re.compile(r"0[0-9]{1,4}[-－ー−(（][0-9]{1,4}[-－ー−)）][0-9]{3,4}")


def check(context: Context) -> Iterator[Hit]:
    """Latitude with longitude; two phone numbers that are not separated by a semicolon."""
    for table, column, _profile in context.columns():
        pairs = {t for t in column.matching(_PAIR) if is_coordinate_pair(t)}
        if pairs and len(pairs) >= len(column.texts) * 0.8:
            odd = {t for t in column.texts if t not in pairs and t.strip(" ,，、\u3000")}
            if odd:
                hit = context.group(table, column, odd, "coordinates-some", example=next(iter(sorted(pairs))))
            else:
                hit = context.group(table, column, pairs, "coordinates")
            if hit:
                yield hit
            continue
        if not _PHONE.search(column.joined) or not re.search(
            r"電話|TEL|ＴＥＬ|[Pp]hone|FAX|連絡先", column.label
        ):
            continue
        several = {t for t in column.texts if len(_PHONE.findall(t)) > 1 and not re.search(r"[;；]", t)}
        if hit := context.group(table, column, several, "phones"):
            yield hit
