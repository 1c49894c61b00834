"""Step: letters spread by blanks for the look (真 岡 市, 合　　計), where it is certain that they are one word."""

from __future__ import annotations

import re

from .working import Working

RULES = ("L1-06",)
_SPREAD = re.compile(r"^\S(?:[ \u3000]+\S)+$")
_GAP = re.compile(r"[ \u3000]+")
_PLACE = re.compile(r"^[\u3005\u3040-\u30ff\u4e00-\u9fff]{2,}[市町村区県府都道郡]$")
_FACILITY = re.compile(
    r"^[\u3040-\u30ff\u4e00-\u9fff]{2,}(?:館|園|校|院|所|局|署|課|室|部|係|場|寺|駅|城|店)$"
)
_WORDS = re.compile(
    "合計|総計|小計|総数|総額|平均|計画|全国|全市|全体|全域|全県|[県市町村]計|[市郡]部|男性|女性|年齢|人口|世帯|世帯数|人口総数|"
    "その他|不詳|不明|名称|氏名|住所|備考|摘要|区分|項目|単位|年度|面積|国宝|重要文化財|有形文化財|無形文化財|民俗文化財|史跡|名勝|天然記念物|番号|所在地|電話番号|内訳|歳入|歳出"
)


def apply(work: Working) -> None:
    """Close the gaps of texts whose closed form is a known word, a place, a facility, or stands elsewhere in the column.

    Everything else is left: 月 火 水 is a list, 森　進 is a name.
    """
    closed = {text: _GAP.sub("", text) for text in work.matching(_SPREAD) if not text.isascii()}
    if not closed:
        return
    elsewhere = work.column.among(closed.values())
    mapping = {
        text: word
        for text, word in closed.items()
        if word in elsewhere or any(kind.fullmatch(word) for kind in (_WORDS, _PLACE, _FACILITY))
    }
    work.edit("L1-06", mapping)
