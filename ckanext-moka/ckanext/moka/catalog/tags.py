"""Which keywords a dataset may carry: Japanese punctuation and single characters included.

CKAN takes letters, digits, blanks, ``-``, ``_`` and ``.`` from two characters on, which refuses 避難場所・避難所,
支援制度（給付金） and 水. Here everything that can be printed is a keyword, except the commas that separate keywords.
"""

from __future__ import annotations

import re
import unicodedata

from ckanext.moka.core.text import collapse_spaces, to_nfc

__all__ = ["MAX_LENGTH", "problem", "split"]

MAX_LENGTH = 100
_COMMAS = ",，､"
_SEPARATORS = re.compile("[,，、､\r\n]")


def problem(tag: str) -> str | None:
    """Return a Japanese sentence on what is wrong with ``tag``, or None when it is fine."""
    if not tag.strip():
        return "空のキーワードは使えません。"
    if len(tag) > MAX_LENGTH:
        return f"キーワード「{tag[:20]}…」は長すぎます。{MAX_LENGTH}文字までにしてください。"
    if any(comma in tag for comma in _COMMAS):
        return f"キーワード「{tag}」にコンマは使えません。二つのキーワードに分けてください。"
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in tag):
        return f"キーワード「{printable(tag)}」に見えない文字が入っています。消して書き直してください。"
    return None


def split(text: str) -> list[str]:
    """Return the keywords that a person typed in one line, in order, without repeats."""
    parts = (collapse_spaces(to_nfc(part)) for part in _SEPARATORS.split(text))
    return list(dict.fromkeys(part for part in parts if part))


def printable(text: str) -> str:
    """Return ``text`` without characters that cannot be seen, for use in a message."""
    return "".join(char for char in text if unicodedata.category(char)[0] != "C")
