"""The cells of a sheet's XML as arrays: where each stands, of which type, and what its number is written as.

Sheets are written by machines in one form (``<c r="A1" s="2" t="n"><v>35</v></c>``). Only that form is read here, eight
bytes of all cells at once; for any other the answer is ``None``, and a slower reader has the word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["ABSENT", "BOOLEAN", "DATE", "MARGIN", "NUMBER", "SPAN", "TEXT", "CellScan", "scan_cells"]

ABSENT, TEXT, NUMBER, BOOLEAN, DATE, SPAN = range(6)
_BLOCK = 1 << 20
_CELLS = 1 << 15
MARGIN = 96
"""How many bytes must stand behind the last cell, because eight are read at a time."""
_LONGEST = 24
_DIMENSION = re.compile(rb'<dimension[^>]*ref="([A-Z]+)([0-9]+)(?::([A-Z]+)([0-9]+))?"')
_RETURNS = (b"&#13;", b"&#xD;", b"&#xd;")
_Array = np.ndarray[Any, Any]


@dataclass
class CellScan:
    """Cells in the order of the file: positions from 0, ``starts`` and ``ends`` of what is written between ``<v>`` and ``</v>``."""

    rows: _Array
    columns: _Array
    kinds: _Array
    styles: _Array
    starts: _Array
    ends: _Array
    widths: list[int]


def scan_cells(xml: bytes | bytearray) -> CellScan | None:
    """Return the cells of a sheet, ``None`` when any of it is written in an uncommon form; ``MARGIN`` bytes stand behind it."""
    first, end = xml.find(b"<sheetData>"), xml.rfind(b"</sheetData>")
    if first < 0 or end < 0 or end + MARGIN > len(xml):
        return None
    data = np.frombuffer(xml, np.uint8)
    words: _Array = np.ndarray((len(xml) - 7,), "<u8", xml, 0, (1,))
    places = _places(words, data, first, end)
    rows = _rows(words, data, places[0]) if places is not None else None
    if places is None or rows is None or len(places[1]) == 0:
        return None
    parts = []
    for start in range(0, len(places[1]), _CELLS):
        part = _cells(words, data, places[1][start : start + _CELLS], rows)
        if part is None:
            return None
        parts.append(part)
    numbers, columns, kinds, styles, starts, ends = (
        np.concatenate(item) for item in zip(*parts, strict=True)
    )
    widths = _widths(bytes(xml[:first]), rows.numbers, numbers, columns)
    return CellScan(numbers, columns, kinds, styles, starts, ends, widths)


def _places(words: _Array, data: _Array, first: int, end: int) -> tuple[_Array, _Array] | None:
    """Return where rows and cells begin, ``None`` where something stands that readers take differently.

    That is: a carriage return, plain or as a reference, an escape (``_x0``), phonetic text, a comment, CDATA.
    """
    rows, cells = [], []
    for start in range(first + 1, end, _BLOCK):
        part = data[start : min(start + _BLOCK, end) + 3]
        one, two, three, four = part[:-3], part[1:-2], part[2:-1], part[3:]
        opened = one == 60
        if (
            (one == 13).any()
            or (opened & (two == 33)).any()
            or ((one == 95) & (two == 120) & (three == 48)).any()
        ):
            return None
        reference = (three == 120) | ((three == 49) & (four == 51))
        found = np.flatnonzero((one == 38) & (two == 35) & reference)
        if len(found) and any(_at(words, found + start, mark).any() for mark in _RETURNS):
            return None
        inner = opened & (two == 114)
        if (inner & (three == 80)).any():
            return None
        rows.append(np.flatnonzero(inner & (three == 111)) + start)
        cells.append(np.flatnonzero(opened & (two == 99) & (three != 111)) + start)
    return np.concatenate(rows), np.concatenate(cells)


@dataclass
class _Rows:
    """Where rows begin, their numbers, and the eight bytes that the number and the quote behind it make."""

    places: _Array
    numbers: _Array
    marks: _Array
    masks: _Array
    sizes: _Array


def _rows(words: _Array, data: _Array, places: _Array) -> _Rows | None:
    if not len(places) or not _at(words, places, b'<row r="').all():
        return None
    numbers, behind = _number(data, places + 8, 7)
    if behind is None or numbers[0] < 1 or not bool(np.all(numbers[1:] > numbers[:-1])):
        return None
    sizes = behind + 1 - places - 8
    masks = np.uint64(0xFFFFFFFFFFFFFFFF) >> ((8 - sizes) * 8).astype(np.uint64)
    return _Rows(places, numbers, words[places + 8] & masks, masks, sizes)


def _text(text: bytes) -> tuple[np.uint64, np.uint64]:
    """Return eight bytes and their mask as numbers."""
    return (
        np.uint64(int.from_bytes(text, "little")),
        np.uint64(int.from_bytes(b"\xff" * len(text), "little")),
    )


def _at(words: _Array, places: _Array, text: bytes) -> _Array:
    number, mask = _text(text)
    result: _Array = (words[places] & mask) == number
    return result


def _cells(words: _Array, data: _Array, places: _Array, all_rows: _Rows) -> tuple[_Array, ...] | None:
    if not _at(words, places, b'<c r="').all():
        return None
    owner = np.searchsorted(all_rows.places, places) - 1
    if owner[0] < 0:
        return None
    columns, after = _columns(data, places + 6)
    if not bool(np.all((words[after] & all_rows.masks[owner]) == all_rows.marks[owner])):
        return None
    rows, after = all_rows.numbers[owner], after + all_rows.sizes[owner]
    styles = np.zeros(len(places), np.int32)
    styled = np.flatnonzero(_at(words, after, b' s="'))
    if len(styled):
        values, behind = _number(data, after[styled] + 4)
        if behind is None:
            return None
        styles[styled], after[styled] = values, behind + 1
    typed = _kinds(words, after)
    if typed is None:
        return None
    kinds, close = typed
    starts = ends = np.zeros(len(places), np.int64)
    valued = np.flatnonzero(kinds >= NUMBER)
    if len(valued):
        starts, ends = starts.copy(), ends.copy()
        starts[valued] = close[valued] + 4
        behind = _value_ends(words, starts[valued])
        if behind is None:
            return None
        ends[valued] = behind
    return rows - 1, columns - 1, kinds, styles, starts, ends


def _columns(data: _Array, places: _Array) -> tuple[_Array, _Array]:
    """Return the column numbers (from 1) of one to three letters, and the places behind them."""
    one, two, three = (data[places + offset].astype(np.int64) - 64 for offset in range(3))
    has_two = (two >= 1) & (two <= 26)
    has_three = has_two & (three >= 1) & (three <= 26)
    column = np.where(has_two, one * 26 + two, one)
    column = np.where(has_three, column * 26 + three, column)
    return column, places + 1 + has_two + has_three


def _number(data: _Array, places: _Array, most: int = 5) -> tuple[_Array, _Array | None]:
    """Return numbers of at most ``most`` digits and the places of the quotes behind them."""
    value = np.zeros(len(places), np.int64)
    place = places.copy()
    for _digit in range(most + 1):
        digit = data[place].astype(np.int64) - 48
        active = (digit >= 0) & (digit <= 9)
        value = np.where(active, value * 10 + digit, value)
        place = place + active
    sure = bool(np.all((data[place] == 34) & (place > places) & (place <= places + most)))
    return value, place if sure else None


def _kinds(words: _Array, after: _Array) -> tuple[_Array, _Array] | None:
    """Return the types of cells and where their tags close, ``None`` when one is of another type or form."""
    kinds = np.full(len(after), 255, np.uint8)
    close = after.copy()
    kinds[_at(words, after, b' t="s"')] = TEXT
    kinds[_at(words, after, b' t="inli')] = TEXT
    for text, kind in ((b' t="n">', NUMBER), (b' t="b">', BOOLEAN), (b">", NUMBER)):
        found = np.flatnonzero((kinds == 255) & _at(words, after, text))
        kinds[found] = kind
        close[found] += len(text) - 1
    for text in (b"/>", b' t="n"/>'):
        kinds[(kinds == 255) & _at(words, after, text)] = ABSENT
    valued = np.flatnonzero((kinds == NUMBER) | (kinds == BOOLEAN))
    if len(valued):
        wrong = valued[~_at(words, close[valued], b"><v>")]
        empty = _at(words, close[wrong], b"></c>")
        kinds[wrong[empty]] = ABSENT
        if not empty.all():
            return None
    return None if bool((kinds == 255).any()) else (kinds, close)


def _value_ends(words: _Array, starts: _Array) -> _Array | None:
    """Return where the values end (``</v></c>``), ``None`` when one is longer than any number."""
    low, high = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
    ends = starts.copy()
    left = np.arange(len(starts))
    for _step in range(_LONGEST // 8):
        found = words[ends[left]] ^ np.uint64(0x3C3C3C3C3C3C3C3C)
        hits = (found - low) & ~found & high
        lowest = hits & (~hits + np.uint64(1))
        ends[left] += np.where(hits == 0, 8, np.bitwise_count(lowest - np.uint64(1)) >> 3)
        left = left[hits == 0]
        if not len(left):
            break
    if len(left) or not _at(words, ends, b"</v></c>").all():
        return None
    return ends


def _widths(head: bytes, numbers: _Array, rows: _Array, columns: _Array) -> list[int]:
    """Return the number of cells per row as openpyxl's read-only mode has it; ``rows`` and ``columns`` count from 0."""
    dimension = _DIMENSION.search(head)
    fixed, last = 0, None
    if dimension:
        fixed, last = _letters(dimension[3] or dimension[1]), int(dimension[4] or dimension[2])
    if fixed:
        widths = np.full(int(numbers[-1]), fixed, np.int64)
    else:
        widths = np.zeros(int(numbers[-1]), np.int64)
        final = np.append(np.flatnonzero(rows[1:] != rows[:-1]), len(rows) - 1)
        widths[rows[final]] = columns[final] + 1
    result: list[int] = widths.tolist()
    return result[:last] if last is not None else result


def _letters(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
