"""Bounds on what is read, each with a sentence that says what is too much. Looked at before anything is unfolded."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from ..model import Sheet, UnreadableFile

__all__ = [
    "MAX_CELL",
    "MAX_COLUMNS",
    "refuse_announced",
    "refuse_columns",
    "refuse_flood",
    "refuse_wide_sheet",
    "texts_bounded",
]

# Excel once had 256 columns and now has 16,384; every check looks at every column, and no table for people has as many.
MAX_COLUMNS = 2_000
MAX_CELL = 4 * 1024 * 1024
MAX_BLANK_LINES = 2_000_000
_LONG = 50_000
_ANNOUNCED = re.compile(rb"""<[^<>]*[cC]ount\s*=\s*["']\s*[0-9]{8}""")


def refuse_flood(data: bytes | bytearray | memoryview) -> None:
    """Raise ``UnreadableFile`` for a text with thousands of separators in a line, a cell of megabytes, floods of lines.

    Only lines longer than ``_LONG`` are looked at: fewer bytes cannot hold so many cells.
    """
    raw = bytes(data) if isinstance(data, memoryview) else data
    blank = raw.count(b"\n\n") + raw.count(b"\n\r\n")
    if blank > MAX_BLANK_LINES:
        raise UnreadableFile("blank-lines", count=f"{blank:,}")
    # Old Macs end lines with a carriage return alone.
    mark = b"\n" if b"\n" in raw else b"\r"
    start, size = 0, len(raw)
    while size - start > _LONG:
        end = raw.rfind(mark, start, start + _LONG)
        if end >= 0:
            start = end + 1
            continue
        end = raw.find(mark, start + _LONG)
        end = size if end < 0 else end
        _long_line(raw, start, end)
        start = end + 1


def _long_line(raw: bytes | bytearray, start: int, end: int) -> None:
    counts = {separator: raw.count(separator, start, end) for separator in (b",", b"\t", b";")}
    separator = max(counts, key=lambda item: counts[item])
    many, length = counts[separator], end - start
    line = raw.count(b"\n", 0, start) + 1
    if many > MAX_COLUMNS and length <= MAX_CELL:
        many = _columns(raw[start:end], separator)
    if many > MAX_COLUMNS:
        raise UnreadableFile("columns", columns=f"{many:,}", place=_line(line))
    if length > MAX_CELL:
        raise UnreadableFile("cell", megabytes=f"{length / 1e6:,.0f}", place=_line(line))


def _columns(line: bytes | bytearray, separator: bytes) -> int:
    """Return the number of columns of one line; separators between quotes, and empty columns at the end, are none."""
    text = line.decode("utf-8", "replace").rstrip(separator.decode() + "\r\n")
    csv.field_size_limit(2 * MAX_CELL)
    return len(next(csv.reader([text], delimiter=separator.decode()), []))


def _line(number: int) -> dict[str, str]:
    return {"ja": f"{number} 行目", "en": f"Line {number}"}


def refuse_wide_sheet(sheet: Sheet) -> None:
    """Raise ``UnreadableFile`` for a sheet with more filled columns than a table may have."""
    widest = sheet.rows.widest
    if widest > MAX_COLUMNS:
        filled = max((n + 1 for n in range(MAX_COLUMNS, widest) if sheet.rows.count_filled(n)), default=0)
        if filled:
            name = {"ja": f"シート「{sheet.name}」", "en": f"Sheet {sheet.name}"} if sheet.name else _line(1)
            raise UnreadableFile("columns", columns=f"{filled:,}", place=name)


def refuse_announced(data: bytes) -> None:
    """Raise ``UnreadableFile`` where a part of a workbook announces tens of millions of items.

    Readers make room for what is announced, whatever follows; more memory than there is ends the whole process.
    """
    if _ANNOUNCED.search(data):
        raise UnreadableFile("disordered")


def refuse_columns(columns: int) -> None:
    """Raise ``UnreadableFile`` when the cells of a sheet go further to the right than a table may."""
    if columns > MAX_COLUMNS:
        raise UnreadableFile("columns", columns=f"{columns:,}", place={"ja": "シート", "en": "A sheet"})


def texts_bounded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pass on the blocks of an XML part; raise ``UnreadableFile`` when a single text goes on for megabytes."""
    run = 0
    for block in chunks:
        mark = block.rfind(b"<")
        run = run + len(block) if mark < 0 else len(block) - mark
        if run > MAX_CELL:
            raise UnreadableFile(
                "cell", megabytes=f"{run / 1e6:,.0f}", place={"ja": "シート", "en": "A sheet"}
            )
        yield block
