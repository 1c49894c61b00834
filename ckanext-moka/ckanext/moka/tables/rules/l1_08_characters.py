"""L1-08: platform-dependent characters outside proper names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..context import SHOWN, Context, Hit
from ..model import Fields, Table, address, show

RULE = "L1-08"
# ①–⑳ Ⅰ–ⅻ ㈱ ㍉ ㎡ № ℡ and the like (NEC special characters, IBM extensions), private use.
_CHARACTERS = re.compile(r"[\u2460-\u24ff\u2160-\u217f\u3200-\u33ff\u2116\u2121\u2776-\u277f\ue000-\uf8ff]")
# Proper names are exempt: what a thing, a person, a place or a company is called.
_NAMES = re.compile(
    r"(名称|名$|氏名|施設名|住所|所在|町|地名|地区|法人|団体|会社|事業|店|屋号|商号|代表|者$|カナ|ナマエ|[Nn]ame|[Aa]ddress|担当|所属|内容|備考|説明|概要|特記|[Nn]ote|[Dd]escription)"
)


def check(context: Context) -> Iterator[Hit]:
    """Cells of columns that do not hold names or free text; and labels."""
    for table in context.tables:
        if hit := _labels(table):
            yield hit
    for table, column, _profile in context.columns():
        if _NAMES.search(column.label):
            continue
        texts = column.matching(_CHARACTERS)
        if texts:
            first = next(t for t in column.texts if t in texts)
            hit = context.group(table, column, texts, "default", **_data([first, *texts]))
            if hit:
                yield hit


def _labels(table: Table) -> Hit | None:
    row = table.header_rows[-1]
    found = [c for c in table.columns if len(table.header_rows) == 1 and _CHARACTERS.search(c.raw_label)]
    if not found:
        return None
    cells = [
        {"cell": address(row, c.index), "row": row + 1, "value": show(c.raw_label)} for c in found[:SHOWN]
    ]
    place = Fields(table.sheet.name, cells[0]["cell"], row + 1, found[0].label, cells[0]["value"])
    return Hit("label", place, _data([c.raw_label for c in found]), len(found), cells)


def _data(texts: list[str]) -> dict[str, str]:
    characters = dict.fromkeys(c for text in texts for c in _CHARACTERS.findall(text))
    plain = "".join(unicodedata.normalize("NFKC", c) if _CHARACTERS.match(c) else c for c in texts[0])
    return {"characters": "".join(list(characters)[:10]), "plain": show(plain, 40)}
