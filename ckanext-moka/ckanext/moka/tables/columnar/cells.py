"""The cells of a sheet, column by column in Arrow. ``Rows`` looks like the list of rows that people see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, overload

import pyarrow as pa
import pyarrow.compute as pc

from .stores import Store, Value, is_filled, pick

__all__ = ["Rows", "Store", "Value", "is_filled"]

# A text that begins with none of these holds more than white space, whatever follows.
_SPACE_FIRST = "^[\\s\\x0b\\x1c-\\x1f\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]"
_BATCH = 4096
_CACHED_ROWS = 4096
_AHEAD = 32
_LONG = 20_000
_THREADS = 2


class TextCells:
    """A column of a text file: an Arrow chunked array of strings, null where the record ends before it."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def value(self, row: int) -> Value:
        return self.array[row].as_py()

    def values(self, start: int, stop: int) -> list[Value]:
        return self.array[start:stop].to_pylist()

    def select(self, rows: Sequence[int]) -> Store:
        return Store.of_texts(pick(self.array, rows))

    def equal(self, value: Value) -> list[int]:
        if not isinstance(value, str):
            return []
        return pc.indices_nonzero(pc.fill_null(pc.equal(self.array, value), False)).to_pylist()

    def head(self, height: int) -> TextCells:
        return TextCells(self.array[:height])

    def filled(self, rows: Sequence[int] | None = None) -> Any:
        array = self.array if rows is None else pick(self.array, rows)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], pa.string())
        mask = pc.fill_null(pc.greater(pc.binary_length(array), 0), False)
        doubtful = pc.and_(mask, pc.fill_null(pc.match_substring_regex(array, _SPACE_FIRST), False))
        where = pc.indices_nonzero(doubtful)
        if len(where) == 0:
            return mask
        empty = [
            p for p, v in zip(where.to_pylist(), array.take(where).to_pylist(), strict=True) if v.isspace()
        ]
        if not empty:
            return mask
        return pc.and_not(
            mask, pc.is_in(pa.array(range(len(array)), pa.int64()), pa.array(empty, pa.int64()))
        )


class MixedCells:
    """A column of a workbook: texts, numbers, dates … as a store over all its rows."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def value(self, row: int) -> Value:
        return self.store.value(row)

    def values(self, start: int, stop: int) -> list[Value]:
        return self.store.values(start, stop)

    def select(self, rows: Sequence[int]) -> Store:
        return self.store.select(rows)

    def equal(self, value: Value) -> list[int]:
        marks = [type(known) is type(value) and known == value for known in self.store.pool]
        return self.store.where(pa.array(marks, pa.bool_())).to_pylist()

    def head(self, height: int) -> MixedCells:
        return MixedCells(Store(self.store.codes[:height], self.store._words, self.store._pool))

    def filled(self, rows: Sequence[int] | None = None) -> Any:
        codes = self.store.codes if rows is None else pick(self.store.codes, rows)
        marks = pa.array([is_filled(value) for value in self.store.pool], pa.bool_())
        return pc.take(marks, codes)


class SparseCells:
    """A column that only a few overlong records of a text file reach."""

    def __init__(self, height: int, cells: dict[int, Value]) -> None:
        self.height, self.cells = height, cells

    def value(self, row: int) -> Value:
        return self.cells.get(row)

    def values(self, start: int, stop: int) -> list[Value]:
        return [self.cells.get(row) for row in range(start, min(stop, self.height))]

    def select(self, rows: Sequence[int]) -> Store:
        return Store.of_values([self.cells.get(row) for row in rows])

    def equal(self, value: Value) -> list[int]:
        return sorted(row for row, known in self.cells.items() if known == value)

    def head(self, height: int) -> SparseCells:
        return SparseCells(height, self.cells)

    def filled(self, rows: Sequence[int] | None = None) -> Any:
        wanted = range(self.height) if rows is None else rows
        return pa.array([is_filled(self.cells.get(row)) for row in wanted], pa.bool_())


class _Parted:
    """A column of a text file whose middle is the store of a table: the texts themselves are let go."""

    def __init__(self, whole: TextCells, store: Store, start: int) -> None:
        end = start + len(store)
        ends = [*range(start), *range(end, len(whole.array))]
        self.store, self.start, self.end = store, start, end
        self.rest = dict(zip(ends, whole.array.take(pa.array(ends, pa.int64())).to_pylist(), strict=True))
        self.height = len(whole.array)

    def value(self, row: int) -> Value:
        return self.store.value(row - self.start) if self.start <= row < self.end else self.rest[row]

    def values(self, start: int, stop: int) -> list[Value]:
        if self.start <= start and stop <= self.end:
            return self.store.values(start - self.start, stop - self.start)
        return [self.value(row) for row in range(start, min(stop, self.height))]

    def select(self, rows: Sequence[int]) -> Store:
        if len(rows) and self.start <= rows[0] and rows[-1] < self.end:
            return self.store.select([row - self.start for row in rows])
        return Store.of_texts(pa.array([self.value(row) for row in rows], pa.string()))

    def equal(self, value: Value) -> list[int]:
        if not isinstance(value, str):
            return []
        inside = self.store.where(pc.fill_null(pc.equal(self.store.words, value), False)).to_pylist()
        outside = [row for row, known in self.rest.items() if known == value]
        return sorted([*outside, *(self.start + position for position in inside)])

    def head(self, height: int) -> TextCells:
        return TextCells(pa.chunked_array([pa.array(self.values(0, height), pa.string())]))

    def filled(self, rows: Sequence[int] | None = None) -> Any:
        wanted = range(self.height) if rows is None else rows
        if len(wanted) and self.start <= wanted[0] and wanted[-1] < self.end:
            marks = pa.array([is_filled(value) for value in self.store.pool], pa.bool_())
            return pc.take(marks, pick(self.store.codes, [row - self.start for row in wanted]))
        return pa.array([is_filled(self.value(row)) for row in wanted], pa.bool_())


class Rows(Sequence[list[Value]]):
    """The rows of a sheet. ``rows[r]`` is a list of its cells; a record of a text file may be shorter or longer.

    Going through all rows makes a Python object of every cell: ask :meth:`select`, :meth:`filled_rows` and
    :meth:`count_filled` instead, which stay in Arrow.
    """

    def __init__(
        self, columns: list[Any], height: int, width: int, widths: dict[int, int] | None = None
    ) -> None:
        self._columns = columns
        self._height = height
        self._width = width
        self._widths = widths or {}
        self._cache: dict[int, list[Value]] = {}

    @classmethod
    def of_arrow(
        cls,
        columns: list[Any],
        height: int,
        widths: dict[int, int] | None = None,
        beyond: dict[int, dict[int, Value]] | None = None,
    ) -> Rows:
        """Return rows over Arrow columns of strings.

        ``widths`` tells which rows have another number of cells, ``beyond`` holds the cells of longer rows by column.
        """
        cells: list[Any] = [TextCells(column) for column in columns]
        last = max(beyond or (), default=-1) + 1
        cells += [SparseCells(height, (beyond or {}).get(i, {})) for i in range(len(columns), last)]
        return cls(cells, height, len(columns), widths)

    def __len__(self) -> int:
        return self._height

    @overload
    def __getitem__(self, row: int) -> list[Value]: ...
    @overload
    def __getitem__(self, row: slice) -> list[list[Value]]: ...
    def __getitem__(self, row: int | slice) -> list[Value] | list[list[Value]]:
        if isinstance(row, slice):
            start, stop, step = row.indices(self._height)
            if step == 1:
                return self._block(start, stop)
            return [self[r] for r in range(start, stop, step)]
        if row < 0:
            row += self._height
        if not 0 <= row < self._height:
            raise IndexError(row)
        found = self._cache.get(row)
        if found is None:
            if len(self._cache) >= _CACHED_ROWS:
                self._cache.clear()
            if row - 1 in self._cache:
                # Whoever goes through rows one by one will want the next ones too.
                self._cache.update(enumerate(self._block(row, min(row + _AHEAD, self._height)), row))
                return self._cache[row]
            found = self._cache[row] = [c.value(row) for c in self._columns[: self.width(row)]]
        return found

    def __iter__(self) -> Iterator[list[Value]]:
        for start in range(0, self._height, _BATCH):
            yield from self._block(start, min(start + _BATCH, self._height))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Rows, list)):
            return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def _block(self, start: int, stop: int) -> list[list[Value]]:
        if stop <= start:
            return []
        if not self._columns:
            return [[] for _ in range(start, stop)]
        rows = [list(row) for row in zip(*(c.values(start, stop) for c in self._columns), strict=True)]
        if self._widths or self._width != len(self._columns):
            for number, row in enumerate(rows, start):
                del row[self.width(number) :]
        return rows

    @property
    def widest(self) -> int:
        """Number of cells of the longest row."""
        return len(self._columns)

    def width(self, row: int) -> int:
        """Number of cells of a row."""
        return self._widths.get(row, self._width)

    def odd_widths(self) -> dict[int, int]:
        """Row number -> number of its cells, for the rows that differ from :attr:`usual_width`."""
        return self._widths

    @property
    def usual_width(self) -> int:
        """Number of cells of all rows that :meth:`odd_widths` does not name."""
        return self._width

    def value(self, row: int, column: int) -> Value:
        """Return one cell; ``None`` beyond the end of its row."""
        return self[row][column] if column < self.width(row) else None

    def select(self, column: int, rows: Sequence[int]) -> Store:
        """Return the cells of a column at ``rows`` (``None`` beyond the end of a row)."""
        if column >= len(self._columns):
            return Store.of_values([None] * len(rows))
        return self._columns[column].select(rows)

    def select_all(self, columns: Sequence[int], rows: Sequence[int]) -> list[Store]:
        """Return :meth:`select` of several columns, worked out side by side; long columns are kept in that form only."""
        if len(rows) <= _LONG:
            return [self.select(column, rows) for column in columns]
        with ThreadPoolExecutor(_THREADS) as pool:
            stores = list(pool.map(lambda column: self.select(column, rows), columns))
        if rows[-1] - rows[0] + 1 == len(rows) and len(rows) * 2 > self._height:
            for column, store in zip(columns, stores, strict=True):
                if column < len(self._columns) and isinstance(self._columns[column], TextCells):
                    self._columns[column] = _Parted(self._columns[column], store, rows[0])
        return stores

    def filled(self, column: int, rows: Sequence[int] | None = None) -> Any:
        """Return an Arrow array of booleans: whether the cell holds more than white space."""
        if column >= len(self._columns):
            return pa.array([False] * (self._height if rows is None else len(rows)), pa.bool_())
        return self._columns[column].filled(rows)

    def filled_in(self, column: int, rows: Sequence[int]) -> list[int]:
        """Return those of ``rows`` in which a column holds more than white space."""
        found = pc.indices_nonzero(self.filled(column, rows)).to_pylist()
        return list(rows) if len(found) == len(rows) else [rows[position] for position in found]

    def equal(self, column: int, value: Value) -> list[int]:
        """Return the rows in which a column holds exactly this value."""
        return self._columns[column].equal(value) if column < len(self._columns) else []

    def longest(self, rows: Sequence[int]) -> int:
        """Return the number of cells of the longest of ``rows``; 0 when there is none."""
        if not len(rows):
            return 0
        odd = [self._widths[row] for row in rows if row in self._widths] if self._widths else []
        return max([*odd, self._width if len(odd) < len(rows) else 0])

    def shorter(self, width: int, rows: Sequence[int]) -> list[int]:
        """Return those of ``rows`` that have fewer cells than ``width``."""
        if self._width >= width and not self._widths:
            return []
        return [row for row in rows if self.width(row) < width]

    def count_filled(self, column: int, rows: Sequence[int] | None = None) -> int:
        """Return how many cells of a column hold more than white space."""
        return int(pc.sum(self.filled(column, rows)).as_py() or 0)

    @cached_property
    def filled_rows(self) -> list[int]:
        """The numbers of the rows that hold more than white space, in order."""
        found: Any = None
        for column in self._columns:
            mask = column.filled()
            found = mask if found is None else pc.or_(found, mask)
            if pc.all(found).as_py():
                break
        return [] if found is None else pc.indices_nonzero(found).to_pylist()

    def head(self, height: int) -> Rows:
        """Return the first ``height`` rows."""
        if height == self._height:
            return self
        widths = {row: width for row, width in self._widths.items() if row < height}
        return Rows([c.head(height) for c in self._columns], height, self._width, widths)
