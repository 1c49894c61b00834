"""V-04: phone numbers that cannot be dialled: digits missing, no area code, a lost zero, an extension inside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.values import hits, labelled

RULE = "V-04"
_LABEL = re.compile(
    r"電話|(?:^|[_(（])(?:TEL|Tel|tel|FAX|Fax|fax)(?:$|[_)）.番])|[Pp]hone|[Tt]elephone|[Ff]ax_?[Nn]umber|ファ[ック]+ス"
)
_NOT = re.compile(r"内線|有無|設置|台数|件数|[Ee]xtension|時間|曜日|備考|URL|公衆")
_PROVEN = (
    r"0[1-9]-[0-9]{4}-[0-9]{4}|0[1-9][1-9]-[0-9]{3}-[0-9]{4}|0[1-9][1-9][0-9]-[0-9]{2}-[0-9]{4}|"
    r"0[5789]0-[0-9]{4}-[0-9]{4}|0120-[0-9]{3}-[0-9]{3}"
)
_DASH = re.compile(r"[‐‑–—―−ー－ｰ]")
_EXTENSION = re.compile(r"\(?\s{0,9}(?:内線|内|ext\.?|EXT\.?)\s*[:：]?\s*[0-9,・~-]+\s*(?:番)?\)?")
_NUMBER = re.compile(r"(?:\+81[-\s]?|\(?0)[0-9]*(?:[-()\s]{1,2}[0-9]+)*|[0-9]+(?:-[0-9]+)*")
_SHORT = re.compile(r"1[01][0-9]|1[0-9]{2}|#[0-9]{4}")


def check(context: Context) -> Iterator[Hit]:
    """Columns of phone or fax numbers with one number in a cell (L1-07 has those with several)."""
    for table, column in labelled(context, _LABEL, pattern_free=True):
        if not _NOT.search(column.label):
            yield from hits(context, table, column, _fault, proven=_PROVEN)


def _fault(text: str) -> str | None:
    plain = _DASH.sub("-", text)
    if re.fullmatch(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+", plain):
        return "rounded"
    body = _EXTENSION.sub("", plain)
    numbers = [re.sub(r"[^0-9+]", "", m[0]) for m in _NUMBER.finditer(body)]
    numbers = [n for n in numbers if len(n) >= 5]
    if len(numbers) != 1:
        return None
    words = re.sub(r"[0-9()\-+\s・.]", "", body)
    return _digits(numbers[0], bool(words)) or ("extension" if body != plain else None)


def _digits(number: str, words: bool) -> str | None:
    if number.startswith("+"):
        return None if 11 <= len(number) <= 14 else "digits"
    if number.startswith("0"):
        right = _lengths(number)
        # Beside words a number may be something else (a floor, a lot).
        return None if len(number) in right or words else "digits"
    if words or _SHORT.fullmatch(number):
        return None
    if len(number) in (9, 10) and len("0" + number) in _lengths("0" + number):
        return "zero"
    return "area" if 5 <= len(number) <= 8 else "digits"


def _lengths(number: str) -> tuple[int, ...]:
    """How many digits a number has that begins so. Source: 総務省 電気通信番号計画 (0AB-J 10, 0A0 11, 0120 10 …)."""
    if number.startswith(("0120", "0570", "0990", "0180")):
        return (10,)
    if number.startswith("0800"):
        return (11,)
    if number.startswith(("020", "050", "060", "070", "080", "090")):
        return (11, 14) if number.startswith("020") else (11,)
    return (10,)
