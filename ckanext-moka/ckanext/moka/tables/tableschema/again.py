"""Read chosen rows of a table a second time, for messages that show them; nothing of them is kept meanwhile."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa

from .engine import TableResult
from .opening import Opened
from .pieces import Piece, parse, plain_bytes

__all__ = ["rows_again"]


def rows_again(table: TableResult, wanted: set[int]) -> dict[int | None, list[Any]]:
    """Return the cells of the rows with these numbers."""
    opened, judge = table.opened, table.judge
    if opened is None or judge is None:
        return {}
    last = max(wanted)
    found: dict[int | None, list[Any]] = {}
    if judge.road == "plain":
        first = opened.first_row
        for data in plain_bytes(opened):
            piece = parse(data, opened)
            _pick(piece, first, wanted, found)
            _tell_empty(data, opened, first, piece.records, found)
            first += piece.records
            if first > last:
                break
        return found
    for number, cells in opened.rows():
        if number in wanted:
            found[number] = list(cells)
        if number >= last:
            break
    opened.close()
    return found


def _pick(piece: Piece, first: int, wanted: set[int], found: dict[int | None, list[Any]]) -> None:
    if piece.rows is None:
        positions = [row - first for row in wanted if first <= row < first + piece.records]
    else:
        positions = [position for position, row in enumerate(piece.rows) if row + first in wanted]
    if not positions:
        return
    chosen = pa.array(positions, pa.int64())
    columns = [column.take(chosen).to_pylist() for column in piece.columns]
    for index, cells in enumerate(zip(*columns, strict=True)):
        position = positions[index]
        row = (piece.rows[position] if piece.rows is not None else position) + first
        whole = list(cells)
        if position in piece.short:
            whole = whole[: piece.short[position]]
        found[row] = whole + piece.extra.get(position, [])


def _tell_empty(
    data: bytes, opened: Opened, first: int, records: int, found: dict[int | None, list[Any]]
) -> None:
    """An empty line has no cells, a line of separators has empty ones; the fast reader shows both alike."""
    empty = {row for row in range(first, first + records) if row in found and not any(found[row])}
    if empty:
        text = io.StringIO(data.decode("utf-8"), newline="")
        reader = csv.reader(text, delimiter=opened.delimiter, quotechar=opened.quote, doublequote=True)
        found.update((row, cells) for row, cells in enumerate(reader, start=first) if row in empty)
