"""The cells of a sheet and the questions that finding tables asks about them."""

from __future__ import annotations

import re
from datetime import date, time

from ...core.dates import parse_date
from ...core.numbers import is_mark, parse_number
from ..columnar.cells import Rows, Value, is_filled
from ..model import Sheet

__all__ = ["Grid", "is_filled"]

# Answers that are signs: ○ × △ are values, wherever they stand.
_SIGNS = re.compile(r"[○〇◯●◎△▲×✕✖]")
# 6:10 and 9:00～17:00 are values too.
_CLOCK = re.compile(r"[0-9０-９]{1,2}[:：][0-9０-９]{2}(?:\s*[~〜～-]\s*[0-9０-９]{1,2}[:：][0-9０-９]{2})?")
# 4/1, too, is a day in a record or above a column, never a word.
_DAY = re.compile(r"[0-9０-９]{1,2}[/／][0-9０-９]{1,2}")
_YEAR = re.compile(rf"(?:19|20)\d\d|[0-9０-９]{{1,3}}歳児?|{_DAY.pattern}")


class _Filled(dict[int, frozenset[int]]):
    """Row number -> the columns that are filled; worked out for the rows that are asked for."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def __missing__(self, row: int) -> frozenset[int]:
        found = self[row] = frozenset(i for i, v in enumerate(self.rows[row]) if is_filled(v))
        return found


class Grid:
    """The cells of a sheet with the questions that finding tables asks."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.rows = sheet.rows
        self.filled = _Filled(sheet.rows)
        self.filled_rows = sheet.rows.filled_rows
        self._labels: dict[tuple[int, int], bool] = {}

    def value(self, row: int, column: int) -> Value:
        """Return a cell, ``None`` beyond the end of its row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else None

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""
        value = self.value(row, column)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def label_like(self, row: int, column: int) -> bool:
        """A cell that could be a label: a text that is no number, no date, no time of day, no sign and no mark."""
        value = self.value(row, column)
        if isinstance(value, (int, float, date, time)):
            return False
        text = self.text(row, column).strip()
        if not text or _SIGNS.fullmatch(text) or _CLOCK.fullmatch(text):
            return False
        if _DAY.fullmatch(text) or is_mark(text):
            return False
        return parse_number(text) is None and parse_date(text) is None

    def year_like(self, row: int, column: int) -> bool:
        """A year or an age used as a label (2020, 2021 …; 0歳, 1歳 …)."""
        value = self.value(row, column)
        text = self.text(row, column).strip()
        return (isinstance(value, int) and 1900 <= value <= 2100) or _YEAR.fullmatch(text) is not None
