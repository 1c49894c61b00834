"""V-12: yes and no in more than one notation: 有/無 beside 1/0, ○/× beside 可/不可."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.values import group, narrow
from ..model import Value

RULE = "V-12"
_SYSTEMS = (
    frozenset({"有", "無", "あり", "なし", "有り", "無し", "ある", "ない"}),
    frozenset({"1", "0"}),
    frozenset({"○", "〇", "◯", "×", "✕", "✖", "△", "◎"}),
    frozenset({"可", "不可", "可能"}),
    frozenset({"はい", "いいえ"}),
    frozenset({"TRUE", "FALSE", "true", "false", "True", "False"}),
    frozenset({"Yes", "No", "yes", "no", "Y", "N", "YES", "NO"}),
)
_BLANK = frozenset({"", "-", "ー", "―", "−", "不明", "未定"})


def check(context: Context) -> Iterator[Hit]:
    """Columns whose values are all such words. ○ beside blanks, or △ beside ○ and ×, is one notation."""
    for table, column, _profile in context.columns():
        if column.distinct > 12 or not 2 <= len(column.counts) <= 12:
            continue
        values = {v: narrow(v) for v in column.counts if v is not None and narrow(v) not in _BLANK}
        used = [next((n for n, system in enumerate(_SYSTEMS) if t in system), -1) for t in values.values()]
        if len(set(used)) < 2 or -1 in used:
            continue
        weights = {
            n: sum(column.counts[v] for v, u in zip(values, used, strict=True) if u == n) for n in set(used)
        }
        main = max(weights, key=lambda n: weights[n])
        wanted: set[Value] = {v for v, u in zip(values, used, strict=True) if u != main}
        named = [f"「{text}」" for text in dict.fromkeys(values.values())]
        if hit := group(context, table, column, wanted, "mixed", list=named):
            yield hit
