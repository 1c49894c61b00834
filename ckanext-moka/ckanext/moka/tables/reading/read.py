"""Open a file, find out what it really is, and hand on its sheets."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import python_calamine

from ..columnar.cells import Rows
from ..columnar.rowsbuilder import RowsBuilder
from ..model import Range, Sheet, Source, SourceNote, UnreadableFile
from . import books, delimited, encodings, limits
from .facts import SheetFacts

__all__ = ["MAX_BYTES", "read"]

MAX_BYTES = 1024 * 1024 * 1024
_START = 200_000
_TEXT_FORMATS = {"csv", "tsv", "txt"}
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|table|script|meta|title|div|form|p)\b")
_CONTAINERS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_NAMES = {
    "pdf": "PDF", "png": "画像（PNG）", "jpg": "画像（JPEG）", "html": "ウェブページ（HTML）", "docx": "Word 文書", "odt": "文書（ODT）", "odp": "発表資料（ODP）", "xlsb": "Excel バイナリ ブック（XLSB）",
    "pptx": "PowerPoint 文書", "zip": "ZIP ファイル", "doc": "Word などの古い形式の文書", "json": "JSON", "xml": "XML",
    "xlsx": "Excel ブック（XLSX）", "xls": "Excel 97-2003 ブック（XLS）", "ods": "OpenDocument 表計算（ODS）",
    "csv": "CSV", "tsv": "タブ区切りの文字ファイル",
}  # fmt: skip


def read(path: Path, name: str | None = None) -> Source:
    """Read the file at ``path``; ``name`` is what people call it when ``path`` is a store's own name.

    Raises ``UnreadableFile`` with a Japanese sentence for whatever cannot be read as a table, and ``OSError``
    when the file is not there.
    """
    name = name or path.name
    books.refuse_special(path)
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("empty")
    if size > MAX_BYTES:
        raise UnreadableFile("large", megabytes=f"{size / 1e6:,.0f}", limit=MAX_BYTES // 1_000_000)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with path.open("rb") as stream:
        head = stream.read(4096)
    kind = _kind(path, head)
    source = Source(name=name, format=kind, size=size, sha256=digest)
    if kind in ("xlsx", "xls", "ods"):
        _read_workbook(path, source)
    elif kind in ("csv", "tsv"):
        _read_text(path, source)
    else:
        if kind in ("json", "xml"):
            raise UnreadableFile("not-table", kind=_NAMES[kind])
        raise UnreadableFile("format", rule="L1-01", kind=_NAMES.get(kind, kind))  # fmt: skip
    suffix = Path(name).suffix.lower().lstrip(".")
    if suffix and not _fits(suffix, source.format):
        source.notes.insert(
            0, SourceNote("format-error", "mismatch", {"suffix": suffix, "kind": _NAMES[source.format]})
        )
    return source


def _fits(suffix: str, kind: str) -> bool:
    return (
        suffix == kind
        or (suffix in _TEXT_FORMATS and kind in ("csv", "tsv"))
        or (suffix == "xlsm" and kind == "xlsx")
    )


def _kind(path: Path, head: bytes) -> str:
    for magic, kind in _CONTAINERS:
        if head.startswith(magic):
            return books.zip_kind(path) if kind == "zip" else books.ole_kind(path) if kind == "ole" else kind
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if _HTML.match(start) or (start.startswith(b"<") and b"<html" in start):
        return "html"
    if start.startswith(b"<?xml"):
        return "xml"
    if start.startswith((b"{", b"[{")):
        return "json"
    return "csv"


def _read_text(path: Path, source: Source) -> None:
    data, source.encoding, source.bom = encodings.to_utf8(path.read_bytes())
    start = bytes(data[:_START]).decode("utf-8", "ignore")
    if not start.strip() and not bytes(data).decode("utf-8").strip():
        raise UnreadableFile("empty")
    if start.count("\0") * 2 > len(start):
        raise UnreadableFile("format", rule="L1-01", kind="NUL（値のないバイト）ばかりのファイル")
    controls = re.search(r"[\x01-\x08\x0e-\x1a\x1c-\x1f]", start)
    if controls and len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", start)) > 20:
        raise UnreadableFile("format", rule="L1-01", kind="表ではない形式")
    limits.refuse_flood(data)
    sheet, source.delimiter, notes = delimited.parse(data)
    limits.refuse_wide_sheet(sheet)
    source.format = "tsv" if source.delimiter == "\t" else "csv"
    source.sheets = [sheet]
    source.notes += notes
    if source.encoding != "utf-8":
        source.notes.append(
            SourceNote(
                "encoding-note",
                "other" if source.encoding != "cp932" else "cp932",
                {"encoding": source.encoding.upper()},
            )
        )


def _read_workbook(path: Path, source: Source) -> None:
    facts = books.facts(path, source.format)
    source.parts, source.properties, source.remnants = facts.parts, facts.properties, facts.remnants
    with books.reading(), python_calamine.CalamineWorkbook.from_path(str(path)) as book:
        shown = python_calamine.SheetVisibleEnum.Visible
        for item in book.sheets_metadata:
            if item.typ == python_calamine.SheetTypeEnum.WorkSheet:
                sheet = _sheet(book, item.name, item.visible != shown, facts.sheets.get(item.name))
                sheet.very_hidden = item.visible == python_calamine.SheetVisibleEnum.VeryHidden
                limits.refuse_wide_sheet(sheet)
                source.sheets.append(sheet)
    if not any(sheet.rows or sheet.objects for sheet in source.sheets):
        raise UnreadableFile("empty")


def _sheet(
    book: python_calamine.CalamineWorkbook, title: str, hidden: bool, facts: SheetFacts | None
) -> Sheet:
    grid = book.get_sheet_by_name(title)
    rows, tail = _rows(grid)
    sheet = Sheet(title, rows, hidden=hidden, blank_tail=tail)
    if facts is not None:
        sheet.blank_tail = max(tail, facts.last_row - len(rows))
    if facts is not None:
        for item in (
            "merged",
            "hidden_rows",
            "hidden_cols",
            "comments",
            "formulas",
            "errors",
            "objects",
            "formats",
        ):
            setattr(sheet, item, getattr(facts, item))
    elif grid.merged_cell_ranges:
        sheet.merged = [Range(*first, *last) for first, last in grid.merged_cell_ranges]
    return sheet


def _rows(grid: python_calamine.CalamineSheet) -> tuple[Rows, int]:
    """Return the rows of a sheet, without the empty ones at its end, and how many those are."""
    listed: list[list[Any]] = grid.to_python(skip_empty_area=False)
    number = height = len(listed)
    # Zeros and "no" are values too.
    while height and not any(value is not None and value != "" for value in listed[height - 1]):
        height -= 1
    builder = RowsBuilder(blanks=False)
    builder.add(listed)
    del listed
    return builder.rows().head(height), number - height
