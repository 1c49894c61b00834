"""What lies in an XLSX workbook besides values: merged, hidden, formulas, comments, objects, names, caches, links."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from ..model import UnreadableFile
from . import remnants
from .container import MAX_PART, Container
from .facts import BookFacts, SheetFacts
from .formats import Looks, looks
from .limits import refuse_announced, texts_bounded
from .sheetscan import cell_index, scan

__all__ = ["facts"]

MAX_STRINGS = 5_000_000
MAX_SHEETS = 2_000
_WORKBOOK = "xl/workbook.xml"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_ANCHOR = re.compile(rb"<(?:\w+:)?(?:twoCellAnchor|oneCellAnchor|absoluteAnchor)\b")
_SHAPE_TEXT = re.compile(rb"<a:t>([^<]+)</a:t>")
# Parts that the reader of values parses whole.
_READ_WHOLE = re.compile(r"^xl/(?:styles\.xml|metadata\.xml|tables/|drawings/|pivotTables/|theme/)|\.rels$")


def facts(path: Path) -> BookFacts:
    """Return the facts of an XLSX file.

    Raises ``UnreadableFile``: a damaged or lying container, declared entities, more cells or texts than can be held.
    """
    book = BookFacts()
    with Container(path) as box:
        book.parts = sorted(box.names)
        _guard(box)
        styles = _styles(box)
        for title, part in _sheet_parts(box):
            if part in box.names and title not in book.sheets:
                book.sheets[title] = _sheet(box, title, part, styles, book)
        book.properties = remnants.properties(box)
        book.remnants += remnants.of_book(box)
    return book


def _guard(box: Container) -> None:
    """Unpack once, without keeping it, what the reader of values will unpack whole: sizes must be true."""
    strings = next((n for n in box.names if n.lower() == "xl/sharedstrings.xml"), None)
    count = 0
    for block in texts_bounded(box.chunks(strings)) if strings else ():
        refuse_announced(block[:4096])
        count += block.count(b"<si") + block.count(b":si>")
        if count > MAX_STRINGS:
            raise UnreadableFile("strings", count=f"{count:,}")
        if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
            raise UnreadableFile("entity", part=strings)
    for name in sorted(box.names):
        if _READ_WHOLE.search(name):
            for block in box.chunks(name):
                refuse_announced(block)
                if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
                    raise UnreadableFile("entity", part=name)


def _styles(box: Container) -> Looks:
    if "xl/styles.xml" not in box.names:
        return {}
    try:
        return looks(box.read("xl/styles.xml"))
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UnreadableFile("broken") from error


def _sheet_parts(box: Container) -> list[tuple[str, str]]:
    targets = {id_: target for id_, _kind, target, outside in box.relations(_WORKBOOK) if not outside}
    parts = []
    for element in box.xml(_WORKBOOK).iter():
        if element.tag.rsplit("}", 1)[-1] == "sheet":
            target = targets.get(element.get(_ID) or element.get(_STRICT_ID) or "")
            if target:
                parts.append((element.get("name", ""), target))
    if len(parts) > MAX_SHEETS:
        raise UnreadableFile("sheets", count=f"{len(parts):,}")
    return parts


def _sheet(box: Container, title: str, part: str, styles: Looks, book: BookFacts) -> SheetFacts:
    found = scan(box.chunks(part), styles)
    book.remnants += remnants.of_sheet(title, found)
    threaded: list[tuple[int, int, str]] = []
    for _id, kind, target, outside in box.relations(part):
        if outside or target not in box.names:
            continue
        if kind == "comments":
            found.comments += _comments(box, target)
        elif kind == "threadedComment":
            threaded += _comments(box, target)
        elif kind == "drawing":
            data = box.read(target)
            found.objects += len(_ANCHOR.findall(data))
            texts = tuple(html.unescape(t.decode("utf-8", "replace")) for t in _SHAPE_TEXT.findall(data))
            if texts:
                book.remnants.append(remnants.Remnant("shape", title, None, len(texts), texts))
    # Excel writes each threaded comment a second time, as a note for old programs.
    spoken = {(row, column) for row, column, _text in threaded}
    found.comments = [c for c in found.comments if c[:2] not in spoken] + threaded
    return found


def _comments(box: Container, part: str) -> Iterator[tuple[int, int, str]]:
    if box.size(part) > MAX_PART:
        raise UnreadableFile("bomb", megabytes=f"{box.size(part) // 1_000_000:,}")
    for element in box.xml(part).iter():
        tag = element.tag.rsplit("}", 1)[-1]
        place = cell_index(element.get("ref", "")) if tag in ("comment", "threadedComment") else None
        if place is not None:
            parts = ("t",) if tag == "comment" else ("text",)
            text = "".join(n.text or "" for n in element.iter() if n.tag.rsplit("}", 1)[-1] in parts)
            yield (*place, text.strip())
