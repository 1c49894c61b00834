"""P-14: bank accounts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..model import as_text

RULE = "P-14"
_LABEL = re.compile(
    r"(口座番号|口座No|振込口座|振替口座|引落口座|account_?(?:no|number)\b|bank_?account)", re.IGNORECASE
)
_WORDS = re.compile("普通|当座|記号|貯蓄|総合")
_NUMBER = re.compile(r"(?<!\d)\d{4,8}(?!\d)|(?<!\d)1\d{4}-?\d?-?\d{6,8}(?!\d)")
_IN_TEXT = re.compile(
    r"(?:銀行|信用金庫|信金|農協|ＪＡ|JA|労働金庫|ろうきん|信用組合|ゆうちょ).{0,30}?(?:普通|当座|貯蓄|総合).{0,12}?(?<!\d)\d{6,8}(?!\d)"
    r"|(?:普通|当座)(?:預金|口座)?(?:番号)?[\s:：No.]*(?<!\d)\d{7}(?!\d)"
    r"|記号[\s:：]*1\d{4}.{0,8}番号[\s:：]*\d{6,8}"
)


def check(context: Context) -> Iterator[Hit]:
    """One hit per column whose label says so and whose values are numbers, or whose texts name bank and number."""
    for table, column, _profile in context.columns():
        named = _LABEL.search(column.label) is not None
        if not named and not column.holds(_WORDS):
            continue
        pattern = _NUMBER if named else _IN_TEXT
        found = {
            v
            for v in column.counts
            if v is not None and pattern.search(unicodedata.normalize("NFKC", as_text(v)))
        }
        places = ((i, v) for i, v in enumerate(column.values) if v in found)
        if found and (hit := context.group_at(table, column, places, "default", secret=True)):
            yield hit
