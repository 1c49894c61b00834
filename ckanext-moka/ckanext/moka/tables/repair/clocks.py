"""Step: times of day as hh:mm in columns that hold nothing else; 25:00 stays 25:00."""

from __future__ import annotations

import re

from ...core.dates import parse_clock
from .working import Working

RULES = ("V-06",)
_CLOCK = re.compile(r"^\s*[0-9０-９]{1,2}[:：][0-9０-９]{2}")


def apply(work: Working) -> None:
    """9:00, ９：００ and 9:00:00 are 09:00."""
    found = work.profile
    pattern = str((work.item or {}).get("constraints", {}).get("pattern", ""))
    if found.clocks and (pattern.startswith("^([01]") or found.clocks + found.marks == found.filled):
        work.edit("V-06", {t: clock for t in work.matching(_CLOCK) if (clock := parse_clock(t))})
