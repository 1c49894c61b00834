"""Japanese text: one place that decides which spellings count as the same.

Every function is pure and total: any ``str`` goes in, a ``str`` comes out.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["collapse_spaces", "fold", "fold_kana", "to_katakana", "to_nfc"]

_HIRA_TO_KATA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_SMALL_TO_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
# Horizontal strokes that keyboards and documents mix up; the long vowel mark ー is kept apart
# because it is a letter, except between digits where it stands for a hyphen (see ``fold``).
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
_WAVES = str.maketrans(dict.fromkeys("〜～∼∿", "~"))
_SPACES = re.compile(r"[\s\u3000]+")
_DIGIT_BAR = re.compile(r"(?<=\d)[ーｰ](?=\d)")


def to_nfc(text: str) -> str:
    """Return ``text`` in Unicode NFC, so that macOS names (NFD) equal what was typed."""
    return unicodedata.normalize("NFC", text)


def collapse_spaces(text: str) -> str:
    """Return ``text`` with every run of white space (full width too) as one blank, trimmed."""
    return _SPACES.sub(" ", text).strip()


def to_katakana(text: str) -> str:
    """Return ``text`` with hiragana written as katakana; anything else stays."""
    return text.translate(_HIRA_TO_KATA)


def fold(text: str) -> str:
    """Return the search form of ``text``: NFKC, lower case, dashes, waves and spaces unified.

    Full-width digits and letters become ASCII, half-width kana become full width. Kana are kept
    as written; use :func:`fold_kana` where ひなん and ヒナン must be the same.
    """
    folded = unicodedata.normalize("NFKC", text).lower().translate(_DASHES).translate(_WAVES)
    return collapse_spaces(_DIGIT_BAR.sub("-", folded))


def fold_kana(text: str) -> str:
    """Return :func:`fold` of ``text`` in katakana with small kana enlarged (キャ = キヤ)."""
    return to_katakana(fold(text)).translate(_SMALL_TO_LARGE)
