"""CSV and TSV: find the separator, split into records, notice what is wrong with quotes.

Arrow splits the file where it does exactly what Python's ``csv`` does; Python splits the rest. Both give the same rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from ..columnar.cells import Rows, Value
from ..columnar.rowsbuilder import RowsBuilder
from ..model import Sheet, SourceNote, UnreadableFile

__all__ = ["parse", "parse_exactly"]

_SEPARATORS = ",\t;|"
_SAMPLE_LINES = 50
_SAMPLE_BYTES = 200_000
_MAX_CELL = 16 * 1024 * 1024
_BATCH = 20_000
_BLOCK = 4 * 1024 * 1024
# Smaller files are split by Python: starting Arrow's reader costs more.
_SMALL = 64 * 1024
_MOST_ODD = 200_000
_END = "\x02END\x03"
_NUL = re.compile(rb"\x00")


def parse(data: str | bytes | bytearray | memoryview) -> tuple[Sheet, str, list[SourceNote]]:
    """Split UTF-8 text without a byte order mark into records. Returns the sheet, the separator and what was noticed.

    Raises ``UnreadableFile`` when a quote is opened and never closed, naming the line where it opens.
    """
    if isinstance(data, str):
        data = data.encode()
    csv.field_size_limit(_MAX_CELL)
    delimiter = _separator(_start(data))
    rows = _split_fast(data, delimiter) if len(data) > _SMALL else None
    if rows is None:
        rows = _split(data, delimiter)
    odd = {";": "semicolon", "|": "bar"}
    notes = [SourceNote("format-error", odd[delimiter], {})] if delimiter in odd else []
    height = rows.filled_rows[-1] + 1 if rows.filled_rows else 0
    tail = len(rows) - height
    return Sheet(None, rows.head(height), blank_tail=tail), delimiter, notes


def parse_exactly(data: bytes | bytearray | memoryview, delimiter: str) -> Rows:
    """Return the records as Python's ``csv`` splits them; a record that holds nothing has no cells."""
    csv.field_size_limit(_MAX_CELL)
    return _split(data, delimiter)


def _start(data: bytes | bytearray | memoryview) -> str:
    return bytes(data[:_SAMPLE_BYTES]).decode("utf-8", "ignore")


def _separator(text: str) -> str:
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    best, best_score = ",", 0.0
    for separator in _SEPARATORS:
        widths = Counter(len(next(csv.reader([line], delimiter=separator))) for line in lines)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        if width > 1:
            score = count / len(lines) + (0.1 if separator == "," else 0) + min(width, 20) / 1000
            if score > best_score:
                best, best_score = separator, score
    return best


def _split(data: bytes | bytearray | memoryview, delimiter: str) -> Rows:
    """Split with Python. A record is added at the end to see whether a quote is still open there."""
    ended = bytes(data[-1:]) in (b"\n", b"\r", b"")
    stream = io.TextIOWrapper(io.BufferedReader(_Ended(data, ended)), encoding="utf-8", newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=False)
    builder = RowsBuilder(texts=True)
    batch: list[list[Value]] = []
    last: list[str] = []
    start = following = 1
    try:
        for record in reader:
            start, following = following, reader.line_num + 1
            if len(batch) >= _BATCH:
                builder.add(batch)
                batch = []
            last = record
            batch.append(record)  # type: ignore[arg-type]
    except csv.Error as error:
        raise UnreadableFile("quote", line=following) from error
    if last == [_END]:
        batch.pop()
    else:
        # The quote that is open at the end has swallowed the mark.
        cell = last[-1].removesuffix(_END)
        if "\n" in cell.rstrip("\r\n") or "\r" in cell.rstrip("\r\n"):
            raise UnreadableFile("quote", line=start)
        last[-1] = cell if ended else cell.removesuffix("\n")
    builder.add(batch)
    return builder.rows()


class _Ended(io.RawIOBase):
    """The bytes of a text followed by one more record, the mark of its end."""

    def __init__(
        self, data: bytes | bytearray | memoryview, ended: bool, mark: bytes = _END.encode()
    ) -> None:
        super().__init__()
        self._parts = [memoryview(data), memoryview(mark if ended else b"\n" + mark)]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._parts and not len(self._parts[0]):
            self._parts.pop(0)
        if not self._parts:
            return 0
        size = min(len(buffer), len(self._parts[0]))
        buffer[:size] = self._parts[0][:size]
        self._parts[0] = self._parts[0][size:]
        return size


def _split_fast(data: bytes | bytearray | memoryview, delimiter: str) -> Rows | None:
    """Split with Arrow; ``None`` where it would not give what Python gives, or where rows are too uneven for it."""
    width = _usual_width(data, delimiter)
    if width == 0 or bytes(data[:3]) == b"\xef\xbb\xbf" or _NUL.search(data):
        return None  # Arrow overlooks an open quote where a NUL stands at the end of its eight-byte words
    odd: list[tuple[int, str]] = []
    try:
        table = _read(data, delimiter, width, None)
    except pa.ArrowInvalid:
        # Only on one thread does Arrow tell the numbers of the records that have another width.
        try:
            table = _read(data, delimiter, width, odd)
        except pa.ArrowInvalid:
            return None
    columns = list(table.columns)
    height = table.num_rows - 1
    if height < 0 or columns[0][-1].as_py() != _END:
        return None
    if max(pc.max(pc.binary_length(column)).as_py() for column in columns) > _MAX_CELL:
        return None
    columns = [column[:height] for column in columns]
    widths = dict.fromkeys(_empty_rows(columns), 0)
    return _with_odd_rows(columns, widths, odd, delimiter)


def _usual_width(data: bytes | bytearray | memoryview, delimiter: str) -> int:
    """Return the commonest number of fields at the start of the file; 0 when it varies too much."""
    text = _start(data)
    cut = max(text.rfind("\n"), text.rfind("\r"))
    widths = Counter(map(len, csv.reader(io.StringIO(text[: cut + 1], newline=""), delimiter=delimiter)))
    widths.pop(0, None)
    if not widths:
        return 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return width if count >= widths.total() * 0.7 else 0


def _read(
    data: bytes | bytearray | memoryview, delimiter: str, width: int, odd: list[tuple[int, str]] | None
) -> Any:
    def handle(row: Any) -> str:
        if odd is None or len(odd) >= _MOST_ODD:
            return "error"
        odd.append((row.number, row.text))
        return "skip"

    names = [f"f{number}" for number in range(width)]
    mark = (_END + delimiter * (width - 1)).encode()
    return arrow_csv.read_csv(
        pa.PythonFile(_Ended(data, bytes(data[-1:]) in (b"\n", b"\r"), mark), mode="r"),
        read_options=arrow_csv.ReadOptions(use_threads=odd is None, column_names=names, block_size=_BLOCK),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=handle
        ),
        convert_options=arrow_csv.ConvertOptions(
            check_utf8=False, column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


def _empty_rows(columns: list[Any]) -> list[int]:
    """The numbers of the records in which every field is empty."""
    found: Any = None
    for column in columns:
        empty = pc.equal(pc.binary_length(column), 0)
        found = empty if found is None else pc.and_(found, empty)
        if not pc.any(found).as_py():
            return []
    return pc.indices_nonzero(found).to_pylist()


def _with_odd_rows(
    columns: list[Any], widths: dict[int, int], odd: list[tuple[int, str]], delimiter: str
) -> Rows | None:
    """Put the records of another width back into their places."""
    width, height = len(columns), len(columns[0])
    if not odd:
        return Rows.of_arrow(columns, height, widths)
    records = []
    for _number, text in odd:
        split = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        if len(split) != 1:
            return None
        records.append(split[0])
    places = {number - 1: index for index, (number, _text) in enumerate(odd)}
    total = height + len(odd)
    kept = iter(range(height))
    order = pa.array([height + places[r] if r in places else next(kept) for r in range(total)], pa.int64())
    merged = []
    for index, column in enumerate(columns):
        extra = pa.array([r[index] if index < len(r) else None for r in records], pa.string())
        merged.append(pa.chunked_array([*column.chunks, extra], pa.string()).take(order))
    kept_widths = [row for row in range(total) if row not in places] if widths else []
    widths = {kept_widths[row]: 0 for row in widths}
    sparse: dict[int, dict[int, Value]] = {}
    for row, index in places.items():
        record = records[index]
        widths[row] = len(record) if any(record) else 0
        for number in range(width, widths[row]):
            sparse.setdefault(number, {})[row] = record[number]
    return Rows.of_arrow(merged, total, widths, sparse)
