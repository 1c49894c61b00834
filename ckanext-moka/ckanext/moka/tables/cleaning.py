"""Spelling that carries no meaning: outer blanks, line breaks, invisible characters, decomposed kana."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from ..core.numbers import is_mark
from .model import Column

__all__ = [
    "CONTROL", "DEPENDENT", "EXEMPT", "UNTIDY", "clean_label", "clean_text", "compose", "is_choice", "one_spelling",
    "plain_characters", "rule_of", "untidy_label",
]  # fmt: skip

# ①–⑳ Ⅰ–ⅻ ㈱ ㍉ ㎡ № ℡ and the like (NEC special characters, IBM extensions), private use.
DEPENDENT = re.compile(r"[\u2460-\u24ff\u2160-\u217f\u3200-\u33ff\u2116\u2121\u2776-\u277f\ue000-\uf8ff]")
# Proper names and free text about them are exempt from L1-08: what a thing, a person, a place, a company is called.
EXEMPT = re.compile(
    r"(名称|名$|氏名|施設名|住所|所在|町|地名|地区|法人|団体|会社|事業|店|屋号|商号|代表|者$|カナ|[Nn]ame|[Aa]ddress|担当|所属|"
    r"内容|備考|説明|概要|特記|[Nn]ote|[Dd]escription)"
)
_CIRCLED = re.compile(r"[\u2460-\u24ff\u2776-\u277f]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\u2060]")
_BREAK = re.compile(r"(?<![ \t\u3000])[ \t\u3000]*[\r\n][ \t\u3000\r\n]*")
_EDGE = " \t\u3000\xa0"
# What clean_text may change: control characters, line breaks, outer blanks, separate marks.
UNTIDY = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f\ufeff\u200b\u2060\u0300-\u036f\u3099\u309a]|^[ \t\u3000\xa0]|[ \t\u3000\xa0]$"
)
# A letter with a voicing mark or an accent of its own. Compatibility ideographs are no such thing: 神 (U+FA19) stays.
_COMBINED = re.compile(r"[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")
_WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2212: 0x2D}
_HALF_KANA = re.compile(r"[ｦ-ﾟ]+")
_SPREAD = re.compile(r"\S(?:[ \u3000]+\S)+")


def untidy_label(label: str) -> bool:
    """Tell whether a label has blanks or line breaks that only shape it (half-width kana are another matter)."""
    inner = label.strip(_EDGE)
    return inner != label or re.search(r"[\r\n]|[ \t\u3000]{2,}", inner) is not None or _spread(inner)


def _spread(label: str) -> bool:
    return not label.isascii() and _SPREAD.fullmatch(label) is not None


def clean_label(label: str) -> str:
    """Return a label without what only shapes it: 「名　　称」 is 名称, half-width kana are full width."""
    text = _HALF_KANA.sub(lambda m: unicodedata.normalize("NFKC", m[0]), CONTROL.sub("", label))
    text = compose(text)
    if _spread(text.strip()):
        return re.sub(r"[ \u3000]+", "", text)
    text = re.sub(r"[ \t\u3000]*[\r\n]+[ \t\u3000]*", "", text)
    return re.sub(r"[ \t\u3000]{2,}", " ", text).strip(_EDGE)


def clean_text(text: str) -> str:
    """Return the text of a cell without control characters, outer blanks and line breaks; NFD becomes NFC."""
    text = CONTROL.sub("", text)
    if "\n" in text or "\r" in text:
        text = _BREAK.sub(" ", text)
    return compose(text).strip(_EDGE)


def compose(text: str) -> str:
    """Return ``text`` with か and a separate voicing mark written as が (NFC for letters with marks, nothing else)."""
    return _COMBINED.sub(lambda m: unicodedata.normalize("NFC", m[0]), text)


def rule_of(text: str, text_file: bool) -> str:
    """Return the rule under which :func:`clean_text` changes ``text``: the first of what is wrong with it."""
    if CONTROL.search(text):
        return "control-character"
    if "\n" in text or "\r" in text:
        return "L1-14" if text_file else "L1-06"
    return "nfc" if compose(text) != text and text == text.strip(_EDGE) else "L1-06"


def plain_characters(text: str) -> str:
    """Return ``text`` with platform-dependent characters spelled out: ㎡ m2, ㈱ (株), ① (1), Ⅳ IV; gaiji stay."""
    text = _CIRCLED.sub(lambda m: f"({unicodedata.normalize('NFKC', m[0]).strip('()')})", text)
    return DEPENDENT.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)


def is_choice(column: Column) -> bool:
    """Tell whether a column holds choices: few distinct short texts, each used again and again."""
    return 2 <= len(column.texts) <= 20 and column.texts.total() >= 2 * len(column.texts)


def one_spelling(texts: Mapping[str, int]) -> dict[str, str]:
    """Return rarer spelling -> commonest spelling for texts that differ only in width (６年 and 6年).

    Upper and lower case are two things, and marks that stand for "no value" (－) keep their spelling.
    """
    groups: dict[str, list[str]] = {}
    for text in texts:
        if not is_mark(text):
            key = _HALF_KANA.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text.translate(_WIDTHS))
            groups.setdefault(key, []).append(text)
    result = {}
    for group in groups.values():
        if len(group) > 1:
            best = max(group, key=lambda t: (texts[t], -_wide(t), t))
            result.update({t: best for t in group if t != best})
    return result


def _wide(text: str) -> int:
    return sum(0xFF01 <= ord(char) <= 0xFF5E for char in text)
