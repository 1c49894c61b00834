"""V-10: readings that are not in full-width katakana."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..model import as_text

RULE = "V-10"
# A bare カナ, or kana in Latin letters, says nothing about the kind of kana.
_KATAKANA = re.compile(r".[_（(・]?カナ(?![ァ-ヺ])|フリガナ|カタカナ")
_READING = re.compile(r"ふりがな|よみ(?:がな|仮名)?$|読み(?:方|仮名)?$|(?:^|[_a-z])[Kk]ana$|^カナ$")
_HALF = re.compile(r"[ｦ-ﾟ]")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_KANJI = re.compile(r"[一-鿿々〆ヵヶ]")


def check(context: Context) -> Iterator[Hit]:
    """Columns of readings: half-width kana, hiragana (where カナ is asked for) and kanji, one hit each."""
    for table in context.tables:
        for column in table.columns:
            label = unicodedata.normalize("NFKC", column.label)
            katakana = _KATAKANA.search(label)
            if not katakana and not _READING.search(label):
                continue
            kanji = {t for t in column.matching(_KANJI) if re.search(r"[一-鿿々〆]", t)}
            half = column.matching(_HALF) - kanji if katakana else set()
            hiragana = column.matching(_HIRAGANA) - kanji - half if katakana else set()
            for variant, wanted in (("half", half), ("hiragana", hiragana), ("kanji", kanji)):
                if wanted:
                    plain = _plain(min(wanted))
                    if hit := context.group(table, column, wanted, variant, plain=plain):
                        yield hit


def _plain(text: str) -> str:
    wide = unicodedata.normalize("NFKC", as_text(text))
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in wide)
