"""Spelling that carries no meaning: outer blanks, line breaks, invisible characters, decomposed kana."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["CONTROL", "clean_label", "clean_text", "untidy_label"]

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\u2060]")
_BREAK = re.compile(r"[ \t\u3000]*(?:\r\n|\r|\n)+[ \t\u3000]*")
_EDGE = " \t\u3000\xa0"
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
    text = unicodedata.normalize("NFC", text)
    if _spread(text.strip()):
        return re.sub(r"[ \u3000]+", "", text)
    text = re.sub(r"[ \t\u3000]*[\r\n]+[ \t\u3000]*", "", text)
    return re.sub(r"[ \t\u3000]{2,}", " ", text).strip(_EDGE)


def clean_text(text: str) -> str:
    """Return the text of a cell without control characters, outer blanks and line breaks; NFD becomes NFC."""
    text = CONTROL.sub("", text)
    if "\n" in text or "\r" in text:
        text = _BREAK.sub(" ", text)
    return unicodedata.normalize("NFC", text).strip(_EDGE)
