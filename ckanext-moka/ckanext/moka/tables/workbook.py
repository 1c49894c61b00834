"""What lies in an XLSX workbook besides values: merged, hidden, formulas, comments, objects, author. And the guard."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from .model import Range, UnreadableFile

__all__ = ["MAX_CELLS", "MAX_UNPACKED", "SheetFacts", "guard", "properties", "sheet_facts"]

MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 400
MAX_CELLS = 30_000_000
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COL = re.compile(rb"<(?:\w+:)?col\b([^>]*)/?>")
_CELL_COLUMN = re.compile(rb"<(?:\w+:)?c r=\"([A-Z]{1,3})")
_FORMULA_CELL = re.compile(
    rb"<(?:\w+:)?c r=\"([A-Z]{1,3}[0-9]+)\"([^>]*)><(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)(.{0,40})",
    re.S,
)
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c r=\"([A-Z]{1,3}[0-9]+)\"[^>]*\bt=\"e\"[^>]*>.*?<(?:\w+:)?v>([^<]*)<", re.S
)
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell ref=\"([A-Z]+[0-9]+):([A-Z]+[0-9]+)\"")
_HIDDEN = re.compile(rb"\b(?:hidden|collapsed)=\"(?:1|true)\"")
_ZERO_HEIGHT = re.compile(rb"\bht=\"0(?:\.0+)?\"")
_NUMBER = re.compile(rb"\br=\"([0-9]+)\"")
_MIN = re.compile(rb"\bmin=\"([0-9]+)\"")
_MAX = re.compile(rb"\bmax=\"([0-9]+)\"")
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class SheetFacts:
    """Facts about one sheet that its values do not show; indices from 0."""

    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    comments: list[tuple[int, int, str]] = field(default_factory=list)
    formulas: list[tuple[int, int, str, bool]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    objects: int = 0
    last_row: int = 0


def guard(path: Path) -> list[str]:
    """Return the names inside a zip container; refuse one that would unpack to more than fits (zip bomb)."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableFile("broken") from error
    total, packed = sum(i.file_size for i in infos), max(1, sum(i.compress_size for i in infos))
    if total > MAX_UNPACKED or (total > 50_000_000 and total / packed > MAX_RATIO) or len(infos) > 20_000:
        raise UnreadableFile("bomb", megabytes=f"{total // 1_000_000:,}")  # fmt: skip
    return [info.filename for info in infos]


def sheet_facts(path: Path) -> dict[str, SheetFacts]:
    """Return the facts of every sheet of an XLSX file by sheet name."""
    facts: dict[str, SheetFacts] = {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for title, part in _sheet_parts(archive):
            if part in names:
                facts[title] = _scan(archive, part, names)
    return facts


def properties(path: Path) -> dict[str, str]:
    """Return author, last editor, company and manager as written in the file's properties."""
    found: dict[str, str] = {}
    with zipfile.ZipFile(path) as archive:
        for part in ("docProps/core.xml", "docProps/app.xml", "meta.xml"):
            if part not in archive.namelist():
                continue
            for element in _xml(archive, part).iter():
                tag = element.tag.rsplit("}", 1)[-1]
                if (
                    tag in ("creator", "lastModifiedBy", "Company", "Manager", "initial-creator")
                    and element.text
                ):
                    found[tag] = element.text.strip()
    return {key: value for key, value in found.items() if value}


def _xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    data = archive.read(part)
    if b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data[:2000]:
        raise UnreadableFile("broken")
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise UnreadableFile("broken") from error


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    folder, name = posixpath.split(part)
    rels = f"{folder}/_rels/{name}.rels"
    if rels not in archive.namelist():
        return {}
    result = {}
    for item in _xml(archive, rels).iter(_REL):
        target = item.get("Target", "")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        result[item.get("Id", "")] = (item.get("Type", "").rsplit("/", 1)[-1], full)
    return result


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    if "xl/workbook.xml" not in archive.namelist():
        return []
    relations = _relations(archive, "xl/workbook.xml")
    parts = []
    for element in _xml(archive, "xl/workbook.xml").iter():
        if element.tag.rsplit("}", 1)[-1] == "sheet":
            rel = relations.get(element.get(_ID, ""))
            if rel:
                parts.append((element.get("name", ""), rel[1]))
    return parts


def _scan(archive: zipfile.ZipFile, part: str, names: set[str]) -> SheetFacts:
    data = archive.read(part)
    facts = SheetFacts()
    last_row = 0
    for match in _ROW.finditer(data):
        number = _NUMBER.search(match[1])
        last_row = int(number[1]) if number else last_row + 1
        if _HIDDEN.search(match[1]) or _ZERO_HEIGHT.search(match[1]):
            facts.hidden_rows.add(last_row - 1)
    facts.last_row = last_row
    letters = set(_CELL_COLUMN.findall(data))
    width = max((_index(item.decode()) for item in letters), default=0) + 1
    if last_row * width > MAX_CELLS:
        raise UnreadableFile("cells", rows=f"{last_row:,}", columns=f"{width:,}")  # fmt: skip
    for match in _COL.finditer(data):
        low, high = _MIN.search(match[1]), _MAX.search(match[1])
        if low and high and (_HIDDEN.search(match[1]) or re.search(rb'\bwidth="0(?:\.0+)?"', match[1])):
            facts.hidden_cols.update(range(int(low[1]) - 1, min(int(high[1]), width)))
    for first, second in _MERGE.findall(data):
        (top, left), (bottom, right) = _split(first.decode()), _split(second.decode())
        facts.merged.append(Range(top, left, bottom, right))
    for match in _FORMULA_CELL.finditer(data):
        row, column = _split(match[1].decode())
        stored = re.match(rb"<(?:\w+:)?v>[^<]", match[4]) is not None
        facts.formulas.append((row, column, (match[3] or b"").decode("utf-8", "replace"), stored))
    for match in _ERROR_CELL.finditer(data):
        row, column = _split(match[1].decode())
        facts.errors.append((row, column, match[2].decode("utf-8", "replace")))
    for kind, target in _relations(archive, part).values():
        if target not in names:
            continue
        if kind == "comments":
            facts.comments.extend(_comments(archive, target))
        elif kind == "drawing":
            facts.objects += len(
                re.findall(
                    rb"<(?:\w+:)?(?:twoCellAnchor|oneCellAnchor|absoluteAnchor)\b", archive.read(target)
                )
            )
    return facts


def _comments(archive: zipfile.ZipFile, part: str) -> list[tuple[int, int, str]]:
    found = []
    for element in _xml(archive, part).iter():
        if element.tag.rsplit("}", 1)[-1] == "comment" and element.get("ref"):
            row, column = _split(str(element.get("ref")))
            text = "".join(node.text or "" for node in element.iter() if node.tag.rsplit("}", 1)[-1] == "t")
            found.append((row, column, text.strip()))
    return found


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _split(cell: str) -> tuple[int, int]:
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]) - 1, _index(letters)
