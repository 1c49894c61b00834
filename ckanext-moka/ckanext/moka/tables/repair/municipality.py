"""Step: municipal codes that lost their leading zero (92096 is 092096: the check digit proves it)."""

from __future__ import annotations

import re

from ...core.codes import repair_municipality_code
from ..judging.profile import is_municipality_label
from .working import Working

RULES = ("L3-06",)
_SHORT = re.compile(r"^\s*[0-9]{4,5}\s*$")


def applies(work: Working) -> bool:
    """Tell whether the column holds municipal codes."""
    if work.item is None:
        return is_municipality_label(work.label)
    return work.item.get("check") == "municipality_code"


def apply(work: Working) -> None:
    """Put the zero back where only one code can be meant."""
    if applies(work):
        fixed = {t: repair_municipality_code(t.strip()) for t in work.matching(_SHORT)}
        work.edit("L3-06", {t: code for t, code in fixed.items() if code})
