"""Latin letters as kana: what somebody typed who forgot to switch the keyboard (``hinan`` → ヒナン)."""

from __future__ import annotations

__all__ = ["katakana"]

_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ",
    "m": "マミムメモ", "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ",
    "p": "パピプペポ",
}  # fmt: skip
_SYLLABLES = {
    consonant + vowel: kana
    for consonant, row in _ROWS.items()
    for vowel, kana in zip("aiueo", row, strict=True)
}
_SYLLABLES.update(
    {
        "shi": "シ",
        "chi": "チ",
        "tsu": "ツ",
        "fu": "フ",
        "ji": "ジ",
        "ya": "ヤ",
        "yu": "ユ",
        "yo": "ヨ",
        "wa": "ワ",
        "wo": "ヲ",
    }
)
for _start, _kana in {
    "ky": "キ", "sy": "シ", "sh": "シ", "ty": "チ", "ch": "チ", "cy": "チ", "ny": "ニ", "hy": "ヒ", "my": "ミ", "ry": "リ",
    "gy": "ギ", "zy": "ジ", "jy": "ジ", "j": "ジ", "by": "ビ", "py": "ピ",
}.items():  # fmt: skip
    for _vowel, _small in zip("auo", "ャュョ", strict=True):
        _SYLLABLES[_start + _vowel] = _kana + _small
_MIN = 4
_VOWELS = "aiueo"


def katakana(word: str) -> str:
    """Return ``word`` as katakana when all of it reads as Japanese (four letters at least), else blank."""
    if len(word) < _MIN or not word.isascii() or not word.isalpha():
        return ""
    text, out, place = word.lower(), [], 0
    while place < len(text):
        following = text[place + 1 : place + 2]
        if text[place] == "n" and following not in (*_VOWELS, "y"):
            out.append("ン")
            # nn before a consonant or at the end is one ン, as keyboards write it.
            place += 2 if following == "n" and text[place + 2 : place + 3] not in (*_VOWELS, "y") else 1
        elif text[place] == following and text[place] not in _VOWELS or text.startswith("tch", place):
            out.append("ッ")
            place += 1
        else:
            piece = next(
                (text[place : place + n] for n in (3, 2, 1) if text[place : place + n] in _SYLLABLES), ""
            )
            if not piece:
                return ""
            out.append(_SYLLABLES[piece])
            place += len(piece)
    return "".join(out)
