"""L2-04: one choice spelled in several ways."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ...core.numbers import is_mark
from ...core.text import fold, fold_kana
from ..cleaning import is_choice
from ..context import Context, Hit

RULE = "L2-04"
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
        if not is_choice(column) or profile.numeric:
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


def _key(text: str) -> str:
    text = _OKURIGANA.sub("", _SAME.get(text, text).rstrip("。．."))
    return fold_kana(text).translate(_CIRCLES).replace(" ", "")
