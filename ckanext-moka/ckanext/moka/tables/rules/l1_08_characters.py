"""L1-08: platform-dependent characters. Proper names keep theirs (髙, 﨑): by their column, or because a person says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from ..cleaning import DEPENDENT, EXEMPT, plain_characters
from ..judging.context import SHOWN, Context, Hit, joined, spot
from ..judging.labels import free_text
from ..judging.personal import person_column
from ..model import Column, Fields, Table, show

RULE = "L1-08"
# Characters that no font outside the office has; they are wrong in names too.
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
# ㈱ beside a name belongs to the name of a company.
_COMPANY = re.compile(r"[㈱㈲㈳㈴㈵㈶㈻](?=[^\s\d])|(?<=[^\s\d])[㈱㈲㈳㈴㈵㈶㈻]")
_NAME = re.compile(
    r"姓|名字|苗字|議員|委員|作者|著者|作家|保護者|駅|停留所|バス停|路線|河川|橋|公園|学校|病院|神社|寺|山$|川$|地名|地点|場所|位置|字$|"
    r"[Oo]wner|[Pp]lace|[Ll]ocation|[Ff]acility|[Pp]erson|[Tt]own|[Cc]ity|[Ss]tation|[Ss]chool|[Aa]uthor|[Tt]itle|題名|書名|作品|タイトル"
)


def check(context: Context) -> Iterator[Hit]:
    """Signs such as ① ㎡ № outside names; private-use characters everywhere; and labels."""
    for table in context.tables:
        if hit := _labels(table):
            yield hit
    for table, column, profile in context.columns():
        private = column.matching(_PRIVATE)
        if hit := _group(context, table, column, private, "private"):
            yield hit
        free = free_text(column.label)
        if not free and _names(column):
            continue
        # Units of amounts (12㎡) are named by L2-01.
        texts = column.matching(DEPENDENT) - private - set(profile.numbers if profile.numeric else ())
        texts = {t for t in texts if DEPENDENT.search(_COMPANY.sub("", t))}
        exempt = EXEMPT.search(column.label) is not None
        if hit := _group(context, table, column, texts, "text" if exempt else "default"):
            yield hit


def ask(context: Context) -> Hit | None:
    """Ask once about rare ideographs outside columns of names: 髙 in a name is right, in 髙齢者 it is not."""
    found = []
    for table, column, _profile in context.columns():
        if free_text(column.label) or _names(column):
            continue
        texts = column.matching(_rare())
        if not texts:
            continue
        signs = "".join(dict.fromkeys(c for t in sorted(texts) for c in _rare().findall(t)))[:10]
        if hit := context.group(table, column, texts, "asked"):
            found.append(hit._replace(data={"characters": signs}))
    characters = "".join(dict.fromkeys("".join(str(h.data["characters"]) for h in found)))[:10]
    return joined(found, "asked", characters=characters)


def _names(column: Column) -> bool:
    """What a thing, a person, a place, a company is called."""
    return (EXEMPT.search(column.label) or _NAME.search(column.label)) is not None or person_column(column)


@cache
def _rare() -> re.Pattern[str]:
    """Ideographs outside JIS X 0208: what CP932 adds (髙 﨑), compatibility forms, and the supplementary planes."""
    common = set()
    for code in range(0x4E00, 0xA000):
        try:
            chr(code).encode("iso2022_jp")
        except UnicodeEncodeError:
            continue
        common.add(code)
    ranges, start = [], None
    for code in range(0x4E00, 0xA001):
        rare = code < 0xA000 and code not in common
        if rare and start is None:
            start = code
        elif not rare and start is not None:
            ranges.append(f"{chr(start)}-{chr(code - 1)}")
            start = None
    return re.compile(f"[{''.join(ranges)}\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003ffff]")


def _group(context: Context, table: Table, column: Column, texts: set[str], variant: str) -> Hit | None:
    if not texts:
        return None
    first = column.first(texts)
    return context.group(table, column, texts, variant, **_data([first, *sorted(texts)]))


def _labels(table: Table) -> Hit | None:
    row = table.header_rows[-1]
    found = [c for c in table.columns if len(table.header_rows) == 1 and DEPENDENT.search(c.raw_label)]
    if not found:
        return None
    cells = [spot(row, c.index, c.raw_label) for c in found[:SHOWN]]
    place = Fields(table.sheet.name, cells[0]["cell"], row + 1, found[0].label, cells[0]["value"])
    return Hit("label", place, _data([c.raw_label for c in found]), len(found), cells)


def _data(texts: list[str]) -> dict[str, Any]:
    characters = dict.fromkeys(c for text in texts for c in DEPENDENT.findall(text))
    return {"characters": "".join(list(characters)[:10]), "plain": show(plain_characters(texts[0]), 40)}
