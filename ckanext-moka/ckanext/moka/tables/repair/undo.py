"""Take changes back: from the cells of a repaired file and the list of changes to the cells as they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..model import Change

__all__ = ["CannotUndo", "undo"]

Grid = list[list[str]]
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_ROWS = re.compile(r"([0-9]+):([0-9]+)")
_COLUMNS = re.compile(r"([A-Z]+):([A-Z]+)")


class CannotUndo(ValueError):
    """The cells are not those that the changes led to; ``str(error)`` says which cell, in Japanese."""


def undo(grid: Grid, changes: Sequence[Change], picked: Iterable[Change] | None = None) -> Grid:
    """Return ``grid`` (a repaired file: the header and the data) with ``picked`` changes taken back; all by default.

    ``changes`` is the whole list as repair made it: it also says which rows and columns stood where. Changes of one
    cell can only be taken back from the last one on. Raises ``CannotUndo``.
    """
    chosen = list(changes) if picked is None else list(picked)
    if any(change.what == "long" for change in changes):
        chosen = [change for change in chosen if change.what != "long"]
        grid = _wide(grid, changes)
    places = _Places(grid, changes)
    for change in reversed(chosen):
        places.take_back(change)
    return places.grid()


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _spot(cell: str) -> tuple[int, int]:
    match = _ADDRESS.fullmatch(cell)
    if match is None:
        raise CannotUndo(f"場所「{cell}」を読めません。変更の一覧が壊れています。")
    return int(match[2]) - 1, _number(match[1])


class _Places:
    """The cells of a repaired file by the row and column in which they stood in the original."""

    def __init__(self, grid: Grid, changes: Sequence[Change]) -> None:
        rows, columns = _taken_out(changes)
        self.split = {_spot(c.cell)[1] for c in changes if c.what == "split" and c.cell}
        self.rows = set(_kept(rows, len(grid)))
        width = max(map(len, grid), default=0)
        self.columns = _kept(columns, width - len(self.split))
        order = [
            (column, part) for column in self.columns for part in ((0, 1) if column in self.split else (0,))
        ]
        self.cells: dict[tuple[int, int, int], str] = {}
        for row, values in zip(sorted(self.rows), grid, strict=True):
            for (column, part), text in zip(order, values, strict=False):
                self.cells[row, column, part] = text
        self.added: set[int] = set()
        self.joined: set[int] = set()

    def take_back(self, change: Change) -> None:
        """Put back what one change replaced or took out."""
        cell = str(change.cell)
        if change.what in ("table", "formula", "long"):
            return
        if match := _ROWS.fullmatch(cell):
            self.rows.update(range(int(match[1]) - 1, int(match[2])))
            return
        if match := _COLUMNS.fullmatch(cell):
            self.added.update(range(_number(match[1]), _number(match[2]) + 1))
            return
        row, column = _spot(cell)
        if change.what in ("row", "beside"):
            self.rows.add(row)
            self.added.add(column)
            self.cells[row, column, 0] = change.old
        elif change.what == "split":
            self._check(row, column, " / ".join(self.cells.get((row, column, p), "") for p in (0, 1)), change)
            self.joined.add(column)
            self.cells[row, column, 0] = change.old
            self.cells.pop((row, column, 1), None)
        else:
            part = 1 if column in self.split and change.field == "経度" else 0
            self._check(row, column, self.cells.get((row, column, part), ""), change)
            self.cells[row, column, part] = change.old

    def _check(self, row: int, column: int, text: str, change: Change) -> None:
        if text != (change.new or ""):
            raise CannotUndo(
                f"{change.cell} セルは「{change.new}」のはずですが「{text}」です。"
                "この変更の後の変更が残っているか、ファイルが直した後に書き換えられています。"
            )

    def grid(self) -> Grid:
        """Return the cells row by row."""
        columns = {*self.columns, *self.added}
        beyond = range(max(self.columns, default=-1) + 1, max(columns, default=-1))
        order = [
            (c, part)
            for c in sorted(columns.union(beyond))
            for part in ((0, 1) if c in self.split and c not in self.joined else (0,))
        ]
        return [[self.cells.get((row, c, part), "") for c, part in order] for row in sorted(self.rows)]


def _taken_out(changes: Sequence[Change]) -> tuple[set[int], set[int]]:
    rows: set[int] = set()
    columns: set[int] = set()
    for change in changes:
        cell = str(change.cell)
        if match := _ROWS.fullmatch(cell):
            rows.update(range(int(match[1]) - 1, int(match[2])))
        elif match := _COLUMNS.fullmatch(cell):
            columns.update(range(_number(match[1]), _number(match[2]) + 1))
        elif change.what == "row":
            rows.add(_spot(cell)[0])
        elif change.what == "beside":
            columns.add(_spot(cell)[1])
    return rows, columns


def _kept(taken: set[int], count: int) -> list[int]:
    """Return the first ``count`` numbers that are not taken out."""
    kept: list[int] = []
    number = 0
    while len(kept) < count:
        if number not in taken:
            kept.append(number)
        number += 1
    return kept


def _wide(grid: Grid, changes: Sequence[Change]) -> Grid:
    """Turn rows back into columns: a change ``long`` names a column and the value column and year it became."""
    melted = [change for change in changes if change.what == "long"]
    columns = {_spot(str(c.cell))[1]: (c.old, *str(c.new).rsplit("=", 1)) for c in melted}
    groups = list(dict.fromkeys(group for _old, group, _year in columns.values()))
    years = list(dict.fromkeys(year for _old, _group, year in columns.values()))
    width = len(grid[0]) - 1 - len(groups)
    split = {_spot(str(c.cell))[1] for c in changes if c.what == "split"}
    order = _kept(_taken_out(changes)[1], width - len(split) + len(columns))
    blocks = [grid[start : start + len(years)] for start in range(1, len(grid), len(years))]
    result: Grid = []
    for block in [None, *blocks]:
        rest = iter((grid[0] if block is None else block[0])[:width])
        row: list[str] = []
        for number in order:
            if number not in columns:
                row += [next(rest) for _ in range(2 if number in split else 1)]
                continue
            old, group, year = columns[number]
            row.append(old if block is None else block[years.index(year)][width + 1 + groups.index(group)])
        result.append(row)
    return result
