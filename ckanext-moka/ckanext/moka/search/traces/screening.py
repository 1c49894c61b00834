"""What may be kept of a phrase that somebody searched for: its folded form, or only that it was masked.

Pure, but for the dictionary of ``analysis``. What looks like personal data is never told apart from the rest of
the phrase: the whole phrase is replaced by a mark. Rather one harmless phrase too many than one address.
"""

from __future__ import annotations

import re

from ckanext.moka.core.text import fold
from ckanext.moka.search.japanese import analysis

__all__ = ["LONGEST", "MASKS", "is_mask", "kept_form", "kept_value"]

LONGEST = 100  # characters
MASKS = {
    "email": "〔メールアドレスらしい語〕",
    "url": "〔URLらしい語〕",
    "number": "〔電話番号などの番号らしい語〕",
    "address": "〔番地のある住所らしい語〕",
    "name": "〔人の名前らしい語〕",
    "long": "〔長すぎる語〕",
}
_EMAIL = re.compile(r"\S\s?(?:@|[(\[{]at[)\]}])\s?\S|mailto:")
_URL = re.compile(
    r"https?\s?:|://|www\.|(?<![\w.-])(?:[a-z0-9-]+\.)+(?:com|net|org|info|jp|io|xyz|ru|cn|biz|site|shop|dev|app)\b",
    re.ASCII,
)
# Seven digits or more, whatever stands between them (telephone, my-number, account, customer number), and local
# telephone numbers.
_NUMBER = re.compile(r"[0-9](?:[-\s.,()/_+ー]{0,2}[0-9]){6,}|(?<![0-9])[0-9]{2,4}-[0-9]{4}(?![0-9])")
_YEAR = r"(?:19|20)[0-9]{2}"
_DATES = re.compile(
    rf"{_YEAR}(?P<sep>[-./]?)(?:0?[1-9]|1[0-2])(?P=sep)(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])|{_YEAR}(?:\s*[-~,/\s]\s*{_YEAR})+"
)
_DIGITS = "0-9〇一二三四五六七八九十百"
_ADDRESS = re.compile(
    rf"〒|[{_DIGITS}]+\s?丁目\s?の?\s?[{_DIGITS}]|[{_DIGITS}]+\s?番地|[{_DIGITS}]+\s?番\s?[{_DIGITS}]+\s?号?"
    r"|[^\W\d_a-z][ 　]?[0-9]{1,5}\s?[-の]\s?[0-9]{1,5}\s?(?:[-の]\s?[0-9]{1,5})?(?![0-9年月日度])"
    r"|(?:町|村|字\w{1,6})\s?(?!(?:19|20)[0-9]{2}(?![0-9]))[0-9]{2,5}(?![0-9年月日度人世代])"
)
_VALUE = re.compile(r"[^\s\"'()\[\]{}]{1,100}")


def kept_form(typed: str) -> str:
    """Return what is kept of ``typed``: its folded form, a mark of :data:`MASKS`, or "" when nothing was asked."""
    text = fold(typed.replace("\0", " "))
    if not re.search(r"\w", text):
        return ""
    reason = _reason(text)
    return MASKS[reason] if reason else text


def kept_value(value: str) -> str:
    """Return a filter's value if it is a plain one without personal data, else "…"."""
    value = value.strip().strip('"')
    return value if _VALUE.fullmatch(value) and not _reason(fold(value)) else "…"


def is_mask(phrase: str) -> bool:
    """Tell whether ``phrase`` stands for one that was masked."""
    return phrase in _MARKS


_MARKS = frozenset(MASKS.values())


def _reason(text: str) -> str:
    if len(text) > LONGEST:
        return "long"
    if _EMAIL.search(text):
        return "email"
    if _URL.search(text):
        return "url"
    plain = _DATES.sub(" x ", text)
    if _NUMBER.search(plain):
        return "number"
    if _ADDRESS.search(plain):
        return "address"
    return "name" if analysis.is_japanese(text) and analysis.names_a_person(text) else ""
