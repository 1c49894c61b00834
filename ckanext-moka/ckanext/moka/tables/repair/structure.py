"""What is taken out around the table, cell by cell: title rows, notes, blank rows and columns, cells beside it."""

from __future__ import annotations

from collections.abc import Iterable

from ..locating.grid import is_filled
from ..model import Change, Range, Table, address, as_text, column_letters

__all__ = ["RULES", "left_out", "other_table"]

RULES = ("L3-01", "L1-02", "L1-03", "L1-04", "L1-15", "L2-03", "L2-06")


def left_out(table: Table) -> list[Change]:
    """Return one change for each filled cell that is not in the repaired table, and one per run of blank rows.

    Formulas are listed with the stored results that stand for them.
    """
    above = set(table.title_rows) | set(table.meta_rows)
    notes = set(table.note_rows)
    changes: list[Change] = []
    for row in sorted(above):
        changes += _row(table, row, "L3-01")
    for row in table.header_rows[:-1]:
        changes += _row(table, row, "L2-03")
    for row in sorted(notes):
        changes += _row(table, row, "L1-04")
    changes += _blank_rows(table, above | notes)
    changes += _blank_columns(table)
    for row, column in sorted({*table.side_cells, *table.extra_cells}):
        text = as_text(table.sheet.rows[row][column])
        rule = "L1-15" if (row, column) in set(table.extra_cells) else "L1-04"
        changes.append(_cell(table, rule, row, column, text, "beside"))
    return changes + _formulas(table)


def other_table(other: Table) -> Change:
    """Return the change that tells that another table of the file is not in the output."""
    labels = "、".join(column.label for column in other.columns)
    return Change(
        "L1-02", other.sheet.name, str(other.range), other.range.top + 1, None, labels, None, "table"
    )


def _row(table: Table, row: int, rule: str) -> list[Change]:
    cells = [(c, as_text(v)) for c, v in enumerate(table.sheet.rows[row]) if is_filled(v)]
    return [_cell(table, rule, row, c, text, "row") for c, text in cells]


def _cell(table: Table, rule: str, row: int, column: int, text: str, what: str) -> Change:
    return Change(rule, table.sheet.name, address(row, column), row + 1, None, text, None, what)


def _blank_rows(table: Table, dropped: set[int]) -> list[Change]:
    """Rows that are not in the output and have no cell of this table: blank ones, and those of other tables."""
    sheet = table.sheet
    kept = [*table.header_rows, *table.data_rows]
    known = set(kept) | dropped
    last, header = max(known), table.header_rows[0]
    gaps = [r for r in range(last) if r not in known] if len(known) <= last else []
    blank = [r for r in gaps if _is_blank(table, r)]
    changes = []
    for low, high in _runs(blank):
        rule = "L3-01" if high < header else "L1-03" if low < kept[-1] else "L1-04"
        changes.append(_rows(table, rule, low, high))
    for low, high in _runs(r for r in gaps if not _is_blank(table, r)):
        changes.append(_rows(table, "L1-02", low, high)._replace(what="table"))
    if sheet.blank_tail and last == len(sheet.rows) - 1:
        changes.append(_rows(table, "L1-04", len(sheet.rows), len(sheet.rows) + sheet.blank_tail - 1))
    return changes


def _is_blank(table: Table, row: int) -> bool:
    return row < len(table.sheet.rows) and not any(map(is_filled, table.sheet.rows[row]))


def _rows(table: Table, rule: str, low: int, high: int) -> Change:
    return Change(rule, table.sheet.name, f"{low + 1}:{high + 1}", low + 1, None, "", None, "row")


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [(low, high) for low, high in runs]


def _blank_columns(table: Table) -> list[Change]:
    """Columns without label and value, left of the table, inside it, and (in a text file) right of it."""
    kept = {column.index for column in table.columns}
    beside = {column for _row_number, column in [*table.side_cells, *table.extra_cells]}
    last = max(kept, default=-1)
    blank = {c for c in range(last) if c not in kept and c not in beside} | set(table.blank_columns)
    row = table.header_rows[-1]
    changes = []
    for column in sorted(blank):
        name = column_letters(column)
        change = Change("L1-03", table.sheet.name, f"{name}:{name}", row + 1, None, "", None, "column")
        other = column not in table.blank_columns and _filled_column(table, column)
        changes.append(change._replace(rule="L1-02", what="table") if other else change)
    return changes


def _filled_column(table: Table, column: int) -> bool:
    """Tell whether a column that is not this table's holds something beside it: another table."""
    rows = table.sheet.rows
    numbers = [*table.header_rows, *table.data_rows]
    return any(column < len(rows[r]) and is_filled(rows[r][column]) for r in numbers)


def _formulas(table: Table) -> list[Change]:
    inside = Range(*table.range)
    changes = []
    for row, column, formula, stored in table.sheet.formulas:
        if not stored or not (inside.top <= row <= inside.bottom and inside.left <= column <= inside.right):
            continue
        values = table.sheet.rows[row] if row < len(table.sheet.rows) else []
        value = as_text(values[column]) if column < len(values) else ""
        changes.append(
            Change(
                "L2-06",
                table.sheet.name,
                address(row, column),
                row + 1,
                None,
                f"={formula}",
                value,
                "formula",
            )
        )
    return changes
