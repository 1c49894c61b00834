"""P-01: individual numbers (マイナンバー)."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import individual_numbers, number_label, possible_individual_numbers
from ..model import Column, Table, as_text

RULE = "P-01"


def check(context: Context) -> Iterator[Hit]:
    """Columns named so, and values that carry the check digit. Values are not repeated in the report."""
    for table, column, _profile in context.columns():
        if number_label(column.label) and column.filled:
            places = ((i, v) for i, v in enumerate(column.values) if v not in (None, ""))
            hit = context.group_at(table, column, places, "label", secret=True)
        elif found := individual_numbers(column):
            hit = _hit(context, table, column, found, "default")
        else:
            hit = _hit(context, table, column, possible_individual_numbers(column), "maybe")
        if hit:
            yield hit


def _hit(context: Context, table: Table, column: Column, found: set[str], variant: str) -> Hit | None:
    if not found:
        return None
    places = ((i, v) for i, v in enumerate(column.values) if v is not None and as_text(v) in found)
    return context.group_at(table, column, places, variant, secret=True)
