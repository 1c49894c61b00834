"""Step: half-width kana (ｱｲｳ) in columns that hold readings."""

from __future__ import annotations

import re
import unicodedata

from .working import Working

RULES = ("V-10",)
_HALF = re.compile(r"[ｦ-ﾟ]+")
_READING = re.compile(r"(カナ|ｶﾅ|フリガナ|ﾌﾘｶﾞﾅ|ふりがな|よみ|読み|かな)")


def apply(work: Working) -> None:
    """Write half-width kana in full width; names that are no readings keep their own spelling."""
    if _READING.search(work.label):
        texts = work.matching(_HALF)
        mapping = {t: _HALF.sub(lambda m: unicodedata.normalize("NFKC", m[0]), t) for t in texts}
        work.edit("V-10", mapping)
