"""Step: gaps of two or more blanks inside a value become one blank; 国   宝 is closed up. Two values stay apart."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..judging.personal import is_name
from .working import Working

__all__ = ["GAP", "RULES", "closed_gaps"]

RULES = ("L1-06",)
# Two blanks after an English full stop are typing, not layout.
GAP = re.compile(r"(?<=[^\s.!?\x1f])[ \u3000]{2,}(?=[^\s\x1f])")
_SINGLE = re.compile(
    r"^[\u3005\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff](?:[ \u3000]+[\u3005\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff])+$"
)
_PERSON = re.compile(
    r"氏名|名前|姓名|人名|代表|担当|講師|長$|主$|所有|管理人|作家|議員|委員|者(?:名|氏名)?$|[Nn]ame|[Oo]wner|[Aa]uthor|[Pp]erson"
)
# 大   小 and 赤   青 are choices side by side, not one word.
_CHOICES = re.compile(
    r"[大中小上下左右東西南北男女甲乙丙丁春夏秋冬朝昼夜夕有無可否内外前後新旧赤青黄緑白黒紫茶桃橙金銀月火水木土日祝休一二三四五六七八九十]+"
)
# What is a value of its own beside anything: an amount of money, a day, a time, a telephone, a postcode, a mail.
_OWN = re.compile(
    r"〒.*|[0-9０-９]{3}[-－][0-9０-９]{4}|.*[0-9０-９]{2,4}[-－ー‐(（][0-9０-９]{2,4}[-－ー‐)）][0-9０-９]{4}.*|.*@.*|https?:.*|.+[:：].*|"
    r"[0-9０-９,，]+円|(?:.*年)?[0-9０-９]{1,2}月[0-9０-９]{1,2}日.*|[0-9０-９]{4}[-/.][0-9０-９]{1,2}[-/.][0-9０-９]{1,2}"
)
# Numbers side by side are several; after a word a number belongs to it (荒町  1201).
_NUMBER = re.compile(r"[0-9０-９][0-9０-９,，.．%％]*[^0-9０-９\s]{0,2}")
_PLACE = re.compile(r".{2,}[館室園校院所課寺駅店部町号棟]")
_WIDE = 8


def apply(work: Working) -> None:
    """Close what is certain; where a gap may part two values, L1-06 goes on to say so."""
    texts = work.matching(GAP)
    if texts:
        work.edit("L1-06", closed_gaps(texts, work.label, work.column.texts))


def closed_gaps(texts: Collection[str], label: str, others: Collection[str]) -> dict[str, str]:
    """Return text -> text without its gaps for those of ``texts`` that are one value.

    ``label`` is the name of the column, ``others`` are all its texts: a gap between parts that stand alone elsewhere
    parts two values, and so does one beside a number, a telephone or another thing of its own, or a very wide one.
    """
    result = {}
    for text in texts:
        parts = GAP.split(text)
        if _SINGLE.fullmatch(text) and len(parts) == len(re.split(r"[ \u3000]+", text)):
            word = "".join(parts)
            if _CHOICES.fullmatch(word) or all(part in others for part in parts):
                continue
            if not _PERSON.search(label) and not is_name(" ".join(parts)):
                result[text] = word
                continue
        elif all(part in others for part in parts) or _several(text, parts):
            continue
        result[text] = GAP.sub(lambda m: "\u3000" if set(m[0]) == {"\u3000"} else " ", text)
    return result


def _several(text: str, parts: list[str]) -> bool:
    if any(sum(1 + (char == "\u3000") for char in gap) >= _WIDE for gap in GAP.findall(text)):
        return True
    if all(_PLACE.fullmatch(part) for part in parts):
        return True
    return any(map(_OWN.fullmatch, parts)) or all(map(_NUMBER.fullmatch, parts))
