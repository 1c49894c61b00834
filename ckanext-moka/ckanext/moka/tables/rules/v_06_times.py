"""V-06: times of day that cannot be or that machines cannot read. 24:00 and 25:30 are legal: late-night services."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.dates import parse_clock
from ..judging.context import Context, Hit
from ..judging.values import hits, labelled

RULE = "V-06"
_LABEL = re.compile(
    r"(?:開始|終了|開館|閉館|開園|閉園|開店|閉店|始業|終業|受付|発車|到着|出発)(?:時間|時刻)(?:[(（].*[)）])?$|(?:^|_)(?:start|end|open|close)_?(?:ing)?_?time$|"
    r"^(?:start|end|open|close)Time$"
)
_PROVEN = r"(?:[01]?[0-9]|2[0-9]):[0-5][0-9]"
_JAPANESE = re.compile(r"(?:(?:午前|午後|AM|PM|am|pm)\s{0,9})?[0-9]{1,2}\s{0,9}時\s*(?:[0-9]{1,2}\s*分|半)?")
_HALVES = re.compile(
    r"(?:午前|午後|AM|PM|am|pm)\s*[0-9]{1,2}[:：][0-9]{2}|[0-9]{1,2}:[0-9]{2}\s*(?:AM|PM|am|pm)"
)


def check(context: Context) -> Iterator[Hit]:
    """Columns for one time of day: hh:mm, hours up to 29."""
    for table, column in labelled(context, _LABEL, pattern_free=True):
        yield from hits(context, table, column, _fault, proven=_PROVEN)


def _fault(text: str) -> str | None:
    if parse_clock(text) or not re.search(r"[0-9]", text):
        return None
    if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?", text):
        return None if re.fullmatch(r"[0-2]?[0-9]:[0-5][0-9]:[0-5][0-9]", text) else "never"
    if re.fullmatch(r"0?\.[0-9]{2,}", text):
        return "fraction"
    if re.fullmatch(r"(?:[01]?[0-9]|2[0-9])[0-5][0-9]", text):
        return "digits"
    if _JAPANESE.fullmatch(text) or _HALVES.fullmatch(text):
        return "words"
    return "range" if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}\s*[~〜～-]\s*[0-9]{1,2}:[0-9]{2}", text) else None
