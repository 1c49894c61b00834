"""Step: the value of merged cells is repeated in each of them, as the official rule asks (同一内容を各セルに入力)."""

from __future__ import annotations

from ..model import Change, Column, Table, Value, address, as_text

__all__ = ["RULES", "covered_cells", "fill"]

RULES = ("L1-12",)


def covered_cells(table: Table) -> dict[int, dict[int, Value]]:
    """Return ``column -> {row: value}`` for the covered cells of merged ranges in the data."""
    found: dict[int, dict[int, Value]] = {}
    if not table.data_rows or not table.sheet.merged:
        return found
    first, last = table.data_rows[0], table.data_rows[-1]
    right = max((c.index for c in table.columns), default=0)
    for merged in table.sheet.merged:
        if merged.bottom < first or merged.top > last:
            continue
        row = table.sheet.rows[merged.top] if merged.top < len(table.sheet.rows) else []
        value = row[merged.left] if merged.left < len(row) else None
        if value in (None, ""):
            continue
        for r in range(merged.top, min(merged.bottom, last) + 1):
            for c in range(merged.left, min(merged.right, right) + 1):
                if (r, c) != (merged.top, merged.left):
                    found.setdefault(c, {})[r] = value
    return found


def fill(table: Table, column: Column, covered: dict[int, Value]) -> tuple[Column, list[Change]]:
    """Return the column with its covered blank cells filled, and the changes."""
    values: list[Value] = list(column.values)
    changes = []
    for position, row in enumerate(table.data_rows):
        if row in covered and values[position] in (None, ""):
            values[position] = covered[row]
            changes.append(
                Change("L1-12", table.sheet.name, address(row, column.index), row + 1, column.label, "", as_text(covered[row]))
            )  # fmt: skip
    return (Column(column.index, column.raw_label, column.label, values) if changes else column), changes
