"""V-03: postcodes that are none: too few digits, a lost zero, words beside the digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.values import hits, labelled

RULE = "V-03"
_LABEL = re.compile(r"郵便番号|〒|[Pp]ost(?:al)?_?[Cc]ode|^zip")
_PROVEN = r"(?:00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})-?[0-9]{4}"
_DASH = re.compile(r"[-‐‑–—―−ー]")


def check(context: Context) -> Iterator[Hit]:
    """Columns of postcodes: seven digits, with or without a hyphen after the third; 000 does not exist."""
    for table, column in labelled(context, _LABEL, pattern_free=True):
        yield from hits(context, table, column, _fault, proven=_PROVEN, plain=_plain)


def _fault(text: str) -> str | None:
    digits = re.sub(r"\s", "", _DASH.sub("-", text))
    if not re.search(r"[0-9]", digits):
        return None
    if re.fullmatch(r"[0-9]{3}-?[0-9]{4}", digits):
        return "range" if digits.startswith("000") else None
    if re.fullmatch(r"[1-9][0-9]-?[0-9]{4}", digits):
        return "zero"
    if re.fullmatch(r"〒[0-9]{3}-?[0-9]{4}", digits):
        return "mark"
    return "form" if re.fullmatch(r"〒?[0-9-]{1,12}", digits) else "words"


def _plain(text: str) -> str:
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) == 6:
        digits = "0" + digits
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 else "321-4395"
