"""XLSX without openpyxl: texts by fastexcel, types and numbers from the XML; python-calamine for sheets with formulas.

What these readers cannot give as frictionless (by way of openpyxl) has it goes the general road; see :mod:`.sheetxml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .pieces import Piece
from .sheetxml import SheetFacts, first_look, sheet_cells, sheet_facts
from .typedcells import TypedColumn, typed_columns

__all__ = ["Sheet", "read_sheet"]

_PIECE = 10_000
_SAMPLE = 100


class Sheet:
    """The cells of a worksheet: columns (Arrow arrays of texts, or tuples of typed cells) and the width of every row."""

    def __init__(self, columns: list[Any], widths: list[int]) -> None:
        self.columns, self.widths = columns, widths

    def row(self, index: int) -> list[Any]:
        """Return the cells of a row (from 0)."""
        cells = []
        for column in self.columns[: self.widths[index]]:
            value = column[index] if index < len(column) else None
            cells.append(value.as_py() if isinstance(value, pa.Scalar) else value)
        return cells + [None] * (self.widths[index] - len(cells))

    def sample(self) -> list[list[Any]]:
        """Return the rows from which frictionless tells dialect and header."""
        return [self.row(index) for index in range(min(_SAMPLE, len(self.widths)))]

    def rows(self, first: int) -> Iterator[tuple[int, list[Any]]]:
        """Yield row numbers and cells from row number ``first`` on."""
        for index in range(first - 1, len(self.widths)):
            yield index + 1, self.row(index)

    def pieces(self, first: int, width: int) -> Iterator[Piece]:
        """Yield the rows from row number ``first`` on as pieces of ``width`` columns."""
        for start in range(first - 1, len(self.widths), _PIECE):
            stop = min(start + _PIECE, len(self.widths))
            size = stop - start
            columns = [self._part(index, start, stop) for index in range(width)]
            piece = Piece(columns, size, size, range(start + 1, stop + 1), True)
            for position, have in enumerate(self.widths[start:stop]):
                if have < width:
                    piece.short[position] = have
                elif have > width:
                    piece.extra[position] = self.row(start + position)[width:]
            yield piece

    def _part(self, index: int, start: int, stop: int) -> Any:
        if index >= len(self.columns):
            return pa.nulls(stop - start, pa.string())
        column = self.columns[index]
        if isinstance(column, TypedColumn):
            return column.slice(start, stop - start)
        if isinstance(column, pa.Array):
            part = column.slice(start, stop - start)
            missing = stop - start - len(part)
            return pa.concat_arrays([part, pa.nulls(missing, pa.string())]) if missing else part
        part = column[start:stop]
        return part + (None,) * (stop - start - len(part))


def read_sheet(path: str, control: Any, *, exact: bool) -> Sheet | None:
    """Read the sheet that frictionless's ``control`` names; ``None`` when openpyxl must.

    ``exact`` says that it matters whether a whole number is written ``35`` or ``35.0``.
    """
    options = ("fill_merged_cells", "preserve_formatting", "adjust_floating_point_error", "stringified")
    if control is not None and any(getattr(control, name) for name in options):
        return None
    wanted = control.sheet if control is not None else 1
    try:
        look = first_look(path, wanted)
    except Exception:  # noqa: BLE001 - a broken workbook: openpyxl says what is wrong with it
        look = None
    if look is None:
        return None
    name, usual = look
    return (_scanned(path, wanted, name) if usual else None) or _read(path, wanted, name, exact)


def _scanned(path: str, wanted: int | str, name: str) -> Sheet | None:
    """Read a sheet of the usual form: its texts in one thread, types and numbers in the other."""
    with ThreadPoolExecutor(1) as pool:
        texts = pool.submit(_texts, path, name)
        try:
            cells = sheet_cells(path, wanted)
        except Exception:  # noqa: BLE001 - a broken workbook: openpyxl says what is wrong with it
            cells = None
        columns = texts.result()
    if cells is None or not columns:
        return None
    made = typed_columns(cells.xml, cells.scan, columns, cells.styles)
    return Sheet(made, cells.scan.widths) if made is not None else None


def _read(path: str, wanted: int | str, name: str, exact: bool) -> Sheet | None:
    """Read a sheet with formulas, or of another form, cell by cell."""
    with ThreadPoolExecutor(1) as pool:
        typed = pool.submit(_typed, path, name)
        try:
            facts = sheet_facts(path, wanted)
        except Exception:  # noqa: BLE001 - as above
            facts = None
        columns = typed.result()
    if facts is None or columns is None or not facts.widths or (exact and facts.whole_floats):
        return None
    return _checked(columns, facts)


def _checked(columns: list[Any], facts: SheetFacts) -> Sheet | None:
    height = len(columns[0]) if columns else 0
    if height > len(facts.widths) or len(columns) > max(facts.widths):
        return None
    return Sheet(columns, facts.widths)


def _texts(path: str, name: str) -> list[Any] | None:
    """Read the sheet as texts; of use only when all cells are texts."""
    import fastexcel

    try:
        loaded = fastexcel.read_excel(path).load_sheet(name, header_row=None, dtypes="string").to_arrow()
    except Exception:  # noqa: BLE001 - fastexcel raises many kinds; openpyxl has the word
        return None
    return [column.cast(pa.string()) for column in loaded.columns]


def _typed(path: str, name: str) -> list[Any] | None:
    """Read the sheet with the types of its cells."""
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except Exception:  # noqa: BLE001 - as above
        return None
    return [_column(cells) for cells in zip(*rows, strict=True)]


def _column(cells: Sequence[Any]) -> Any:
    """Return a column as openpyxl has it: whole floats as integers, dates as datetimes, blanks as ``None``."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        texts = pa.array(cells, pa.string())
        return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return tuple(map(_value, cells))


def _value(value: Any) -> Any:
    if value.__class__ is float:
        return int(value) if value.is_integer() else value
    if value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value
