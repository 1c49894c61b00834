"""Step: amounts as plain numbers; the unit that the cells carry moves to the label, and is never dropped."""

from __future__ import annotations

import re
import unicodedata

from ...core.numbers import Number
from .working import Working

RULES = ("L2-01",)
_BRACKETS = re.compile(r"[（(\[〔【]\s*(?:単位\s*[:：]?)?\s*([^（）()\[\]〔〕【】]+?)\s*[）)\]〕】]")


def apply(work: Working) -> None:
    """Write exact numbers plainly. With units: only when all of them agree with each other and with the label."""
    found = work.profile
    if not found.numeric:
        return
    units = {number.unit for number in found.numbers.values() if number.unit}
    agreed = len(units) == 1 and _fits(work.label, next(iter(units)))
    mapping: dict[str, str] = {}
    carried = ""
    for text, number in found.numbers.items():
        if number.exact and (agreed or not number.unit):
            mapping[text] = number.plain
            carried = carried or number.unit
    if mapping and work.edit("L2-01", mapping) and carried:
        work.unit = carried


def labelled_units(label: str) -> list[str]:
    """Return the units that stand in brackets in a label: 面積（㎡） gives m2."""
    plain = [unicodedata.normalize("NFKC", m).strip() for m in _BRACKETS.findall(label)]
    return [text for text in plain if _is_unit(text)]


def with_unit(label: str, unit: str) -> str:
    """Return the label with the unit in brackets, unless it says so already."""
    return label if unit in labelled_units(label) else f"{label}（{unit}）"


def _fits(label: str, unit: str) -> bool:
    named = labelled_units(label)
    return not named or unit in named


def _is_unit(text: str) -> bool:
    from ...core.numbers import parse_number

    number: Number | None = parse_number(f"1{text}")
    return number is not None and number.unit == text
