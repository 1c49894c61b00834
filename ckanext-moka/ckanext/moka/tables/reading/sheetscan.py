"""One pass over the XML of an XLSX sheet, as bytes: what is merged, hidden, computed, and how far the cells reach.

A sheet of 67 MB has over a million cells; an XML parser takes seconds for what byte patterns see in a third of one.
Sheets are written by machines in very few ways. Whatever is written in another (other quotes, attributes in another
order, comments, CDATA, an encoding other than UTF-8) is first brought into the usual form, so the result is exact.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

from ..model import Range, UnreadableFile
from .facts import SheetFacts
from .formats import MOST, Looks
from .limits import refuse_announced, refuse_columns, texts_bounded
from .sheetusual import LONG, last_line

__all__ = ["MAX_CELLS", "MAX_COLUMN", "MAX_ROW", "cell_index", "clip", "refuse_wide", "scan"]

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
MAX_CELLS = 6_000_000
# A block that is almost empty costs as much memory as a full one and holds nothing.
MAX_SPARSE, SPARSE = 4_000_000, 50
MAX_LISTED = 2_000_000
_BLOCK = 1024 * 1024
_MAX_ROW_BYTES = 64 * 1024 * 1024
_ODD_ROW = re.compile(rb'<row(?! r=")')
_HIDDEN_ROW = re.compile(rb'<row r="([0-9]{1,9})"[^>]*?\s(?:hidden="(?:1|true|on)"|ht="0+(?:\.0+)?")')
_ODD_HIDDEN = re.compile(rb"(?:hidden|ht)(?:\s+=|=\s|='|\s*=\s*')")
_ODD_CELL = re.compile(rb'<c(?! r=")[\s/>]')
_PREFIX = re.compile(rb"<([A-Za-z_][\w.-]*:)?worksheet\b")
_ODD = re.compile(rb"<!--|<!\[CDATA\[|<!DOCTYPE|<!ENTITY")
_ENTITY = re.compile(rb"<!DOCTYPE|<!ENTITY")
_ODD_BODY = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.S)
_ROW_TAG = re.compile(rb"<row\b([^>]*)>")
_NO_ROWS = re.compile(rb"<sheetData\b[^>]*/>")
_COLUMN = re.compile(rb'<c r="([A-Z]+)')
_LINE = re.compile(rb'<c r="[A-Z]+([0-9]+)')
_EMPTY = re.compile(rb"<c [^>]*/>")
_FULL_COLUMN = re.compile(rb'<c r="([A-Z]+)[0-9]+"[^>]*[^>/]>|<c r="([A-Z]+)[0-9]+">')
_FULL_LINE = re.compile(rb'<c r="[A-Z]+([0-9]+)"[^>]*[^>/]>|<c r="[A-Z]+([0-9]+)">')
_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>([^<]*)</f>)\s*(<v>[^<])?', re.S
)
_ERROR = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^>]*\bt="e"[^>]*>(?:\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>))?\s*<v>([^<]*)',
    re.S,
)
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_COL = re.compile(rb"<col\b([^>]*)>")
_MERGE = re.compile(rb"<mergeCell\b([^>]*)>")
_REF = re.compile(r"^\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")
_HIDDEN_VALUES = (b"1", b"true", b"on")


def scan(chunks: Iterator[bytes], looks: Looks | None = None) -> SheetFacts:
    """Return the facts of a sheet; ``looks`` are the styles whose cells are wanted. Raises ``UnreadableFile`` (cells) when its cells reach too far to be held."""
    facts, body, state = SheetFacts(), _Body(looks or {}), "head"
    rest = b""
    for block in _blocks(_utf8(texts_bounded(chunks))):
        rest += block
        if state == "head":
            start = rest.find(b"<sheetData")
            if start < 0 and len(rest) < _BLOCK:
                continue
            facts.head, rest, state = rest[: max(start, 0)], rest[max(start, 0) :], "body"
            if _NO_ROWS.match(rest):
                state = "tail"
        if state == "body":
            end = rest.find(b"</sheetData>")
            cut = end if end >= 0 else _cut(rest)
            body.read(rest[:cut], facts)
            rest, state = rest[cut:], "tail" if end >= 0 else "body"
        if len(rest) > _MAX_ROW_BYTES:
            raise UnreadableFile("bomb", megabytes=f"{len(rest) // 1_000_000:,}")
    if state == "body":
        body.read(rest, facts)
    else:
        facts.tail = rest
        if state == "head":
            facts.head = rest
    refuse_announced(facts.head)
    refuse_announced(facts.tail)
    body.finish(facts)
    _columns(facts)
    _merges(facts)
    return facts


def _utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Bring a sheet in UTF-16 into UTF-8."""
    first = next(chunks, b"")
    encoding = ""
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif first[:2] in (b"<\x00", b"\x00<"):
        encoding = "utf-16-le" if first[1:2] == b"\x00" else "utf-16-be"
    if not encoding:
        yield from _joined(first, chunks)
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for block in _joined(first, chunks):
        yield decoder.decode(block).encode()


def _joined(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def _blocks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Join small chunks to blocks that end at the end of a tag; take comments, CDATA and name spaces out."""
    held: list[bytes] = []
    size = 0
    prefix: bytes | None = None
    for chunk in _joined(b"", chunks):
        held.append(chunk)
        size += len(chunk)
        if prefix is None and size:
            found = _PREFIX.search(b"".join(held))
            prefix = found[1] or b"" if found else None
        if size >= _BLOCK:
            data = b"".join(held)
            cut = data.rfind(b">") + 1 or len(data)
            yield _usual(data[:cut], prefix)
            held, size = [data[cut:]], len(data) - cut
    yield _usual(b"".join(held), prefix)


def _usual(data: bytes, prefix: bytes | None) -> bytes:
    if prefix:
        data = data.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    if not _ODD.search(data):
        return data
    data = _ODD_BODY.sub(b"", data)
    if _ENTITY.search(data):
        raise UnreadableFile("entity", part="xl/worksheets")
    return data


def _cut(data: bytes) -> int:
    """Return where the last row begins that may not be whole."""
    return max(data.rfind(b"</row>") + 6 if b"</row>" in data else 0, data.rfind(b"<row"), 0)


class _Body:
    """Reads the rows, block by block."""

    def __init__(self, looks: Looks) -> None:
        self.row = 0
        self.far_row = self.far_column = 0
        self.looks = looks
        self.styled: dict[int, list[tuple[int, int]]] = {}
        self._watch(set(looks))

    def read(self, data: bytes, facts: SheetFacts) -> None:
        """Take in whole rows."""
        if not data or self._usual(data, facts):
            return
        self._rows(data, facts)
        if _ODD_CELL.search(data) or b"='" in data:
            data = _rewritten(data, self.row - data.count(b"<row"))
        facts.cells += data.count(b'<c r="')
        self._reach(data)
        self._styles(data)
        if facts.cells > MAX_CELLS:
            self.finish(facts)
        if b"<f" in data:
            facts.formulas += [
                (*place, text.decode("utf-8", "replace"), bool(stored))
                for ref, text, stored in _FORMULA.findall(data)
                if (place := cell_index(ref.decode())) is not None
            ]
        if b't="e"' in data:
            facts.errors += [
                (*place, text.decode("utf-8", "replace"))
                for ref, text in _ERROR.findall(data)
                if (place := cell_index(ref.decode())) is not None
            ]
        if len(facts.formulas) > MAX_LISTED or len(facts.errors) > MAX_LISTED:
            raise UnreadableFile("cells", rows=f"{self.far_row:,}", columns=f"{self.far_column:,}")

    def _usual(self, data: bytes, facts: SheetFacts) -> bool:
        """Take in a long block in which everything is written in the usual way, and reaches no further right."""
        if len(data) < LONG or not self.far_column:
            return False
        last = last_line(data, _column_name(self.far_column - 1))
        if not last or last * self.far_column > MAX_SPARSE:
            return False
        self._last_row(data, facts)
        facts.cells += data.count(b'<c r="')
        self.far_row = max(self.far_row, last)
        self._styles(data)
        if facts.cells > MAX_CELLS:
            self.finish(facts)
        return True

    def _last_row(self, data: bytes, facts: SheetFacts) -> None:
        last = data.rfind(b'<row r="')
        if last >= 0:
            self.row = _number(data[last + 8 : last + 20])
        facts.last_row = max(facts.last_row, self.row)

    def _watch(self, styles: set[int]) -> None:
        numbers = b"|".join(b"%d" % number for number in sorted(styles))
        self.style = (
            re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="(' + numbers + rb')"') if styles else None
        )

    def _styles(self, data: bytes) -> None:
        """Cells in the styles that are watched; a style of very many cells is the design of the sheet."""
        for letters, line, style in self.style.findall(data) if self.style else ():
            row, column = int(line), _letters(letters)
            inside = 0 < row <= MAX_ROW and column <= MAX_COLUMN
            self.styled.setdefault(int(style), []).append((row - 1, column - 1) if inside else (0, 0))
        many = {number for number, cells in self.styled.items() if len(cells) > MOST}
        if many:
            self.looks = {number: look for number, look in self.looks.items() if number not in many}
            self.styled = {number: cells for number, cells in self.styled.items() if number not in many}
            self._watch(set(self.looks))

    def _rows(self, data: bytes, facts: SheetFacts) -> None:
        odd = _ODD_ROW.search(data) or b"hidden" in data or b'ht="0' in data or b"ht='0" in data
        if not odd:
            self._last_row(data, facts)
            return
        if not _ODD_ROW.search(data) and not _ODD_HIDDEN.search(data):
            self._hidden_rows(data, facts)
            return
        for match in _ROW_TAG.finditer(data):
            attributes = _attributes(match[1])
            self.row = _number(attributes[b"r"]) if b"r" in attributes else self.row + 1
            facts.last_row = max(facts.last_row, self.row)
            hidden = attributes.get(b"hidden") in _HIDDEN_VALUES or _zero(attributes.get(b"ht"))
            if hidden and 0 < self.row <= MAX_ROW:
                facts.hidden_rows.add(self.row - 1)

    def _hidden_rows(self, data: bytes, facts: SheetFacts) -> None:
        """Rows as almost all programs write them: the number first, then ``hidden="1"`` or a height of zero."""
        rows = map(int, _HIDDEN_ROW.findall(data))
        facts.hidden_rows.update(row - 1 for row in rows if 0 < row <= MAX_ROW)
        self._last_row(data, facts)

    def _reach(self, data: bytes) -> None:
        """How far cells with something in them go; a blank formatted cell takes no memory."""
        columns = set(_COLUMN.findall(data))
        lines = set(_LINE.findall(data))
        width = max(map(_letters, columns), default=0)
        last = max(map(int, lines), default=0)
        if last * width > MAX_SPARSE and _EMPTY.search(data):
            columns = {a or b for a, b in _FULL_COLUMN.findall(data)}
            lines = {a or b for a, b in _FULL_LINE.findall(data)}
            width = max(map(_letters, columns), default=0)
            last = max(map(int, lines), default=0)
        self.far_row, self.far_column = max(self.far_row, last), max(self.far_column, width)

    def finish(self, facts: SheetFacts) -> None:
        """Refuse what cannot be held."""
        facts.width = self.far_column
        facts.formats = [
            (*place, self.looks[style]) for style, cells in self.styled.items() for place in cells
        ]
        refuse_wide(self.far_row, self.far_column, facts.cells)
        refuse_columns(self.far_column)


def refuse_wide(rows: int, columns: int, cells: int) -> None:
    """Raise ``UnreadableFile`` when a block of ``rows`` by ``columns`` with ``cells`` filled is too much to hold."""
    block = rows * columns
    if block > MAX_CELLS or (block > MAX_SPARSE and block > SPARSE * max(1, cells)):
        raise UnreadableFile("cells", rows=f"{rows:,}", columns=f"{columns:,}")


def _rewritten(data: bytes, row: int) -> bytes:
    """Write the cells of ``data`` with their place first, as most programs do; count those that have none."""
    column, out, position = 0, [], 0
    for match in re.finditer(rb"<(row|c)\b([^>]*)>", data):
        attributes = _attributes(match[2])
        out.append(data[position : match.start()])
        position = match.end()
        if match[1] == b"row":
            row = _number(attributes[b"r"]) if b"r" in attributes else row + 1
            column = 0
            out.append(match[0])
            continue
        place = cell_index(attributes[b"r"].decode("ascii", "replace")) if b"r" in attributes else None
        at = place if place is not None else (row - 1, column)
        column = at[1] + 1
        kind = b' t="' + attributes[b"t"] + b'"' if b"t" in attributes else b""
        kind = (b' s="' + attributes[b"s"] + b'"' if b"s" in attributes else b"") + kind
        close = b"/>" if match[2].rstrip().endswith(b"/") else b">"
        out.append(b'<c r="' + _name(*at) + b'"' + kind + close)
    out.append(data[position:])
    return b"".join(out)


def _attributes(data: bytes) -> dict[bytes, bytes]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(data)}


def _number(data: bytes) -> int:
    digits = re.match(rb"[0-9]{1,9}", data)
    return int(digits[0]) if digits else 0


def _zero(data: bytes | None) -> bool:
    return data is not None and re.fullmatch(rb"0+(?:\.0+)?", data) is not None


def _columns(facts: SheetFacts) -> None:
    for match in _COL.finditer(facts.head):
        item = _attributes(match[1])
        low, high = _number(item.get(b"min", b"")), _number(item.get(b"max", b""))
        if low and high and (item.get(b"hidden") in _HIDDEN_VALUES or _zero(item.get(b"width"))):
            facts.hidden_cols.update(range(low - 1, min(high, facts.width)))


def _merges(facts: SheetFacts) -> None:
    ranges = []
    for match in _MERGE.finditer(facts.tail):
        first, _colon, last = _attributes(match[1]).get(b"ref", b"").decode("ascii", "replace").partition(":")
        start, end = cell_index(first), cell_index(last or first)
        if start is not None and end is not None and start != end:
            ranges.append(
                Range(
                    min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1])
                )
            )
    facts.merged = clip(ranges, facts.last_row, facts.width)


def clip(ranges: list[Range], rows: int, columns: int) -> list[Range]:
    """Cut merged ranges to the used block. Those beyond it, and more of them than the block has cells, are dropped.

    A workbook cannot have overlapping merged cells, so their areas together never exceed the block.
    """
    result, area = [], 0
    for top, left, bottom, right in ranges:
        item = Range(top, left, min(bottom, max(rows, top + 1) - 1), min(right, max(columns, left + 1) - 1))
        size = (item.bottom - item.top + 1) * (item.right - item.left + 1)
        area += size
        if item.top < rows and area <= rows * max(columns, 1) + 10_000:
            result.append(item)
    return result


def cell_index(ref: str) -> tuple[int, int] | None:
    """Return ``(row, column)`` from 0 of an A1 address, ``None`` when there is no such cell."""
    match = _REF.match(ref)
    if not match:
        return None
    row, column = int(match[2]), _letters(match[1].upper().encode())
    return (row - 1, column - 1) if 0 < row <= MAX_ROW and column <= MAX_COLUMN else None


@lru_cache(4096)
def _letters(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _name(row: int, column: int) -> bytes:
    return _column_name(column) + str(row + 1).encode()


def _column_name(column: int) -> bytes:
    letters = b""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = bytes([65 + rest]) + letters
    return letters
