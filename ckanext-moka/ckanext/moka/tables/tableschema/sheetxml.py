"""What a sheet's XML says that a fast reader does not tell: widths of rows, types of cells, what calls for openpyxl.

The rows are those of openpyxl's read-only mode, which frictionless reads with: as wide as ``<dimension>`` says, or,
where there is none, as far as the last cell of the row; rows left out count as empty.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np

from .cellscan import MARGIN, NUMBER, CellScan, scan_cells
from .typedcells import date_styles

__all__ = ["SheetCells", "SheetFacts", "first_look", "sheet_cells", "sheet_facts"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DIMENSION = re.compile(rb'<dimension[^>]*ref="([A-Z]+)([0-9]+)(?::([A-Z]+)([0-9]+))?"')
# Whole numbers with a point or an exponent are floats to openpyxl; of more than 15 digits readers make different ones.
_WHOLE_FLOAT = re.compile(rb"<v>-?\d+(?:\.0*</v>|\.?\d*[eE])")
_LONG_NUMBER = re.compile(rb"<v>-?\d{16}")
_LAST_ROW = re.compile(rb'<row [^>]*?r="(\d+)"')
_REFERENCE = re.compile(rb'<c r="([A-Z]+)\d+"')
_ESCAPES = (b"_x0", b"&#13;", b"&#xD;", b"&#xd;", b"<rPh")
_UNUSUAL = (b"<f", b' t="str"', b' t="e"', b' t="d"', b"<x:c ", b"\r\n<row")
_HEAD = 1 << 16
_MOST_BYTES = 400 * 1024 * 1024


@dataclass
class SheetFacts:
    """Position and name of a sheet; ``widths``: the number of cells per row (from 1), all rows up to the last."""

    name: str
    widths: list[int]
    whole_floats: bool


def sheet_facts(path: str, wanted: int | str) -> SheetFacts | None:
    """Return the facts of a sheet, ``None`` when only openpyxl itself reads it as frictionless would."""
    with ZipFile(path) as archive:
        found = _find(archive, wanted)
        if found is None or archive.getinfo(found[1]).file_size > _MOST_BYTES:
            return None
        name, part = found
        if not _plain_strings(archive):
            return None
        xml = archive.read(part)
    if xml.find(b"\r", 200) >= 0:
        return None
    cells = xml.count(b"<c ")
    texts = xml.count(b' t="s"')
    inline = xml.count(b't="inlineStr"') if texts < cells else 0
    if inline and any(mark in xml for mark in _ESCAPES):
        return None
    only_text = cells == texts + inline
    if not only_text and (b't="e"' in xml or b't="d"' in xml or _LONG_NUMBER.search(xml)):
        return None
    widths = _widths(xml)
    if widths is None:
        return None
    return SheetFacts(name, widths, not only_text and bool(_WHOLE_FLOAT.search(xml)))


@dataclass
class SheetCells:
    """The XML of a sheet of the usual form, with its cells and the styles of dates and of time spans."""

    xml: bytearray
    scan: CellScan
    styles: tuple[set[int], set[int]]


def sheet_cells(path: str, wanted: int | str) -> SheetCells | None:
    """Return the cells of a sheet, ``None`` when it is of another form or its texts hold what readers take differently."""
    with ZipFile(path) as archive:
        found = _find(archive, wanted)
        if found is None or archive.getinfo(found[1]).file_size > _MOST_BYTES or not _plain_strings(archive):
            return None
        xml = bytearray(archive.getinfo(found[1]).file_size + MARGIN)
        place, room = 0, memoryview(xml)
        with archive.open(found[1]) as stream:
            while chunk := stream.read(1 << 20):
                room[place : place + len(chunk)] = chunk
                place += len(chunk)
        scan = scan_cells(xml)
        if scan is None or not scan.widths:
            return None
        used = set(np.unique(scan.styles[scan.kinds == NUMBER]).tolist())
        styles = date_styles(archive, used) if used else (set(), set())
    return SheetCells(xml, scan, styles) if styles is not None else None


def first_look(path: str, wanted: int | str) -> tuple[str, bool] | None:
    """Return the name of a sheet and whether its first cells are of the usual form; ``None`` when there is no such sheet."""
    with ZipFile(path) as archive:
        found = _find(archive, wanted)
        if found is None:
            return None
        with archive.open(found[1]) as stream:
            head = stream.read(_HEAD)
    return found[0], not any(mark in head for mark in _UNUSUAL)


def _find(archive: ZipFile, wanted: int | str) -> tuple[str, str] | None:
    """Return name and part of the wanted worksheet (a number counts worksheets from 1)."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    links = {
        item.get("Id"): (item.get("Type", ""), item.get("Target", ""))
        for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    sheets: list[tuple[str, str]] = []
    for item in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        kind, target = links.get(item.get(_LINK), ("", ""))
        if kind.endswith("/worksheet"):
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            sheets.append((item.get("name", ""), part))
    if isinstance(wanted, str):
        chosen = [pair for pair in sheets if pair[0] == wanted]
    else:
        chosen = sheets[wanted - 1 : wanted] if wanted > 0 else []
    return chosen[0] if len(chosen) == 1 and chosen[0][1] in names else None


def _plain_strings(archive: ZipFile) -> bool:
    """Whether the shared strings hold nothing that readers take differently (escapes, carriage returns)."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return True
    if archive.getinfo("xl/sharedStrings.xml").file_size > _MOST_BYTES:
        return False
    text = archive.read("xl/sharedStrings.xml")
    return text.find(b"\r", 200) < 0 and not any(mark in text for mark in _ESCAPES)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _widths(xml: bytes) -> list[int] | None:
    start = xml.find(b"<sheetData")
    dimension = _DIMENSION.search(xml, 0, max(start, 0))
    fixed, last = None, None
    if dimension:
        corner = dimension[3] or dimension[1], dimension[4] or dimension[2]
        fixed, last = _column(corner[0]), int(corner[1])
    widths: list[int] = []
    before, end = start, xml.find(b"</row>", start)
    while end >= 0:
        opening = xml.rfind(b"<row ", before, end)
        number = _LAST_ROW.match(xml, opening)
        if number is None or int(number[1]) <= len(widths):
            return None
        widths += [fixed or 0] * (int(number[1]) - 1 - len(widths))
        cell = xml.rfind(b"<c ", opening, end)
        reference = _REFERENCE.match(xml, cell) if cell >= 0 else None
        if cell >= 0 and reference is None:
            return None
        widths.append(fixed or (_column(reference[1]) if reference else 0))
        before, end = end, xml.find(b"</row>", end + 6)
    empty = _LAST_ROW.findall(xml, before, xml.find(b"</sheetData>"))
    if empty:
        widths += [fixed or 0] * (int(empty[-1]) - len(widths))
    return widths[:last] if last is not None else widths
