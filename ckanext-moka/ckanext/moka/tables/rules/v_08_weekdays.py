"""V-08: days of the week that are not written as a run such as 月火水木金."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.values import hits, labelled

RULE = "V-08"
_LABEL = re.compile(r"曜日$|曜日[(（]|[Aa]vailable_?[Dd](?:ate|ay)s?$")
_RUN = re.compile(r"[月火水木金土日祝]+")


def check(context: Context) -> Iterator[Hit]:
    """Columns named 曜日. Source: 自治体標準オープンデータセット 正式版, format of 利用可能曜日."""
    for table, column in labelled(context, _LABEL, pattern_free=True):
        yield from hits(context, table, column, _fault, plain=_plain)


def _fault(text: str) -> str | None:
    if _RUN.fullmatch(text):
        return "twice" if len(set(text)) < len(text) else None
    if re.search(r"第\s*[0-9一二三四五]|毎月|不定|除く|ただし|及び|[0-9]", text):
        return None
    run = _plain(text)
    return "words" if run and not re.search(r"休", text) else None


def _plain(text: str) -> str:
    """The run that the words mean, where that is certain; else nothing."""
    bare = re.sub(r"曜日?|[・、,，/;；\s()（）]|毎週", "", text)
    bare = (
        bare.replace("平日", "月火水木金").replace("毎日", "月火水木金土日").replace("全日", "月火水木金土日")
    )
    if match := re.fullmatch(r"([月火水木金土日])[~〜～\-－から]+([月火水木金土日])", bare):
        week = "月火水木金土日"
        low, high = week.index(match[1]), week.index(match[2])
        return week[low : high + 1] if low < high else ""
    run = bare.replace("祝日", "祝")
    return "".join(dict.fromkeys(run)) if _RUN.fullmatch(run) else ""
