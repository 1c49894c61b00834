"""Columns of a worksheet whose cells have types: texts as they are, numbers as they are written, read when needed.

What a number means (an integer, a float, a date by its style) is openpyxl's to say, since frictionless reads with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .cellscan import ABSENT, BOOLEAN, DATE, NUMBER, SPAN, TEXT, CellScan

__all__ = ["READERS", "Part", "TypedColumn", "date_styles", "typed_columns"]

_NUMBER = r"\A-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,4})?\z"
_BOOLEAN = r"\A[01]\z"
_EPOCH = re.compile(rb"date1904=(?!\"(?:0|false)\")")
_STYLE = re.compile(rb"<xf\b")
_FORMAT = re.compile(rb'<xf\b[^>]*?\bnumFmtId="([0-9]{1,5})"')
_OWN_FORMAT = re.compile(rb'<numFmt [^>]*?\bnumFmtId="([0-9]{1,5})"')
# ECMA-376 18.8.30: general, whole, decimal, percent, scientific, fraction, accounting, text.
_PLAIN_FORMATS = {0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 37, 38, 39, 40, 48, 49}
_Array = np.ndarray[Any, Any]


@dataclass
class Part:
    """Cells of one kind in a column: where they stand, and their texts or what their values are written as."""

    kind: int
    places: pa.UInt64Array
    cells: pa.StringArray


class TypedColumn:
    """Cells of several types; ``texts`` and ``written`` have a null where a cell is of another kind."""

    def __init__(self, kinds: _Array, texts: pa.StringArray, written: pa.StringArray) -> None:
        self.kinds, self.texts, self.written = kinds, texts, written

    def __len__(self) -> int:
        return len(self.kinds)

    def __getitem__(self, index: int) -> Any:
        kind = int(self.kinds[index])
        if kind <= TEXT:
            return self.texts[index].as_py()
        return READERS[kind](self.written[index].as_py())

    def slice(self, start: int, size: int) -> TypedColumn:
        """Return some of the cells; what lies behind the last one is absent."""
        kinds = self.kinds[start : start + size]
        missing = size - len(kinds)
        texts, written = self.texts.slice(start, size), self.written.slice(start, size)
        if missing:
            kinds = np.concatenate([kinds, np.zeros(missing, np.uint8)])
            nulls = pa.nulls(missing, pa.string())
            texts, written = pa.concat_arrays([texts, nulls]), pa.concat_arrays([written, nulls])
        return TypedColumn(kinds, texts, written)

    def parts(self) -> Iterator[Part]:
        """Yield the cells by kind: absent ones and texts together first."""
        for chosen in ((ABSENT, TEXT), (NUMBER,), (BOOLEAN,), (DATE,), (SPAN,)):
            places = np.flatnonzero(np.isin(self.kinds, chosen))
            if len(places):
                where = pa.array(places.astype(np.uint64))
                source = self.texts if chosen[-1] == TEXT else self.written
                whole = len(places) == len(self.kinds)
                yield Part(chosen[-1], where, source if whole else source.take(where))


def _number(text: str) -> int | float:
    return float(text) if "." in text or "E" in text or "e" in text else int(text)


def _moment(text: str, span: bool = False) -> Any:
    from openpyxl.utils.datetime import from_excel

    try:
        return from_excel(_number(text), timedelta=span)
    except (OverflowError, ValueError):
        return "#VALUE!"


READERS: dict[int, Callable[[str], Any]] = {
    NUMBER: _number,
    BOOLEAN: lambda text: text == "1",
    DATE: _moment,
    SPAN: lambda text: _moment(text, True),
}
"""How openpyxl reads what is written in a cell, by kind."""


def date_styles(archive: ZipFile, used: set[int]) -> tuple[set[int], set[int]] | None:
    """Return the styles of dates and of time spans, ``None`` when the workbook counts its days from 1904.

    openpyxl is asked only when a style in use might be one: to import it takes longer than to read 5,000 rows.
    """
    if _EPOCH.search(archive.read("xl/workbook.xml")):
        return None
    if "xl/styles.xml" not in archive.namelist():
        return set(), set()
    if _surely_plain(archive.read("xl/styles.xml"), used):
        return set(), set()
    from openpyxl import Workbook
    from openpyxl.styles.stylesheet import apply_stylesheet

    book: Any = Workbook()
    apply_stylesheet(archive, book)
    return set(book._date_formats), set(book._timedelta_formats)


def _surely_plain(xml: bytes, used: set[int]) -> bool:
    """Whether all styles in use have formats that every workbook knows and that are no dates."""
    _before, _mark, styles = xml.partition(b"<cellXfs")
    styles = styles.partition(b"</cellXfs>")[0]
    formats = [int(number) for number in _FORMAT.findall(styles)]
    if len(formats) != len(_STYLE.findall(styles)) or max(used) >= len(formats):
        return False
    own = {int(number) for number in _OWN_FORMAT.findall(xml)}
    return xml.count(b"<numFmt ") == len(own) and {formats[style] for style in used} <= _PLAIN_FORMATS - own


def typed_columns(
    xml: bytearray, scan: CellScan, texts: list[pa.StringArray], styles: tuple[set[int], set[int]]
) -> list[Any] | None:
    """Return the columns, those of texts alone as Arrow arrays; ``None`` when the two readings do not agree."""
    real = scan.kinds != ABSENT
    if not real.any() or len(texts) != int(scan.columns[real].max()) + 1:
        return None
    height = int(scan.rows[real].max()) + 1
    if len(texts[0]) != height or scan.rows[0] or scan.columns[0] or not texts[0][0].as_py():
        return None
    kinds = scan.kinds.copy()
    for kind, chosen in ((DATE, styles[0]), (SPAN, styles[1])):
        if chosen:
            kinds[(scan.kinds == NUMBER) & np.isin(scan.styles, list(chosen))] = kind
    order = np.argsort(scan.columns, kind="stable")
    bounds = np.searchsorted(scan.columns[order], np.arange(len(texts) + 1))
    buffer = pa.py_buffer(xml)
    result: list[Any] = []
    for number, column in enumerate(texts):
        cells = order[bounds[number] : bounds[number + 1]]
        made = _column(buffer, scan, kinds, cells, column)
        if made is None:
            return None
        result.append(made)
    return result


def _column(buffer: pa.Buffer, scan: CellScan, kinds: _Array, cells: _Array, texts: pa.StringArray) -> Any:
    valued = cells[kinds[cells] >= NUMBER]
    if not len(valued):
        return texts
    cells = cells[kinds[cells] != ABSENT]
    rows = scan.rows[cells]
    if bool(np.any(rows[1:] <= rows[:-1])):
        return None
    of_rows = np.zeros(len(texts), np.uint8)
    of_rows[rows] = kinds[cells]
    spelled = _between(buffer, scan.starts[valued], scan.ends[valued])
    flags = kinds[valued] == BOOLEAN
    for chosen, pattern in ((flags, _BOOLEAN), (~flags, _NUMBER)):
        if (
            chosen.any()
            and not pc.all(pc.match_substring_regex(spelled.filter(pa.array(chosen)), pattern)).as_py()
        ):
            return None
    place = np.zeros(len(texts), np.int64)
    place[scan.rows[valued]] = np.arange(len(valued))
    written = spelled.take(pa.array(place, mask=of_rows < NUMBER))
    as_text = pc.if_else(
        pc.and_(pa.array(of_rows == TEXT), pc.not_equal(texts, "")), texts, pa.scalar(None, pa.string())
    )
    return TypedColumn(of_rows, as_text, written)


def _between(buffer: pa.Buffer, starts: _Array, ends: _Array) -> pa.StringArray:
    """Return the pieces of a text without copying it first: offsets of the pieces and of the gaps between them."""
    offsets = np.empty(2 * len(starts), np.int64)
    offsets[0::2], offsets[1::2] = starts, ends
    every = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), buffer)
    return every.take(pa.array(np.arange(0, len(offsets), 2))).cast(pa.string())
