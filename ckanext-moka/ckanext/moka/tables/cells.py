"""The cells of a sheet, column by column in Arrow: one distinct value is one Python object, however often it stands.

``Rows`` looks like the list of rows that people see (``rows[3]`` is a list of values), ``Store`` is what one column of
a table holds: its distinct values in order of first appearance, and per cell the number of its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, overload

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Rows", "RowsBuilder", "Store", "Value", "is_filled"]

Value = str | int | float | bool | date | datetime | time | timedelta | None
# A text that begins with none of these holds more than white space, whatever follows.
_SPACE_FIRST = "^[\\s\\x0b\\x1c-\\x1f\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]"
_BATCH = 4096
_CACHED_ROWS = 4096
_DENSE = 0.05


def is_filled(value: Value) -> bool:
    """Tell whether a cell holds more than white space."""
    return value is not None and value != "" and not (isinstance(value, str) and value.isspace())


def positions(mask: Any) -> Any:
    """Return the positions at which a boolean array is true, as an Arrow array of integers."""
    return pc.indices_nonzero(mask)


def _numbers(values: Iterable[int | None]) -> Any:
    return pa.array(values, type=pa.int32())


class Store:
    """The cells of one column: ``codes`` (one per cell) and the distinct values they stand for.

    ``words`` is an Arrow array of strings, aligned with the codes: the value where it is a text, else null.
    """

    def __init__(self, codes: Any, words: Any = None, pool: list[Value] | None = None) -> None:
        self.codes = codes
        self._words = words
        self._pool = pool

    @classmethod
    def of_values(cls, values: Sequence[Value]) -> Store:
        """Return the store of a list of Python values."""
        seen: dict[Any, int] = {}
        codes = []
        for value in values:
            # 1, 1.0 and True are equal for Python, not for a table.
            key = value if value.__class__ is str or value.__class__ is int else (value.__class__, value)
            code = seen.get(key)
            if code is None:
                code = seen[key] = len(seen)
            codes.append(code)
        pool: list[Value] = [key[1] if key.__class__ is tuple else key for key in seen]
        return cls(_numbers(codes), None, pool)

    @classmethod
    def of_texts(cls, array: Any) -> Store:
        """Return the store of an Arrow array (or chunked array) of strings; null is an absent cell."""
        encoded = array.dictionary_encode(null_encoding="encode")
        if isinstance(encoded, pa.ChunkedArray):
            if encoded.num_chunks == 0:
                return cls(_numbers([]), pa.array([], pa.string()))
            words = encoded.chunk(0).dictionary
            parts = [chunk.indices for chunk in encoded.chunks]
            return cls(parts[0] if len(parts) == 1 else pa.concat_arrays(parts), words)
        return cls(encoded.indices, encoded.dictionary)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def size(self) -> int:
        """Number of distinct values, empty ones included."""
        return len(self._pool) if self._pool is not None else len(self._words)

    def pool_value(self, code: int) -> Value:
        """Return the distinct value with this code."""
        return self._pool[code] if self._pool is not None else self._words[code].as_py()

    @property
    def pool(self) -> list[Value]:
        """The distinct values as Python objects, in order of first appearance (texts are made anew, not kept)."""
        return self._pool if self._pool is not None else self._words.to_pylist()

    @cached_property
    def words(self) -> Any:
        """The distinct texts as an Arrow array aligned with the codes; null where the value is no text."""
        if self._words is not None:
            return self._words
        return pa.array([v if isinstance(v, str) else None for v in self.pool], pa.string())

    @cached_property
    def counted(self) -> Any:
        """Number of cells per distinct value, as an Arrow array aligned with the codes."""
        if self.size == len(self.codes):
            return pa.nulls(self.size, pa.int64()).fill_null(1)
        found = pc.value_counts(self.codes)
        order = pc.index_in(_numbers(range(self.size)), found.field("values"))
        return pc.fill_null(found.field("counts").take(order), 0)

    @property
    def tally(self) -> list[int]:
        """Number of cells per distinct value."""
        return self.counted.to_pylist()

    def tally_of(self, code: int) -> int:
        """Number of cells with one distinct value."""
        return self.counted[code].as_py()

    def pool_part(self, start: int, stop: int) -> list[Value]:
        """Return some of the distinct values as Python objects."""
        return self._pool[start:stop] if self._pool is not None else self._words[start:stop].to_pylist()

    def select(self, rows: Sequence[int]) -> Store:
        """Return the cells at ``rows`` as a store of its own."""
        codes = _pick(self.codes, rows)
        used = pc.unique(codes)
        if len(used) == self.size and used.equals(_numbers(range(self.size))):
            return Store(codes, self._words, self._pool)
        codes = pc.index_in(codes, used)
        pool = [self.pool[code] for code in used.to_pylist()] if self._pool is not None else None
        return Store(codes, self._words.take(used) if self._words is not None else None, pool)

    def value(self, position: int) -> Value:
        """Return one cell."""
        code = self.codes[position].as_py()
        return self._pool[code] if self._pool is not None else self._words[code].as_py()

    def values(self, start: int = 0, stop: int | None = None) -> list[Value]:
        """Return cells as Python values."""
        codes = self.codes[start:stop] if stop is not None else self.codes[start:]
        if self._pool is None and len(codes) < self.size:
            return self._words.take(codes).to_pylist()
        pool = self.pool
        return [pool[code] for code in codes.to_pylist()]

    def where(self, mask: Any) -> Any:
        """Return the positions of the cells whose distinct value is marked in ``mask`` (aligned with ``words``)."""
        wanted = pc.indices_nonzero(mask)
        if len(wanted) == 0:
            return wanted
        if len(wanted) == self.size:
            return pa.array(range(len(self.codes)), pa.uint64())
        return pc.indices_nonzero(pc.take(mask, self.codes))

    def mapped(self, new: dict[int, Value]) -> Store:
        """Return the same cells with other values under some codes; values that become equal share a code."""
        if self._pool is None and all(value is None or isinstance(value, str) for value in new.values()):
            codes = sorted(new)
            marks = pc.is_in(_numbers(range(self.size)), _numbers(codes))
            words = pc.replace_with_mask(self._words, marks, pa.array([new[c] for c in codes], pa.string()))
            again = Store.of_texts(words)
            return Store(again.codes.take(self.codes), again.words)
        pool = list(self.pool)
        for code, value in new.items():
            pool[code] = value
        merged = Store.of_values(pool)
        codes = self.codes if merged.size == len(pool) else merged.codes.take(self.codes)
        return Store(codes, None, merged.pool)


def _pick(array: Any, rows: Sequence[int]) -> Any:
    if not len(rows):
        return array[0:0]
    low, high = rows[0], rows[-1]
    if high - low + 1 == len(rows):
        return array[low : high + 1]
    return array.take(pa.array(rows, pa.int64()))


class _Texts:
    """A column of a text file: an Arrow chunked array of strings, null where the record ends before it."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def value(self, row: int) -> Value:
        return self.array[row].as_py()

    def values(self, start: int, stop: int) -> list[Value]:
        return self.array[start:stop].to_pylist()

    def select(self, rows: Sequence[int]) -> Store:
        return Store.of_texts(_pick(self.array, rows))

    def equal(self, value: Value) -> list[int]:
        if not isinstance(value, str):
            return []
        return pc.indices_nonzero(pc.fill_null(pc.equal(self.array, value), False)).to_pylist()

    def head(self, height: int) -> _Texts:
        return _Texts(self.array[:height])

    def filled(self, rows: Sequence[int] | None = None) -> Any:
        array = self.array if rows is None else _pick(self.array, rows)
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


class _Mixed:
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

    def head(self, height: int) -> _Mixed:
        return _Mixed(Store(self.store.codes[:height], self.store._words, self.store._pool))

    def filled(self, rows: Sequence[int] | None = None) -> Any:
        codes = self.store.codes if rows is None else _pick(self.store.codes, rows)
        marks = pa.array([is_filled(value) for value in self.store.pool], pa.bool_())
        return pc.take(marks, codes)


class _Sparse:
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

    def head(self, height: int) -> _Sparse:
        return _Sparse(height, self.cells)

    def filled(self, rows: Sequence[int] | None = None) -> Any:
        wanted = range(self.height) if rows is None else rows
        return pa.array([is_filled(self.cells.get(row)) for row in wanted], pa.bool_())


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
    def of_lists(cls, rows: Iterable[Sequence[Value]]) -> Rows:
        """Return rows that were given as lists of values."""
        builder = RowsBuilder()
        builder.add([list(row) for row in rows])
        return builder.rows()

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
        cells: list[Any] = [_Texts(column) for column in columns]
        last = max(beyond or (), default=-1) + 1
        cells += [_Sparse(height, (beyond or {}).get(i, {})) for i in range(len(columns), last)]
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
        return self._columns[column].select(rows)  # type: ignore[no-any-return]

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


class RowsBuilder:
    """Take rows in batches of Python lists and keep them in Arrow, so that no more than a batch is ever spread out.

    ``texts``: the cells are texts only. ``blanks``: an empty text is one (else it is an absent cell).
    """

    def __init__(self, *, texts: bool = False, blanks: bool = True) -> None:
        self._texts = texts
        self._blanks = blanks
        self._height = 0
        self._width: int | None = None
        self._widths: dict[int, int] = {}
        self._dense: list[_Growing] = []
        self._sparse: dict[int, dict[int, Value]] = {}

    def add(self, rows: list[list[Value]]) -> None:
        """Add rows; a row in which every cell is empty or absent counts as having no cells in a text file."""
        if self._texts:
            rows = [row if any(row) else [] for row in rows]
        widths = [len(row) for row in rows]
        if self._width is None:
            self._width = max(set(widths), key=lambda w: (widths.count(w), w)) if widths else None
        usual = self._width or 0
        self._widths.update({self._height + i: w for i, w in enumerate(widths) if w != usual})
        while (n := len(self._dense)) < max(widths, default=0):
            if sum(w > n for w in widths) <= len(widths) * _DENSE and n >= usual:
                break
            early = self._sparse.pop(n, {})
            self._dense.append(
                _Growing(self._texts, self._blanks, [early.get(row) for row in range(self._height)])
            )
        dense = len(self._dense)
        if min(widths, default=0) == max(widths, default=0) == dense:
            for column, values in zip(self._dense, zip(*rows, strict=True), strict=bool(rows)):
                column.add(values)
        else:
            for index, column in enumerate(self._dense):
                column.add([row[index] if index < len(row) else None for row in rows])
        for number, row in enumerate(rows, self._height):
            for index in range(dense, len(row)):
                self._sparse.setdefault(index, {})[number] = row[index]
        self._height += len(rows)

    def rows(self) -> Rows:
        """Return what was added."""
        columns: list[Any] = [column.finish() for column in self._dense]
        last = max(self._sparse, default=-1) + 1
        columns += [_Sparse(self._height, self._sparse.get(i, {})) for i in range(len(columns), last)]
        return Rows(columns, self._height, self._width or 0, self._widths)


class _Growing:
    """A column that grows batch by batch: texts and numbers go into Arrow at once, the rest waits by row."""

    def __init__(self, texts: bool, blanks: bool, early: list[Value]) -> None:
        self._texts, self._blanks = texts, blanks
        self._height = 0
        self._words: list[Any] = []
        self._numbers: list[Any] = []
        self._others: dict[int, Value] = {}
        if early:
            self.add(early)

    def add(self, values: Sequence[Value]) -> None:
        kinds = {str, type(None)} if self._texts else set(map(type, values))
        if kinds <= {str, type(None)}:
            self._add_words(values)
            self._numbers.append(pa.nulls(len(values), pa.float64()))
        else:
            words = [v if v.__class__ is str else None for v in values]
            numbers = [v if v.__class__ is float else None for v in values]
            self._add_words(words)
            self._numbers.append(pa.array(numbers, pa.float64()))
            if not kinds <= {str, float, type(None)}:
                rest = enumerate(values, self._height)
                self._others.update(
                    (n, v) for n, v in rest if v is not None and v.__class__ not in (str, float)
                )
        self._height += len(values)

    def _add_words(self, words: Sequence[Value]) -> None:
        array = pa.array(words, pa.string())
        if not self._blanks:
            array = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
        self._words.append(array)

    def finish(self) -> _Texts | _Mixed:
        words = pa.chunked_array(self._words, pa.string())
        if self._texts:
            return _Texts(words)
        store = Store.of_texts(words)
        numbers = pa.chunked_array(self._numbers, pa.float64())
        if numbers.null_count == len(numbers) and not self._others:
            return _Mixed(store)
        return _Mixed(_with_numbers(store, numbers, self._others))


def _with_numbers(store: Store, numbers: Any, others: dict[int, Value]) -> Store:
    """Put numbers and other values in the place of the absent texts; a whole number becomes an ``int``."""
    encoded = numbers.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    pool: list[Value] = store.pool
    known: dict[Any, int] = {}
    found = [_whole(number) for number in encoded.dictionary.to_pylist()]
    renumbered = []
    for value in found:
        key = (value.__class__, value)
        if key not in known:
            known[key] = len(pool)
            pool.append(value)
        renumbered.append(known[key])
    codes = pc.coalesce(_numbers(renumbered).take(encoded.indices), store.codes)
    if others:
        rest = Store.of_values(list(others.values()))
        slots: list[int | None] = [None] * len(codes)
        for (row, _value), code in zip(others.items(), rest.codes.to_pylist(), strict=True):
            slots[row] = code + len(pool)
        codes = pc.coalesce(_numbers(slots), codes)
        pool = pool + rest.pool
    return Store(codes, None, pool)


def _whole(number: float) -> Value:
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
