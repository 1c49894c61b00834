"""Does a text carry what must not be shown without a look? Pure; nothing is stored or logged."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["REASONS", "findings"]

REASONS = {
    "email": "メールアドレスらしい文字",
    "phone": "電話番号らしい数字",
    "url": "URL",
    "personal_number": "個人番号（マイナンバー）らしい12桁の数字",
}
_EMAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(
    r"https?\s?:\s?//|www\.|(?<![@\w.-])(?:[\w-]+\.)+(?:com|net|org|info|jp|io|xyz|ru|cn|biz|site|shop)\b",
    re.ASCII,
)
_NUMBER_GAP = r"[-\s.]?"
_PERSONAL_NUMBER = re.compile(rf"(?<!\d)(?:\d{{4}}{_NUMBER_GAP}){{2}}\d{{4}}(?!\d)")
# 0 + area code + local number, 10 or 11 digits, with hyphens, brackets or blanks or without
_PHONE = re.compile(r"(?<!\d)(?:\+81[-\s]?|\(?0)\d{1,4}[-\s.)(]{0,2}\d{1,4}[-\s.)(]{0,2}\d{3,4}(?!\d)")


def _looks_like_phone(text: str) -> bool:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if match.group().startswith("+81"):
            digits = "0" + digits[2:]
        if len(digits) in (10, 11) and digits.startswith("0"):
            return True
    return False


def findings(*texts: str | None) -> list[str]:
    """Return the keys of :data:`REASONS` that apply to any of ``texts``, in their fixed order.

    Full-width digits, letters and dashes count like half-width ones.
    """
    text = unicodedata.normalize("NFKC", "\n".join(t for t in texts if t))
    text = re.sub("[‐‑‒–—―−ーｰ]", "-", text)
    found = {
        "email": bool(_EMAIL.search(text)),
        "phone": _looks_like_phone(text),
        "url": bool(_URL.search(text)),
        "personal_number": bool(_PERSONAL_NUMBER.search(text)),
    }
    return [key for key in REASONS if found[key]]
