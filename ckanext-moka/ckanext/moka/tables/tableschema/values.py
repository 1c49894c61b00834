"""Parsed values as keys: two keys are the same text exactly when frictionless's values are equal.

Plain texts that are the only spelling of their value stand for it (``1``, but not ``01`` or ``１``); whatever else is
read by frictionless and written back in that spelling, or numbered when it has none.
"""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any

__all__ = ["ALONE", "CANONICAL", "PREFIX", "Interner"]

ALONE = object()
"""The key of a value that equals nothing, not even itself (NaN)."""

CANONICAL = {
    "integer": r"\A(?:0|-?[1-9][0-9]{0,14})\z",
    "number": r"\A(?:0|-?[1-9][0-9]{0,6}|-?(?:0|[1-9][0-9]{0,6})\.[0-9]{0,7}[1-9])\z",
    "year": r"\A[1-9][0-9]{3}\z",
    "date": r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z",
}
"""Texts, already proved good, that are the one canonical spelling of their value."""

PREFIX = {"integer": "\x00#", "number": "\x00#", "year": "\x00#", "date": "\x00@"}
"""What stands before a canonical text, so that the text "1" and the number 1 have different keys."""

_MOST_PLACES = 40


class Interner:
    """Gives values keys; shared by all the tables that are compared."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._lock = Lock()
        self._alone = 0
        self.mark = f"\x00alone{secrets.token_hex(8)}-"
        """What the keys of values begin with that equal nothing."""

    def alone(self) -> str:
        """Return a key that is never given again."""
        with self._lock:
            self._alone += 1
            return f"{self.mark}{self._alone}"

    def key(self, value: Any) -> str | None | object:
        """Return the key of a parsed value: ``None`` for none, ``ALONE`` for what equals nothing."""
        if value is None:
            return None
        if isinstance(value, str):
            return value if not value.startswith("\x00") else self._numbered(value)
        if isinstance(value, (int, Decimal, float)):
            return _number(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return f"\x00@{value.isoformat()}"
        return self._numbered(value)

    def _numbered(self, value: Any) -> str:
        try:
            hash(value)
        except TypeError:
            value = ("json", json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))
        with self._lock:
            return f"\x00{self._numbers.setdefault(value, len(self._numbers))}"


def _number(value: int | Decimal | float) -> str | object:
    exact = Decimal(value)
    if exact.is_nan():
        return ALONE
    if not exact.is_finite():
        return "\x00#inf" if value > 0 else "\x00#-inf"
    sign, digits, exponent = exact.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return "\x00#0"
    short = text.rstrip("0")
    power = int(exponent) + len(text) - len(short)
    mark = "\x00#-" if sign else "\x00#"
    if power >= 0 and power + len(short) <= _MOST_PLACES:
        return f"{mark}{short}{'0' * power}"
    if power < 0 and -power <= _MOST_PLACES:
        whole = short.rjust(1 - power, "0")
        return f"{mark}{whole[:power]}.{whole[power:]}"
    return f"{mark}{short}e{power}"
