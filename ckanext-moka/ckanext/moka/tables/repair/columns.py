"""All steps in their order: structure, places, then texts column by column, then labels, types and names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.naming import physical_name, unique_names
from ..cleaning import clean_label, plain_characters
from ..judging.profile import is_code_label
from ..model import Change, Column, Table
from ..recognise import physical_words
from . import (
    characters,
    choices,
    clocks,
    codes,
    dates,
    ditto,
    gaps,
    kana,
    labels,
    merged,
    municipality,
    numbers,
    pairs,
    spread,
    structure,
    tidy,
    zeros,
)
from .result import ChangeList, CleanColumn, CleanTable
from .said import gather
from .types import column_type
from .working import EVERYTHING, NATIVES, Selection, Working

__all__ = ["RULES", "STEPS", "repair"]

# Each step sees what the one before it left.
STEPS: tuple[Callable[[Working], None], ...] = (
    tidy.apply,
    spread.apply,
    kana.apply,
    numbers.apply,
    gaps.apply,
    characters.apply,
    municipality.apply,
    zeros.apply,
    codes.apply,
    dates.apply,
    clocks.apply,
    choices.apply,
)
_MODULES = (
    characters, choices, clocks, codes, dates, ditto, gaps, kana, labels, merged, municipality, numbers, pairs, spread,
    structure, tidy, zeros,
)  # fmt: skip
# Every rule under which repair lists changes.
RULES = frozenset(rule for module in _MODULES for rule in module.RULES)


def repair(table: Table, selection: Selection = EVERYTHING) -> CleanTable:
    """Return ``table`` repaired: structure, text, numbers, codes, dates; with types that hold for every cell.

    ``selection`` says which rules may change cells. What stands around the table is always taken out of it, since
    a typed table has no room for it, and is kept in ``said``.
    """
    changes = ChangeList()
    changes.extend(structure.left_out(table))
    seen: set[str] = set()
    result: list[CleanColumn] = []
    names = []
    after: list[Column] = []
    covered = merged.covered_cells(table) if selection.allows("L1-12") else {}
    for column in table.columns:
        for work in _worked(table, column, covered, selection, changes):
            label, renamed = labels.relabel(table, work, seen)
            changes.extend(renamed)
            changes.add(work.changed, work.changes)
            result.append(CleanColumn(work.index, label, "", column_type(work), work.values, work.unit))
            names.append(_name(work, label))
            after.append(Column(work.index, label, label, store=work.column.store))
    for clean, name in zip(result, unique_names(names), strict=True):
        clean.name = name
    return CleanTable(table, result, changes, gather(table), after)


def _worked(
    table: Table, column: Column, covered: dict[int, Any], selection: Selection, changes: ChangeList
) -> list[Working]:
    """Return the column, or its two halves, after all steps."""
    placed: list[Change] = []
    if column.index in covered:
        column, placed = merged.fill(table, column, covered[column.index])
        changes.extend(placed)
    if selection.allows("L2-02"):
        column, placed = ditto.fill(table, column)
        changes.extend(placed)
    parts = [column]
    if selection.allows("L1-07"):
        parts, placed = pairs.split(table, column)
        changes.extend(placed)
    result = []
    for part in parts:
        work = Working(table, part, table.schema_fields.get(part.index), clean_label(part.label), selection)
        work.half = len(parts) > 1
        _as_texts(work)
        for step in STEPS:
            step(work)
        result.append(work)
    return result


def _as_texts(work: Working) -> None:
    """Codes that a spreadsheet holds as numbers, and bare numbers among dates, are texts that a step may mend."""
    if not work.native:
        return
    if (
        work.declared == "string"
        or (work.declared is None and is_code_label(work.label))
        or municipality.applies(work)
    ):
        work.as_texts(*NATIVES)
    elif work.declared == "date" or work.native.get(int, 0) * 5 < work.column.filled:
        work.as_texts(int, float)


def _name(work: Working, label: str) -> str:
    if work.item:
        return str(work.item["name"])
    words = physical_words()
    plain = plain_characters(work.label) or label
    return physical_name(plain, words) or f"col_{work.index + 1:03d}"
