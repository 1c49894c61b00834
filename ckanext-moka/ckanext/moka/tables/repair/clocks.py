"""Step: times of day as hh:mm in columns that hold nothing else; 25:00 stays 25:00."""

from __future__ import annotations

from ...core.dates import parse_clock
from .working import Working

RULES = ("clock",)


def apply(work: Working) -> None:
    """9:00, ９：００ and 9:00:00 are 09:00."""
    found = work.profile
    pattern = str((work.item or {}).get("constraints", {}).get("pattern", ""))
    if found.clocks and (pattern.startswith("^([01]") or found.clocks + found.marks == found.filled):
        work.edit("clock", {t: clock for t in work.texts if (clock := parse_clock(t))})
