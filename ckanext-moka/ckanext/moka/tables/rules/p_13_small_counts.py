"""P-13: one to four persons of a sensitive kind in a small area.

Japanese official statistics suppress small counts (X): commonly those below 5 or below 10; here 1 to 4 are pointed at.
Population and households by area are published everywhere and are no finding; nor are zero and larger counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..model import Column, Table, as_text

RULE = "P-13"
SMALLEST_PUBLISHED = 5
_AREA = re.compile(r"(町丁|大字|小字|字名|^町名$|町・?字|町域|行政区|自治会|町内会|^地域名?$|^地区名?$|area)")
_CHOME = re.compile(r"(丁目|大字.+|字.+|[0-9一二三四五六七八九十]区|町)$")
_SENSITIVE = re.compile(
    r"(障害|障がい|障碍|手帳所持|療育|要介護|要支援|介護認定|認知症|生活保護|被保護|保護世帯|保護人員|ひとり親|一人親|母子|父子"
    r"|児童扶養手当|就学援助|難病|疾病|疾患|罹患|患者|感染|陽性|自殺|自死|虐待|ＤＶ|DV|滞納|未納|不登校|要配慮者|要援護者|要支援者"
    r"|独居|ひとり暮らし|一人暮らし|単身高齢|高齢単身|外国人|国籍別|犯罪被害)"
)
_NO_COUNT = re.compile(
    r"(番号|コード|code|ID|年度?$|^月|緯度|経度|割合|率|平均|面積|金額|円|住所|電話|施設|事業所|箇所|か所|病院|定員)"
)


def check(context: Context) -> Iterator[Hit]:
    """One hit per column of counts in a table by small area whose label, title or file name says what is counted."""
    for table in context.tables:
        areas = [c for c in table.columns if _small_area(c)]
        if not areas:
            continue
        title = " ".join([context.source.name, table.sheet.name or "", *_titles(table)])
        about = _SENSITIVE.search(title) is not None
        for column in table.columns:
            if column in areas or _NO_COUNT.search(column.label):
                continue
            if about or _SENSITIVE.search(column.label):
                places = ((i, v) for i, v in enumerate(column.values) if _small(v))
                if _counts(column) and (
                    hit := context.group_at(table, column, places, "default", secret=True)
                ):
                    yield hit


def _titles(table: Table) -> list[str]:
    rows = table.title_rows[:5]
    return [as_text(v) for r in rows for v in table.sheet.rows[r] if isinstance(v, str)]


def _small_area(column: Column) -> bool:
    if not _AREA.search(column.label) or len(column.texts) < 3:
        return False
    texts = list(column.texts)
    return sum(1 for text in texts if _CHOME.search(text.strip())) * 2 >= len(texts) or "町丁" in column.label


def _small(value: object) -> bool:
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, str) and re.fullmatch(r"\s*[1-9１-９](?:人|世帯|件|名)?\s*", value):
        number = int(value.strip()[0])
    return number is not None and 0 < number < SMALLEST_PUBLISHED


def _counts(column: Column) -> bool:
    """Most values are whole numbers or marks, and they differ (1, 2, 3 down a column is a numbering)."""
    values = [v for v in column.counts if v not in (None, "")]
    whole = [
        v
        for v in values
        if isinstance(v, int) or (isinstance(v, str) and re.fullmatch(r"\s*[\d０-９,，]+\D?\s*", v))
    ]
    return len(whole) * 10 >= len(values) * 7 and not (len(values) > 5 and len(values) == column.filled)
