"""What lies in an ODS workbook besides values, and whether its repeated rows and cells fit into memory.

An ODS file says "the same cell 16,384 times, the same row 1,048,576 times" in two attributes. So the reach of the cells
is worked out before the reader of values unfolds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from ..model import Range, Remnant, UnreadableFile
from .container import Container
from .facts import BookFacts, SheetFacts
from .limits import texts_bounded
from .remnants import path_like
from .sheetscan import MAX_COLUMN, MAX_ROW, clip, refuse_wide

__all__ = ["facts"]

MAX_CONTENT = 128 * 1024 * 1024
MAX_SHEETS = 2_000
_MEDIA = "application/vnd.oasis.opendocument."
_CHANGES = ("table:cell-content-change", "table:deletion", "table:insertion", "table:movement")
_LIST = re.compile(r"cell-content-is-in-list\((.*)\)", re.S)
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_NAMED = {"initial-creator": "initial-creator", "creator": "lastModifiedBy", "printed-by": "printed-by"}
_FREE = ("title", "subject", "description", "keyword")
_SHAPES = (
    "draw:frame",
    "draw:custom-shape",
    "draw:rect",
    "draw:line",
    "draw:ellipse",
    "draw:g",
    "draw:caption",
)


def facts(path: Path) -> BookFacts:
    """Return the facts of an ODS file. Raises ``UnreadableFile``: encrypted, damaged, or more cells than can be held."""
    book = BookFacts()
    with Container(path) as box:
        book.parts = sorted(box.names)
        _manifest(box, book)
        if box.size("content.xml") > MAX_CONTENT:
            raise UnreadableFile("bomb", megabytes=f"{box.size('content.xml') // 1_000_000:,}")
        reader = _Content()
        reader.run(texts_bounded(box.chunks("content.xml")))
        book.sheets = reader.finished()
        book.remnants += reader.remnants
        if "meta.xml" in box.names:
            book.properties = _properties(box)
        if "styles.xml" in box.names:
            texts = [
                " ".join(t.strip() for t in element.itertext() if t.strip())
                for element in box.xml("styles.xml").iter()
                if re.search(r"\}(?:header|footer)(?:-left|-first)?$", element.tag)
            ]
            if any(texts):
                book.remnants.append(Remnant("header", size=len(texts), texts=tuple(texts)))
    return book


def _manifest(box: Container, book: BookFacts) -> None:
    if "META-INF/manifest.xml" not in box.names:
        return
    embedded = 0
    for element in box.xml("META-INF/manifest.xml").iter():
        tag = element.tag.rsplit("}", 1)[-1]
        if tag == "encryption-data":
            raise UnreadableFile("encrypted")
        if tag == "file-entry":
            values = {key.rsplit("}", 1)[-1]: value for key, value in element.attrib.items()}
            media, name = values.get("media-type", ""), values.get("full-path", "")
            document = media.startswith(_MEDIA) and not media.endswith(("chart", "formula", "image"))
            if (name != "/" and document) or media == "application/vnd.sun.star.oleobject":
                embedded += 1
    if embedded:
        book.remnants.append(Remnant("embedded", size=embedded))
    if any(re.match(r"(?:Basic|Scripts)/.+/(?!script-l[bc]\.xml)[^/]+$", name) for name in box.names):
        book.remnants.append(Remnant("macro"))


def _properties(box: Container) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in box.xml("meta.xml").iter():
        tag, text = element.tag.rsplit("}", 1)[-1], (element.text or "").strip()
        if tag in _NAMED and text:
            found[_NAMED[tag]] = text
        elif tag in _FREE and text:
            found[tag] = text
        elif tag == "user-defined" and text:
            name = next((v for k, v in element.attrib.items() if k.endswith("}name")), "")
            found[f"custom:{name}"] = text
        elif tag == "template":
            target = next((v for k, v in element.attrib.items() if k.endswith("}href")), "")
            if path_like(target):
                found["path"] = target
    return found


class _Content:
    """Reads ``content.xml``; names of elements as all programs write them (``table:table-cell``)."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self.remnants: list[Remnant] = []
        self.facts: SheetFacts | None = None
        self.hidden: list[tuple[SheetFacts, str, int, int]] = []
        self.row = self.column = self.rows = self.cells = 0
        self.depth = self.table_depth = 0
        self.filled = self.filled_here = 0
        self.last: tuple[int, int] | None = None
        self.links = 0
        self.note: list[str] | None = None
        self.changes = 0
        self.change_texts: list[str] = []
        self.in_changes = False

    def run(self, chunks: Iterator[bytes]) -> None:
        """Read all blocks. Raises ``UnreadableFile`` for damaged XML, a document type, or too many cells."""
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = _refuse
        try:
            for block in chunks:
                parser.Parse(block, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError) as error:
            raise UnreadableFile("broken") from error

    def finished(self) -> dict[str, SheetFacts]:
        """Return the sheets, with what is hidden cut to what is used, and links to other files told."""
        for facts, kind, start, size in self.hidden:
            if kind == "row":
                facts.hidden_rows.update(range(start, min(start + size, facts.last_row)))
            else:
                facts.hidden_cols.update(range(start, min(start + size, facts.width)))
        for facts in self.sheets.values():
            facts.merged = clip(facts.merged, facts.last_row, facts.width)
        cached = {name: facts for name, facts in self.sheets.items() if name.startswith("'file:")}
        if cached or self.links:
            cells = sum(facts.cells for facts in cached.values())
            self.remnants.append(Remnant("link", size=cells))
        if self.changes:
            self.remnants.append(Remnant("revision", size=self.changes, texts=tuple(self.change_texts)))
        return self.sheets

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > 500:
            raise UnreadableFile("broken")
        if tag in ("table:table-cell", "table:covered-table-cell"):
            if self.facts is not None and self.note is None:
                self._cell(attributes, tag == "table:table-cell")
        elif tag == "text:p":
            if self.note is not None:
                self.parser.CharacterDataHandler = self.note.append
            elif self.last:
                # Some programs leave out what kind of value a cell has.
                self._fill(*self.last)
        elif tag == "table:table-row":
            self.rows = _repeat(attributes, "table:number-rows-repeated", MAX_ROW)
            self.column = self.filled = self.filled_here = 0
            if self.facts is not None and attributes.get("table:visibility") in ("collapse", "filter"):
                self.hidden.append((self.facts, "row", self.row, self.rows))
        elif tag == "table:table-column":
            size = _repeat(attributes, "table:number-columns-repeated", MAX_COLUMN)
            if self.facts is not None and attributes.get("table:visibility") in ("collapse", "filter"):
                self.hidden.append((self.facts, "column", self.column, size))
            self.column += size
        elif tag == "table:table" and self.facts is None:
            self._table(attributes.get("table:name", ""))
        elif tag == "office:annotation":
            self.note = []
        else:
            self._other(tag, attributes)

    def _table(self, name: str) -> None:
        self.facts, self.table_depth = SheetFacts(), self.depth
        self.row = self.column = 0
        self.sheets.setdefault(name, self.facts)
        if len(self.sheets) > MAX_SHEETS:
            raise UnreadableFile("sheets", count=f"{len(self.sheets):,}")

    def _other(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _SHAPES and self.facts is not None and self.note is None:
            self.facts.objects += 1
        elif tag == "table:content-validation":
            choices = _LIST.search(attributes.get("table:condition", ""))
            texts = tuple(t for t in _QUOTED.findall(choices[1]) if t.strip()) if choices else ()
            if texts:
                place = attributes.get("table:base-cell-address", "").rpartition(".")[2].replace("$", "")
                self.remnants.append(Remnant("choices", None, place or None, len(texts), texts))
        elif tag == "table:named-expression":
            texts = tuple(t for t in _QUOTED.findall(attributes.get("table:expression", "")) if t.strip())
            if texts:
                kind = "name-path" if any(map(path_like, texts)) else "name"
                name = attributes.get("table:name", "")
                self.remnants.append(Remnant(kind, size=len(texts), texts=texts, labels=(name,)))
        elif tag in ("table:table-source", "table:cell-range-source"):
            self.links += 1
        elif tag == "table:tracked-changes":
            self.in_changes = True
            self.parser.CharacterDataHandler = self._changed
        elif tag in _CHANGES and self.in_changes:
            self.changes += 1

    def _changed(self, text: str) -> None:
        if text.strip() and len(self.change_texts) < 20_000:
            self.change_texts.append(text.strip())

    def _cell(self, attributes: dict[str, str], own: bool) -> None:
        size = _repeat(attributes, "table:number-columns-repeated", MAX_COLUMN) if attributes else 1
        facts = self.facts
        if facts is None:
            return
        self.last = (self.column + size, size)
        if "office:value-type" in attributes or "calcext:value-type" in attributes:
            self._fill(*self.last)
        if own and len(attributes) > 1:
            self._formula(facts, attributes)
            down = _repeat(attributes, "table:number-rows-spanned", MAX_ROW)
            right = _repeat(attributes, "table:number-columns-spanned", MAX_COLUMN)
            if down > 1 or right > 1:
                facts.merged.append(
                    Range(self.row, self.column, self.row + down - 1, self.column + right - 1)
                )
        self.column += size

    def _fill(self, end: int, size: int) -> None:
        self.filled, self.last = end, None
        self.filled_here += size

    def _formula(self, facts: SheetFacts, attributes: dict[str, str]) -> None:
        formula = attributes.get("table:formula")
        if formula is not None:
            text = formula.partition("=")[2] if ":=" in formula[:12] else formula
            stored = bool(attributes.get("office:value-type"))
            facts.formulas.append((self.row, self.column, text, stored))
        if attributes.get("calcext:value-type") == "error":
            facts.errors.append((self.row, self.column, "#ERR"))

    def _end(self, tag: str) -> None:
        self.depth -= 1
        if tag == "table:table-row":
            if self.facts is not None and self.filled:
                self._filled_row(self.facts)
            self.row += self.rows
            self.column = 0
            self.last = None
        elif tag == "text:p":
            if self.note is not None:
                self.note.append("\n")
                self.parser.CharacterDataHandler = None
        elif tag == "office:annotation":
            if self.facts is not None and self.note is not None:
                self.facts.comments.append((self.row, max(self.column - 1, 0), "".join(self.note).strip()))
            self.note, self.parser.CharacterDataHandler = None, None
        elif tag == "table:tracked-changes":
            self.in_changes, self.parser.CharacterDataHandler = False, None
        elif tag == "table:table" and self.depth + 1 == self.table_depth:
            self.facts, self.table_depth = None, 0

    def _filled_row(self, facts: SheetFacts) -> None:
        facts.last_row = min(self.row + self.rows, MAX_ROW)
        facts.width = max(facts.width, min(self.filled, MAX_COLUMN))
        facts.cells += self.filled_here * self.rows
        if self.row + self.rows > MAX_ROW * 2:
            raise UnreadableFile("broken")
        refuse_wide(facts.last_row, facts.width, facts.cells)


def _refuse(*_args: object) -> None:
    raise UnreadableFile("entity", part="content.xml")


def _repeat(attributes: dict[str, str], name: str, limit: int) -> int:
    text = attributes.get(name)
    if text is None:
        return 1
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise UnreadableFile("broken")
    return max(1, min(int(text), limit + 1))
