"""Write a repaired table as CSV, JSON, GeoJSON, Parquet or XLSX. A file appears whole or not at all."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

import pyarrow
import pyarrow.compute as pc

from .columnar.stores import Store
from .columnar.views import Cells
from .model import Value, as_text
from .repair import CleanColumn, CleanTable
from .repair.result import cast_value

__all__ = ["FORMATS", "CannotConvert", "csv_rows", "write", "written"]

# Lines of a CSV file that are written at once.
_LINES = 20_000
# What XML cannot carry.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LATITUDE = ("latitude", "lat")
_LONGITUDE = ("longitude", "lng", "lon")
_ARROW = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
    "date": pyarrow.date32(),
    "datetime": pyarrow.timestamp("us"),
    "boolean": pyarrow.bool_(),
}


class CannotConvert(ValueError):
    """The table cannot be written in this format; ``str(error)`` says why in Japanese."""


def write(table: CleanTable, out: Path, form: str, *, bom: bool = True) -> int:
    """Write ``table`` to ``out`` and return the number of rows written.

    ``bom`` puts a byte order mark before a CSV file, so that Excel shows Japanese at once. GeoJSON leaves out rows
    without coordinates and states how many in its member ``omitted``. Raises ``CannotConvert``.
    """
    if form not in FORMATS:
        raise CannotConvert(
            f"形式「{form}」では書き出せません。{'・'.join(FORMATS)} のどれかを指定してください。"
        )
    with written(out) as partial:
        return FORMATS[form](table, partial, bom)


@contextmanager
def written(out: Path) -> Iterator[Path]:
    """Give a path to write to; what was written there takes the place of ``out`` when nothing went wrong."""
    partial = out.with_name(f".{out.name}.part")
    try:
        yield partial
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)


def _csv(table: CleanTable, out: Path, bom: bool) -> int:
    with out.open("wb") as stream:
        stream.write(codecs.BOM_UTF8 if bom else b"")
        stream.write(_csv_line([column.label for column in table.columns]))
        columns = [_csv_cells(column, len(table.columns) == 1) for column in table.columns]
        for start in range(0, table.row_count, _LINES):
            parts = [cells.take(codes[start : start + _LINES]) for cells, codes in columns]
            lines = pc.binary_join_element_wise(*parts, ",")
            lines = pc.binary_join_element_wise(lines, pyarrow.scalar("\r\n"), "")
            stream.write(_content(lines))
    return table.row_count


def _csv_line(cells: list[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


def _csv_cells(column: CleanColumn, alone: bool) -> tuple[Any, Any]:
    """Return the distinct cells as a CSV file spells them, and which of them each cell is; quoted as ``csv`` does."""
    known = column.written.store if isinstance(column.written, Cells) and column.type != "datetime" else None
    store = known or Store.of_values(_csv_column(column))
    if store.native:
        words = pyarrow.array([as_text(value) for value in store.pool], pyarrow.string())
    else:
        words = pc.fill_null(store.words, "")
    special = pc.match_substring_regex(words, '[",\r\n]')
    if alone:
        special = pc.or_(special, pc.equal(words, ""))
    if pc.any(special).as_py():
        inner = pc.replace_substring(words, '"', '""')
        quote = pyarrow.scalar('"')
        words = pc.if_else(special, pc.binary_join_element_wise(quote, inner, quote, ""), words)
    return words, store.codes


def _content(lines: Any) -> memoryview:
    """Return the bytes of an Arrow array of strings, one after another."""
    _valid, offsets, data = lines.buffers()
    ends = pyarrow.Array.from_buffers(pyarrow.int32(), len(lines) + 1, [None, offsets], offset=lines.offset)
    return memoryview(data)[ends[0].as_py() : ends[-1].as_py()]


def csv_rows(table: CleanTable) -> list[list[str]]:
    """Return the cells as a CSV file carries them, the labels first."""
    rows = zip(*map(_csv_column, table.columns), strict=True)
    return [[column.label for column in table.columns], *map(list, rows)]


def _csv_column(column: CleanColumn) -> list[str]:
    if column.type == "datetime":
        return [
            v.isoformat(sep=" ", timespec="seconds") if isinstance(v, datetime) else as_text(v)
            for v in column.values
        ]
    return [v if isinstance(v, str) else as_text(v) for v in column.written]


def _plain(value: Value) -> Any:
    return value.isoformat() if isinstance(value, (date, time)) else value


def _json(table: CleanTable, out: Path, _bom: bool) -> int:
    labels = [column.label for column in table.columns]
    with out.open("w", encoding="utf-8") as stream:
        _array(stream, (dict(zip(labels, map(_plain, row), strict=True)) for row in _rows(table)))
        stream.write("\n")
    return table.row_count


def _array(stream: IO[str], items: Any) -> int:
    stream.write("[")
    count = 0
    for item in items:
        stream.write(",\n" if count else "\n")
        json.dump(item, stream, ensure_ascii=False)
        count += 1
    stream.write("\n]")
    return count


def _rows(table: CleanTable) -> Any:
    return zip(*(column.values for column in table.columns), strict=True)


def _coordinate(table: CleanTable, names: tuple[str, ...]) -> CleanColumn | None:
    found = [
        c for c in table.columns if c.name in names or c.name.endswith(tuple(f"_{n}" for n in names[:1]))
    ]
    return next((c for c in found if c.type in ("number", "integer")), None)


def _geojson(table: CleanTable, out: Path, _bom: bool) -> int:
    latitude, longitude = _coordinate(table, _LATITUDE), _coordinate(table, _LONGITUDE)
    if latitude is None or longitude is None:
        raise CannotConvert(
            "緯度と経度の列（数値）がないため、GeoJSON にはできません。「緯度」「経度」の列を加えてください。"
        )
    labels = [column.label for column in table.columns]
    omitted = 0

    def features() -> Any:
        nonlocal omitted
        for row, y, x in zip(_rows(table), latitude.values, longitude.values, strict=True):
            if not isinstance(x, (int, float)) or not isinstance(y, (int, float)) or (x == 0 and y == 0):
                omitted += 1
                continue
            yield {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [x, y]},
                "properties": dict(zip(labels, map(_plain, row), strict=True)),
            }

    with out.open("w", encoding="utf-8") as stream:
        stream.write('{"type": "FeatureCollection", "features": ')
        count = _array(stream, features())
        stream.write(f', "omitted": {omitted}}}\n')
    return count


def _parquet(table: CleanTable, out: Path, _bom: bool) -> int:
    from pyarrow import parquet

    fields = [
        pyarrow.field(c.name, _ARROW[c.type], metadata={"label": c.label.encode()}) for c in table.columns
    ]
    arrays = [_typed(column) for column in table.columns]
    parquet.write_table(pyarrow.table(arrays, schema=pyarrow.schema(fields)), out, compression="zstd")
    return table.row_count


def _typed(column: CleanColumn) -> Any:
    """Return the cells as an Arrow array of the column's type."""
    kind = _ARROW[column.type]
    if not isinstance(column.written, Cells):
        return pyarrow.array(column.values, type=kind)
    store = column.written.store
    if column.type == "text" and not store.native:
        words = pc.if_else(pc.equal(store.words, ""), pyarrow.scalar(None, pyarrow.string()), store.words)
    else:
        words = pyarrow.array([cast_value(value, column.type) for value in store.pool], type=kind)
    return words.take(store.codes)


def _xlsx(table: CleanTable, out: Path, _bom: bool) -> int:
    if table.row_count > 1_048_575:
        raise CannotConvert(
            f"{table.row_count:,} 行あり、Excel の上限（1,048,576 行）を超えます。CSV か Parquet にしてください。"
        )
    # Only those who write a workbook wait for openpyxl.
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.append([column.label for column in table.columns])
    for row in _rows(table):
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    book.save(out)
    return table.row_count


def _xlsx_cell(sheet: Any, value: Value) -> Any:
    """A text stays a text, also when it begins like a formula; nothing is cut off."""
    if not isinstance(value, str):
        return value
    if len(value) > 32_767:
        raise CannotConvert(
            f"{len(value):,} 文字のセルがあり、Excel の上限（32,767 文字）を超えます。CSV にしてください。"
        )
    if _ILLEGAL.search(value):
        raise CannotConvert("Excel では表せない制御文字があります。CSV にしてください。")
    if value[:1] != "=":
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.value, cell.data_type = value, "s"
    return cell


FORMATS: dict[str, Callable[[CleanTable, Path, bool], int]] = {
    "csv": _csv,
    "parquet": _parquet,
    "json": _json,
    "geojson": _geojson,
    "xlsx": _xlsx,
}
