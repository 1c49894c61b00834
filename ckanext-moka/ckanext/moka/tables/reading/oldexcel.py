"""What lies in an XLS workbook (BIFF5, BIFF8) besides values: the few records that tell, read by ourselves."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from ..model import Range, Remnant, UnreadableFile
from .compound import Compound
from .facts import BookFacts, SheetFacts
from .remnants import header_text, path_like
from .sheetscan import clip, refuse_wide

__all__ = ["encrypted", "facts", "is_workbook"]

_BOF, _EOF = 0x0809, 0x0A
_ROW, _COLINFO, _MERGED, _NOTE, _TXO, _OBJ, _CONTINUE = 0x208, 0x7D, 0xE5, 0x1C, 0x1B6, 0x5D, 0x3C
_HEADER, _FOOTER, _DV, _FILEPASS, _WRITEACCESS, _NAME, _SUPBOOK, _CRN, _SXSTRING = (
    0x14, 0x15, 0x1BE, 0x2F, 0x5C, 0x18, 0x1AE, 0x5A, 0xCD,
)  # fmt: skip
_SST = 0xFC
_BOUNDSHEET, _FORMULA, _MULRK, _BOOLERR = 0x85, (0x06, 0x206, 0x406), 0xBD, 0x205
_CELLS = {0xFD, 0x203, 0x27E, 0x204, 0xD6, _BOOLERR, *_FORMULA, _MULRK}
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_QUIET_OBJECTS = (0x19, 0x14)
_PROPERTIES = {
    "\x05SummaryInformation": {2: "title", 3: "subject", 4: "creator", 5: "keywords", 6: "description", 8: "lastModifiedBy"},
    "\x05DocumentSummaryInformation": {14: "Manager", 15: "Company"},
}  # fmt: skip
MAX_TEXTS = 20_000


def is_workbook(box: Compound) -> bool:
    """Tell whether a compound file is an XLS workbook."""
    return "Workbook" in box.streams or "Book" in box.streams


def encrypted(box: Compound) -> bool:
    """Tell whether a compound file is an XLSX (or DOCX …) behind a password."""
    return "EncryptedPackage" in box.streams


def facts(path: Path) -> BookFacts:
    """Return the facts of an XLS file. Raises ``UnreadableFile``: encrypted, damaged, cells that reach too far."""
    box = Compound(path.read_bytes())
    book = BookFacts(parts=sorted(box.streams))
    try:
        reader = _Book(box.read("Workbook" if "Workbook" in box.streams else "Book"))
        reader.run()
    except (struct.error, IndexError) as error:
        raise UnreadableFile("broken") from error
    book.sheets, book.properties = reader.sheets, _summary(box)
    book.remnants = reader.remnants()
    if reader.user and "lastModifiedBy" not in book.properties:
        book.properties["lastModifiedBy"] = reader.user
    caches = [n for n in box.streams if n.startswith("_SX_DB_CUR/")]
    texts = tuple(t for n in caches for t in _cached(box.read(n)))
    if caches:
        book.remnants.append(Remnant("pivot", size=len(texts), texts=("\x1f".join(texts),), labels=("",)))
    if "Revision Log" in box.streams:
        book.remnants.append(Remnant("revision", texts=()))
    if "_VBA_PROJECT_CUR" in box.storages:
        book.remnants.append(Remnant("macro"))
    inside = [n for n in box.storages if n.startswith("MBD") and "/" not in n]
    if inside:
        book.remnants.append(Remnant("embedded", size=len(inside)))
    return book


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    position, end = 0, len(data)
    while position + 4 <= end:
        kind, size = struct.unpack_from("<HH", data, position)
        yield position, kind, data[position + 4 : position + 4 + size]
        position += 4 + size


def _text(data: bytes, start: int, length: int, wide: bool | None = None) -> tuple[str, int]:
    """Return a BIFF8 text of ``length`` characters and where it ends; its first byte says how wide they are."""
    flags = data[start] if wide is None else int(wide)
    start += wide is None
    size = length * 2 if flags & 1 else length
    raw = data[start : start + size]
    return raw.decode("utf-16-le" if flags & 1 else "latin-1", "replace"), start + size


class _Book:
    """Walks through the records of the globals and of each sheet."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.names: dict[int, str] = {}
        self.sheets: dict[str, SheetFacts] = {}
        self.title: str | None = None
        self.facts: SheetFacts | None = None
        self.far = [0, 0]
        self.columns: list[tuple[int, int]] = []
        self.texts: dict[int, str] = {}
        self.object = (0, 0)
        self.text_next = False
        self.wide = True
        self.user = ""
        self.found: list[Remnant] = []
        self.links = self.cached = 0
        self.shapes: dict[str, list[str]] = {}

    def run(self) -> None:
        """Read all records of the stream."""
        depth = 0
        for position, kind, body in _records(self.data):
            if kind in (_BOF, 0x09, 0x209, 0x409):
                depth += 1
                if depth == 1:
                    self._begin(position, body)
            elif kind == _EOF:
                depth -= 1
                if depth == 0:
                    self._finish()
            elif depth == 1:
                self._record(kind, body)
            if depth < 0:
                break
        self._finish()

    def _begin(self, position: int, body: bytes) -> None:
        self.wide = struct.unpack_from("<H", body)[0] >= 0x600
        self.title = self.names.get(position)
        self.facts = SheetFacts() if self.title is not None else None
        self.far, self.columns, self.texts = [0, 0], [], {}

    def _finish(self) -> None:
        if self.facts is None or self.title is None:
            return
        facts = self.facts
        facts.last_row, facts.width = self.far
        for first, last in self.columns:
            facts.hidden_cols.update(range(first, min(last + 1, facts.width)))
        facts.merged = clip(facts.merged, facts.last_row, facts.width)
        self.sheets[self.title], self.facts = facts, None

    def _record(self, kind: int, body: bytes) -> None:
        if kind in _CELLS:
            self._cell(kind, body)
        elif kind == _FILEPASS:
            raise UnreadableFile("encrypted")
        elif kind == _SST and struct.unpack_from("<I", body, 4)[0] > len(self.data):
            # A reader makes room for as many texts as are announced; each takes three bytes at least.
            raise UnreadableFile("broken")
        elif self.facts is None:
            self._global(kind, body)
        else:
            self._sheet_record(kind, body, self.facts)

    def _cell(self, kind: int, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MULRK else column
        if self.facts is None:
            return
        self.facts.cells += max(1, last - column + 1)
        self.far = [max(self.far[0], row + 1), max(self.far[1], last + 1)]
        refuse_wide(self.far[0], self.far[1], self.facts.cells)
        if kind in _FORMULA:
            self.facts.formulas.append((row, column, "", True))
            if body[6:7] == b"\x02" and body[12:14] == b"\xff\xff":
                self.facts.errors.append((row, column, _ERRORS.get(body[8], "#ERR")))
        elif kind == _BOOLERR and len(body) > 7 and body[7]:
            self.facts.errors.append((row, column, _ERRORS.get(body[6], "#ERR")))

    def _global(self, kind: int, body: bytes) -> None:
        if kind == _BOUNDSHEET:
            start = struct.unpack_from("<I", body)[0]
            self.names[start] = (
                _text(body, 7, body[6])[0] if self.wide else body[7 : 7 + body[6]].decode("cp932", "replace")
            )
        elif kind == _WRITEACCESS and self.wide:
            length = struct.unpack_from("<H", body)[0]
            self.user = _text(body, 2, length)[0].strip(" \0") if length <= 109 else ""
        elif kind == _NAME and self.wide:
            self._name(body)
        elif kind == _SUPBOOK and len(body) > 4:
            self.links += 1
        elif kind == _CRN:
            self.cached += max(0, body[0] - body[1] + 1)

    def _name(self, body: bytes) -> None:
        options, _key, length, formula = struct.unpack_from("<HBBH", body)
        name, start = _text(body, 14, length)
        tokens = body[start : start + formula]
        if options & 0x20 or tokens[:1] != b"\x17" or len(tokens) < 3:
            return
        text = _text(tokens, 2, tokens[1])[0]
        if text.strip():
            kind = "name-path" if path_like(text) else "name"
            self.found.append(Remnant(kind, texts=(text,), labels=(name,)))

    def _sheet_record(self, kind: int, body: bytes, facts: SheetFacts) -> None:
        if kind == _ROW:
            row, height, options = struct.unpack_from("<H4xH4xH", body)
            if options & 0x20 or height == 0:
                facts.hidden_rows.add(row)
        elif kind == _COLINFO:
            first, last, width, _style, options = struct.unpack_from("<HHHHH", body)
            if options & 1 or width == 0:
                self.columns.append((first, last))
        elif kind == _MERGED:
            for top, bottom, left, right in struct.iter_unpack(
                "<HHHH", body[2 : 2 + (len(body) - 2) // 8 * 8]
            ):
                facts.merged.append(Range(top, left, bottom, right))
        elif kind in (_HEADER, _FOOTER) and len(body) > 3 and self.wide:
            text = header_text(_text(body, 2, struct.unpack_from("<H", body)[0])[0])
            if text:
                self.found.append(Remnant("header", self.title, texts=(text,)))
        elif kind == _DV and self.wide:
            self._choices(body)
        else:
            self._object(kind, body, facts)

    def _object(self, kind: int, body: bytes, facts: SheetFacts) -> None:
        if kind == _OBJ and len(body) >= 8:
            self.object = struct.unpack_from("<HH", body, 4)
            facts.objects += self.object[0] not in _QUIET_OBJECTS
        elif kind == _TXO and len(body) >= 12:
            self.text_next = struct.unpack_from("<H", body, 10)[0] > 0
        elif kind == _CONTINUE and self.text_next and body:
            self.text_next = False
            text = _text(body, 1, (len(body) - 1) // (2 if body[0] & 1 else 1), bool(body[0] & 1))[0]
            self.texts[self.object[1]] = text
            if self.object[0] != 0x19:
                self.shapes.setdefault(self.title or "", []).append(text)
        elif kind == _NOTE and len(body) >= 8:
            row, column, _flags, number = struct.unpack_from("<HHHH", body)
            text = self.texts.get(number, "") if self.wide else body[6:].decode("cp932", "replace")
            facts.comments.append((row, column, text.strip("\0 ")))

    def _choices(self, body: bytes) -> None:
        start = 4
        for _part in range(4):
            length = struct.unpack_from("<H", body, start)[0]
            start = _text(body, start + 2, length)[1]
        size = struct.unpack_from("<H", body, start)[0]
        tokens = body[start + 4 : start + 4 + size]
        if struct.unpack_from("<I", body)[0] & 0xF == 3 and tokens[:1] == b"\x17" and len(tokens) > 3:
            texts = tuple(t for t in _text(tokens, 2, tokens[1])[0].split("\0") if t.strip())
            self.found.append(Remnant("choices", self.title, None, len(texts), texts))

    def remnants(self) -> list[Remnant]:
        """Return what was found besides cells."""
        shapes = [Remnant("shape", title, None, len(t), tuple(t)) for title, t in self.shapes.items()]
        links = [Remnant("link", size=self.cached)] if self.links else []
        return [*self.found, *shapes, *links]


def _cached(data: bytes) -> list[str]:
    texts: list[str] = []
    for _position, kind, body in _records(data):
        if kind == _SXSTRING and len(body) > 3 and len(texts) < MAX_TEXTS:
            texts.append(_text(body, 2, struct.unpack_from("<H", body)[0])[0])
    return texts


def _summary(box: Compound) -> dict[str, str]:
    """Return author, last editor, company … from the property sets; a damaged set has none."""
    found: dict[str, str] = {}
    for path, wanted in _PROPERTIES.items():
        if path not in box.streams:
            continue
        data = box.read(path)
        try:
            start = struct.unpack_from("<I", data, 44)[0]
            count = min(struct.unpack_from("<I", data, start + 4)[0], 100)
            pairs = [struct.unpack_from("<II", data, start + 8 + 8 * n) for n in range(count)]
            values = {number: _property(data, start + offset) for number, offset in pairs if number != 0}
        except struct.error:
            continue
        page = values.get(1)
        coding = f"cp{page}" if isinstance(page, int) and page not in (65001, 1200) else "utf-8"
        for number, name in wanted.items():
            raw = values.get(number)
            if isinstance(raw, bytes):
                found[name] = _decoded(raw, coding)
            elif isinstance(raw, str):
                found[name] = raw
    return {key: value.strip("\0 ") for key, value in found.items() if value.strip("\0 ")}


def _property(data: bytes, start: int) -> bytes | str | int | None:
    kind = struct.unpack_from("<I", data, start)[0]
    if kind == 2:
        return int(struct.unpack_from("<H", data, start + 4)[0])
    if kind not in (0x1E, 0x1F):
        return None
    size = struct.unpack_from("<I", data, start + 4)[0]
    if kind == 0x1E:
        return data[start + 8 : start + 8 + min(size, 4096)]
    return data[start + 8 : start + 8 + 2 * min(size, 4096)].decode("utf-16-le", "replace")


def _decoded(raw: bytes, coding: str) -> str:
    try:
        return raw.decode(coding, "replace")
    except LookupError:
        return raw.decode("cp932", "replace")
