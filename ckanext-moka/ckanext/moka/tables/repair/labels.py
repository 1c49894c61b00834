"""Step: one plain, unique label for each column, and the chain of changes that leads to it."""

from __future__ import annotations

from ..cleaning import clean_label, plain_characters
from ..model import Change, Table
from .numbers import with_unit
from .working import Working

__all__ = ["RULES", "relabel"]

RULES = ("L1-05", "L1-06", "L1-08", "L2-01", "L2-03", "L3-01")


def relabel(table: Table, work: Working, seen: set[str]) -> tuple[str, list[Change]]:
    """Return the label of a repaired column and the changes from what the cell of the header says."""
    row = table.header_rows[-1]
    if work.half:
        return _unused(work.label, seen), []
    cells = table.sheet.rows[row]
    value = cells[work.index] if work.index < len(cells) else None
    old = "" if value is None else str(value)
    steps = []
    if len(table.header_rows) > 1:
        steps.append(("L2-03", work.raw_label))
    linkdata = work.raw_label.strip() == "#property"
    steps.append(("L3-01" if linkdata else "L1-06", clean_label(work.label)))
    steps.append(("L1-08", plain_characters(steps[-1][1])))
    if not steps[-1][1]:
        steps.append(("L1-05", f"列{work.index + 1}"))
    if work.unit:
        steps.append(("L2-01", with_unit(steps[-1][1], work.unit)))
    label = _unused(steps[-1][1], seen)
    steps.append(("L2-03", label))
    changes = []
    cell = work.header_cell()
    for rule, new in steps:
        if new != old:
            changes.append(Change(rule, table.sheet.name, cell, row + 1, label, old, new))
            old = new
    return label, changes


def _unused(label: str, seen: set[str]) -> str:
    """The label, numbered when an earlier column has it: 定員, 定員_2."""
    name, number = label, 1
    while name in seen:
        number += 1
        name = f"{label}_{number}"
    seen.add(name)
    return name
