"""Rows that arrive as Python lists, batch by batch, kept in Arrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .cells import MixedCells, Rows, SparseCells, TextCells
from .stores import Store, Value, code_array

__all__ = ["RowsBuilder", "rows_of_lists"]

_DENSE = 0.05


def rows_of_lists(rows: Iterable[Sequence[Value]]) -> Rows:
    """Return rows that were given as lists of values."""
    builder = RowsBuilder()
    builder.add([list(row) for row in rows])
    return builder.rows()


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
        widths = Counter(map(len, rows))
        if self._width is None:
            self._width = max(widths, key=lambda w: (widths[w], w), default=None)
        usual = self._width or 0
        if len(widths) > 1 or usual not in widths:
            self._widths.update(
                {n: len(row) for n, row in enumerate(rows, self._height) if len(row) != usual}
            )
        while (n := len(self._dense)) < max(widths, default=0):
            if sum(count for w, count in widths.items() if w > n) <= len(rows) * _DENSE and n >= usual:
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
        for number, row in enumerate(rows, self._height) if max(widths, default=0) > dense else ():
            for index in range(dense, len(row)):
                self._sparse.setdefault(index, {})[number] = row[index]
        self._height += len(rows)

    def rows(self) -> Rows:
        """Return what was added."""
        columns: list[Any] = [column.finish() for column in self._dense]
        last = max(self._sparse, default=-1) + 1
        columns += [SparseCells(self._height, self._sparse.get(i, {})) for i in range(len(columns), last)]
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
            blanks = self._blanks
            words = [v if v.__class__ is str and (v or blanks) else None for v in values]
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
        self._words.append(pa.array(words, pa.string()))

    def finish(self) -> TextCells | MixedCells:
        words = pa.chunked_array(self._words, pa.string())
        if self._texts:
            return TextCells(words)
        store = Store.of_texts(words) if self._blanks else _without_blanks(words)
        numbers = pa.chunked_array(self._numbers, pa.float64())
        if numbers.null_count == len(numbers) and not self._others:
            return MixedCells(store)
        return MixedCells(_with_numbers(store, numbers, self._others))


def _with_numbers(store: Store, numbers: Any, others: dict[int, Value]) -> Store:
    """Put numbers and other values in the place of the absent texts; a whole number becomes an ``int``."""
    encoded = numbers.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    pool: list[Value] = store.pool
    found = _wholes(encoded.dictionary)
    if found.count(0) < 2:
        renumbered: Iterable[int] = range(len(pool), len(pool) + len(found))
        pool += found
    else:
        # Zero and minus zero are two numbers for Arrow.
        first = found.index(0) + len(pool)
        kept = [n for n, value in enumerate(found) if value != 0 or n + len(pool) == first]
        places = {n: len(pool) + place for place, n in enumerate(kept)}
        renumbered = [places.get(n, places[first - len(pool)]) for n in range(len(found))]
        pool += [found[n] for n in kept]
    codes = pc.coalesce(code_array(renumbered).take(encoded.indices), store.codes)
    if others:
        rest = Store.of_values(list(others.values()))
        slots: list[int | None] = [None] * len(codes)
        for (row, _value), code in zip(others.items(), rest.codes.to_pylist(), strict=True):
            slots[row] = code + len(pool)
        codes = pc.coalesce(code_array(slots), codes)
        pool = pool + rest.pool
    return Store(codes, None, pool)


def _without_blanks(words: Any) -> Store:
    """Return the store of texts of which the empty ones are absent cells."""
    store = Store.of_texts(words)
    blank = pc.index(store.words, "").as_py()
    if blank < 0:
        return store
    if store.words.null_count:
        return Store.of_texts(pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words))
    parts = [store.words[:blank], pa.nulls(1, pa.string()), store.words[blank + 1 :]]
    return Store(store.codes, pa.concat_arrays(parts))


def _wholes(numbers: Any) -> list[Value]:
    """Return numbers as Python has them, whole ones of up to 15 digits as ``int``."""
    whole = pc.and_(pc.equal(pc.trunc(numbers), numbers), pc.less(pc.abs(numbers), 1e15))
    marks = pc.indices_nonzero(whole)
    found: list[Value] = numbers.to_pylist()
    for place, value in zip(marks.to_pylist(), numbers.take(marks).cast(pa.int64()).to_pylist(), strict=True):
        found[place] = value
    return found
