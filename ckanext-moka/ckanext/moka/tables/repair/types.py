"""The type of a repaired column: one that holds for every cell, or text."""

from __future__ import annotations

import re
from datetime import datetime, time

from ..judging.profile import Profile
from .working import Working

__all__ = ["column_type"]

_INT8 = 2**63 - 1
_LONG = re.compile(r"[0-9]{19}")


def column_type(work: Working) -> str:
    """Return text, integer, number, date, datetime or boolean."""
    found, declared, native = work.profile, work.declared, work.native
    if not found.filled:
        return declared if declared in ("integer", "number", "date") else "text"
    if native.get(bool) == found.filled:
        return "boolean"
    if found.iso == found.filled and declared in (None, "date") and not found.code:
        timed = bool(native) and any(
            isinstance(v, datetime) and v.time() != time(0) for v in work.column.counts
        )
        return "datetime" if timed else "date"
    return _number_type(work, found)


def _number_type(work: Working, found: Profile) -> str:
    if (
        work.declared not in ("integer", "number", None)
        or found.code
        or not found.all_numbers
        or found.plain != found.filled
    ):
        return "text"
    if not found.integral:
        return "number"
    natives = [v for v in work.column.counts if isinstance(v, int)] if work.native else []
    largest = max((abs(v) for v in natives), default=0)
    long = [int(t) if len(t) < 30 else _INT8 + 1 for t in work.matching(_LONG)]
    return "text" if largest > _INT8 or any(abs(v) > _INT8 for v in long) else "integer"
