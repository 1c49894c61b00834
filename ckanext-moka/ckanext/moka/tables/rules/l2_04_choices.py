"""L2-04: one choice spelled in several ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...core.text import fold_kana
from ..context import Context, Hit
from ..model import Fields

RULE = "L2-04"
_MOST = 20
_CIRCLES = str.maketrans(dict.fromkeys("〇◯⚪o", "○") | {"×": "x", "✕": "x", "✖": "x"})
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
        if not 2 <= len(column.texts) <= _MOST or profile.words < 2 * len(column.texts):
            continue
        groups: dict[str, list[str]] = defaultdict(list)
        for text in column.texts:
            stripped = text.strip()
            if stripped and len(stripped) <= 20:
                groups[_key(stripped)].append(stripped)
        for texts in groups.values():
            spellings = sorted(set(texts), key=texts.index)
            if len(spellings) > 1:
                rare = min(texts, key=lambda t: column.texts[t])
                hit = context.group(
                    table,
                    column,
                    {t for t in column.texts if t.strip() == rare},
                    "default",
                    list=[f"「{t}」" for t in spellings],
                )
                yield (
                    hit
                    if hit
                    else Hit(
                        "default", Fields(table.sheet.name, None, None, column.label), {"list": spellings}
                    )
                )


def _key(text: str) -> str:
    text = _SAME.get(text, text)
    return fold_kana(text).translate(_CIRCLES).replace(" ", "")
