"""A table in pieces: the fast reader for plain CSV, and frictionless's own for everything else."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from .cutter import cut
from .opening import Opened

__all__ = ["Coded", "NotPlain", "Piece", "general_pieces", "parse", "plain_bytes", "rows_to_piece"]

PIECE_BYTES = 2 * 1024 * 1024
ROWS = 20_000


class NotPlain(Exception):
    """The fast reader cannot tell what frictionless would read; the whole table goes the general road."""


@dataclass
class Coded:
    """A column as codes and its distinct values: ``words`` when all are texts (null: absent), else ``pool``."""

    codes: pa.Array
    words: pa.StringArray | None
    pool: Sequence[Any] | None


@dataclass
class Piece:
    """Some records: columns of texts (or lists of typed cells), and which rows have too few or too many cells.

    ``rows`` are the row numbers relative to the piece's first record (from 0), ``None`` when simply 0, 1, 2 …;
    ``records`` counts all of them. Absent cells are null.
    """

    columns: list[Any]
    size: int
    records: int
    rows: Sequence[int] | None = None
    absolute: bool = False
    short: dict[int, int] = field(default_factory=dict)
    extra: dict[int, list[Any]] = field(default_factory=dict)


def plain_bytes(opened: Opened) -> Iterator[bytes]:
    """Yield the data records of a plain CSV as UTF-8, cut at record ends."""
    chunks = _utf8_chunks(opened.path, opened.encoding, opened.skip_bytes)
    pieces = cut(chunks, opened.delimiter.encode(), opened.quote.encode())
    return map(_translated, pieces) if opened.translate_newlines else pieces


def _utf8_chunks(path: Path, encoding: str, skip: int) -> Iterator[bytes]:
    utf8 = encoding in ("utf-8", "utf-8-sig")
    with path.open("rb") as stream:
        if encoding == "utf-8-sig" and stream.read(3) != codecs.BOM_UTF8:
            stream.seek(0)
        decoder = None if utf8 else codecs.getincrementaldecoder(encoding)()
        while True:
            chunk = stream.read(PIECE_BYTES)
            data = chunk
            if decoder is not None:
                try:
                    data = decoder.decode(chunk, final=not chunk).encode("utf-8")
                except UnicodeError as error:
                    raise NotPlain from error
            if skip:
                skip, data = max(0, skip - len(data)), data[skip:]
            if data:
                yield data
            if not chunk:
                return


def _translated(piece: bytes) -> bytes:
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in piece else piece


def parse(data: bytes, opened: Opened) -> Piece:
    """Parse complete records. Raises ``NotPlain`` for bytes that are no UTF-8."""
    width = opened.width
    ragged: list[Any] = []

    def keep(row: Any) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    names = [str(number) for number in range(width)]
    if data.startswith(codecs.BOM_UTF8):
        # Arrow drops a byte order mark, but here it is the beginning of a cell.
        data = codecs.BOM_UTF8 + data
    try:
        table = pacsv.read_csv(
            pa.py_buffer(data),
            read_options=pacsv.ReadOptions(use_threads=False, block_size=len(data) + 64, column_names=names),
            parse_options=pacsv.ParseOptions(
                delimiter=opened.delimiter, quote_char=opened.quote, double_quote=True, escape_char=False,
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False,
                quoted_strings_can_be_null=False, null_values=[],
            ),
        )  # fmt: skip
    except pa.ArrowInvalid as error:
        raise NotPlain from error
    columns = [_single(column) for column in table.columns]
    piece = Piece(columns, table.num_rows, table.num_rows + len(ragged))
    return _with_ragged(piece, ragged, opened) if ragged else piece


def _single(column: pa.ChunkedArray) -> pa.StringArray:
    if column.num_chunks == 1:
        return column.chunk(0)
    return column.combine_chunks() if column.num_chunks else pa.array([], pa.string())


def _with_ragged(piece: Piece, ragged: list[tuple[int | None, str]], opened: Opened) -> Piece:
    if any(number is None for number, _text in ragged):
        raise NotPlain
    width = opened.width
    added: list[list[str | None]] = []
    rows = list(range(piece.records))
    numbers = [int(number) - 1 for number, _text in ragged if number is not None]
    taken = set(numbers)
    rows = [row for row in rows if row not in taken] + numbers
    for offset, (_number, text) in enumerate(ragged):
        position = piece.size + offset
        cells = _split(text, opened)
        if len(cells) > width:
            piece.extra[position] = cells[width:]
        elif len(cells) < width:
            piece.short[position] = len(cells)
        added.append([*cells[:width], *[None] * (width - len(cells))])
    columns = [
        pa.concat_arrays([column, pa.array(more, pa.string())])
        for column, more in zip(piece.columns, zip(*added, strict=True), strict=True)
    ]
    return Piece(columns, len(rows), piece.records, rows, False, piece.short, piece.extra)


def _split(text: str, opened: Opened) -> list[str]:
    lines = io.StringIO(text, newline="")
    records = list(csv.reader(lines, delimiter=opened.delimiter, quotechar=opened.quote, doublequote=True))
    if len(records) > 1:
        raise NotPlain
    return records[0] if records else []


def rows_to_piece(batch: list[tuple[int, list[Any]]], width: int) -> Piece:
    """Return a piece of rows (absolute number, cells)."""
    piece = Piece([], len(batch), len(batch), [number for number, _cells in batch], True)
    table: list[Sequence[Any]] = []
    for position, (_number, cells) in enumerate(batch):
        if len(cells) > width:
            piece.extra[position] = list(cells[width:])
            cells = cells[:width]
        elif len(cells) < width:
            piece.short[position] = len(cells)
            cells = [*cells, *[None] * (width - len(cells))]
        table.append(cells)
    piece.columns = list(zip(*table, strict=True)) if width else []
    return piece


def general_pieces(rows: Iterator[tuple[int, list[Any]]], width: int) -> Iterator[Piece]:
    """Yield pieces of any stream of rows; when it breaks off with an error, first what came before it."""
    batch: list[tuple[int, list[Any]]] = []
    failure: Exception | None = None
    while failure is None:
        try:
            item = next(rows, None)
        except Exception as error:  # noqa: BLE001 - raised again below, after the rows before it
            item, failure = None, error
        if item is not None:
            batch.append(item)
        if batch and (item is None or len(batch) >= ROWS):
            yield rows_to_piece(batch, width)
            batch = []
        if item is None:
            break
    if failure is not None:
        raise failure
