"""L2-04: one choice spelled in several ways."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ...core.numbers import is_mark
from ...core.text import fold, fold_kana
from ..cleaning import is_choice
from ..judging.context import Context, Hit, joined
from ..judging.labels import coded_label
from ..model import Column, as_text

RULE = "L2-04"
_MOST = 15
_CIRCLES = str.maketrans(dict.fromkeys("〇◯⚪o", "○") | {"×": "x", "✕": "x", "✖": "x"})
_WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_OTHER = re.compile(r"[0-9]{1,2}:[0-9]{2}(?:[-~][0-9]{1,2}:[0-9]{2})?|[0-9][0-9,.]*")
# 取り組み済み, 取組み済 and 取組済: endings written out or not.
_OKURIGANA = re.compile(r"(?<=[一-龥])[いえきけげしせちびべみめりれ](?=[一-龥]|$)")
_SAME = {
    "あり": "有",
    "有り": "有",
    "有る": "有",
    "ある": "有",
    "なし": "無",
    "無し": "無",
    "ない": "無",
    "無い": "無",
}


def check(context: Context) -> Iterator[Hit]:
    """Columns of few distinct words in which words differ only by width, kana, circle signs or あり/有."""
    for table, column, profile in context.columns():
        if profile.numeric or not (is_choice(column) or _flags(column)):
            continue
        groups: dict[str, list[str]] = defaultdict(list)
        for text in column.texts:
            stripped = text.strip()
            # Spelling of times, dates and amounts is another matter.
            if (
                stripped
                and len(stripped) <= 20
                and text not in profile.days
                and not _OTHER.fullmatch(fold(stripped))
            ):
                groups[_key(stripped)].append(stripped)
        for texts in groups.values():
            spellings = sorted(set(texts), key=texts.index)
            if len(spellings) > 1:
                rare = min(texts, key=lambda t: column.texts[t])
                width = len({t.translate(_WIDTHS) for t in texts}) == 1 and not any(map(is_mark, texts))
                wanted = {t for t in column.texts if t.strip() == rare}
                named = [f"「{t}」" for t in spellings]
                if hit := context.group(table, column, wanted, "width" if width else "default", list=named):
                    yield hit


def ask(context: Context) -> Hit | None:
    """Ask once about columns of answers in which numbers and words stand side by side (1, 2, 取組済)."""
    found = []
    for table, column, profile in context.columns():
        if profile.numeric or not coded_label(column.label) or column.index in table.schema_fields:
            continue
        if column.store.size > _MOST:
            continue
        cells = {v: (as_text(v).strip(), n) for v, n in column.counts.items() if as_text(v).strip()}
        digits = {v for v, (text, _n) in cells.items() if re.fullmatch(r"[0-9０-９]{1,2}", text)}
        words = {
            v for v, (text, _n) in cells.items() if not re.search(r"[0-9０-９]", text) and not is_mark(text)
        }
        # 有, 無, 1 and 0 are named by V-12.
        flags = {"0", "1", *_SAME, *_SAME.values(), "○", "×", "可", "不可", "はい", "いいえ"}
        total = sum(n for _text, n in cells.values())
        if not digits or not words or len(digits) + len(words) < len(cells) or total < 2 * len(cells):
            continue
        if {text for text, _n in cells.values()} <= flags:
            continue
        rarer = min((digits, words), key=lambda group: sum(cells[v][1] for v in group))
        places = ((i, v) for i, v in enumerate(column.values) if v in rarer)
        if hit := context.group_at(table, column, places, "mixed"):
            found.append(hit)
    return joined(found, "mixed")


def _flags(column: Column) -> bool:
    """Nothing but yes and no, in however few rows (有, あり, 無, なし)."""
    if column.store.size > _MOST:
        return False
    words = {text.strip() for text in column.texts}
    return 3 <= len(words) <= 6 and column.texts.total() > len(words) and words <= {*_SAME, *_SAME.values()}


def _key(text: str) -> str:
    text = _OKURIGANA.sub("", _SAME.get(text, text).rstrip("。．."))
    return fold_kana(text).translate(_CIRCLES).replace(" ", "")
