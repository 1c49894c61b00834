"""L3-06: area codes that lost a zero or have a wrong check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.codes import is_municipality_code, repair_municipality_code
from ..judging.context import Context, Hit
from ..judging.profile import is_municipality_label
from ..model import Column, Table, as_text

RULE = "L3-06"

_PREFECTURES = (
    "北海 青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 東京 神奈川 新潟 富山 石川 福井 山梨 長野 岐阜 静岡 愛知 三重 "
    "滋賀 京都 大阪 兵庫 奈良 和歌山 鳥取 島根 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 長崎 熊本 大分 宮崎 鹿児島 沖縄"
)
_SHORT = frozenset(_PREFECTURES.split())
_PREFECTURE_LABEL = re.compile(r"^(?:都道府県|県)(?:名称?)?$|^pref(?:ecture)?_?(?:[Nn]ame)?$")
_MUNICIPALITY_LABEL = re.compile(r"^(?:市区町村|市町村|自治体|市区町|市町)(?:名称?)$|^city_?[Nn]ame$")
# 真岡, 那須塩原, つくば: an area without 市, 町 or 村.
_SHORT_NAME = re.compile(r"^\s*[ぁ-んァ-ヶー一-龥々]{1,6}\s*$")
_OFFICIAL = re.compile(
    r"[市区町村都道府県]$|組合$|広域|連合$|郡|(?:合?計|総数|総計|平均|全国|全県|県内|県外|国外|海外|その他|不詳|不明|外国)"
)


def check(context: Context) -> Iterator[Hit]:
    """Columns of municipal codes: six digits with check digit, or five without; names of areas cut short (栃木)."""
    for table, column, _profile in context.columns():
        if hit := _names(context, table, column):
            yield hit
        item = table.schema_fields.get(column.index, {})
        if not (item.get("check") == "municipality_code" or is_municipality_label(column.label)):
            continue
        codes = {v: as_text(v).strip() for v in column.counts if v not in (None, "")}
        faulty = {
            v
            for v, t in codes.items()
            if repair_municipality_code(t) or (re.fullmatch("[0-9]{6}", t) and not is_municipality_code(t))
        }
        if not faulty:
            continue
        texts = [(i, codes[v]) for i, v in enumerate(column.values) if v in faulty]
        lost = [(i, t) for i, t in texts if repair_municipality_code(t)]
        if lost and (
            hit := context.group_at(table, column, lost, "zero", plain=repair_municipality_code(lost[0][1]))
        ):
            yield hit
        wrong = [(i, t) for i, t in texts if not repair_municipality_code(t)]
        if hit := context.group_at(table, column, wrong, "check"):
            yield hit


def _names(context: Context, table: Table, column: Column) -> Hit | None:
    """栃木 for 栃木県 in a column of prefectures, 真岡 for 真岡市 in one of municipalities."""
    label = column.label.rsplit("_", 1)[-1]
    if _PREFECTURE_LABEL.match(label):
        short = {t for t in column.texts if t.strip() in _SHORT}
        plain = {"東京": "東京都", "京都": "京都府", "大阪": "大阪府", "北海": "北海道"}
        example = next((t.strip() for t in column.texts if t in short), "")
        return context.group(table, column, short, "name", plain=plain.get(example, f"{example}県"))
    if _MUNICIPALITY_LABEL.match(label) and column.texts:
        short = {t for t in column.matching(_SHORT_NAME) if not _OFFICIAL.search(t.strip())}
        return context.group(table, column, short, "name", plain="真岡市")
    return None
