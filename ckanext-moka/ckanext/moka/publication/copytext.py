"""PostgreSQL's COPY text format. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})


def copy_line(row: Iterable[Any]) -> str:
    """Return a row in PostgreSQL's COPY text format; ``None`` is NULL, an empty text stays an empty text."""
    return "\t".join(_cell(value) for value in row) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).translate(_ESCAPES)
