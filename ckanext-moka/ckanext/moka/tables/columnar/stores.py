"""What one column of a table holds: its distinct values in order of first appearance, and which one each cell has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Store", "Value", "is_filled", "code_array", "pick"]

Value = str | int | float | bool | date | datetime | time | timedelta | None


def is_filled(value: Value) -> bool:
    """Tell whether a cell holds more than white space."""
    return value is not None and value != "" and not (isinstance(value, str) and value.isspace())


def code_array(values: Iterable[int | None]) -> Any:
    """Return an Arrow array of codes."""
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
        return cls(code_array(codes), None, pool)

    @classmethod
    def of_texts(cls, array: Any) -> Store:
        """Return the store of an Arrow array (or chunked array) of strings; null is an absent cell."""
        encoded = array.dictionary_encode(null_encoding="encode")
        if isinstance(encoded, pa.ChunkedArray):
            if encoded.num_chunks == 0:
                return cls(code_array([]), pa.array([], pa.string()))
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
        order = pc.index_in(code_array(range(self.size)), found.field("values"))
        return pc.fill_null(found.field("counts").take(order), 0)

    @property
    def tally(self) -> list[int]:
        """Number of cells per distinct value."""
        return self.counted.to_pylist()

    @cached_property
    def _kinds(self) -> Counter[type]:
        """Number of cells per type among those that are not text; ``NoneType`` for the absent ones."""
        found: Counter[type] = Counter()
        if not self.words.null_count:
            return found
        nulls = pc.indices_nonzero(pc.is_null(self.words))
        counts = self.counted.take(nulls).to_pylist()
        for code, count in zip(nulls.to_pylist(), counts, strict=True):
            found[type(self._pool[code] if self._pool is not None else None)] += count
        return found

    @property
    def absent(self) -> int:
        """Number of cells without a value."""
        return self._kinds[type(None)]

    @property
    def native(self) -> Counter[type]:
        """Number of cells per type among those that are neither text nor absent."""
        return Counter({kind: count for kind, count in self._kinds.items() if kind is not type(None)})

    def tally_of(self, code: int) -> int:
        """Number of cells with one distinct value."""
        return self.counted[code].as_py()

    def pool_part(self, start: int, stop: int) -> list[Value]:
        """Return some of the distinct values as Python objects."""
        return self._pool[start:stop] if self._pool is not None else self._words[start:stop].to_pylist()

    def select(self, rows: Sequence[int]) -> Store:
        """Return the cells at ``rows`` as a store of its own."""
        codes = pick(self.codes, rows)
        used = pc.unique(codes)
        if len(used) == self.size and used.equals(code_array(range(self.size))):
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
            marks = pc.is_in(code_array(range(self.size)), code_array(codes))
            words = pc.replace_with_mask(self._words, marks, pa.array([new[c] for c in codes], pa.string()))
            again = Store.of_texts(words)
            return Store(again.codes.take(self.codes), again.words)
        pool = list(self.pool)
        for code, value in new.items():
            pool[code] = value
        merged = Store.of_values(pool)
        codes = self.codes if merged.size == len(pool) else merged.codes.take(self.codes)
        return Store(codes, None, merged.pool)


def pick(array: Any, rows: Sequence[int]) -> Any:
    """Return the items of an Arrow array at ``rows``, without a copy where they stand together."""
    if not len(rows):
        return array[0:0]
    low, high = rows[0], rows[-1]
    if high - low + 1 == len(rows):
        return array[low : high + 1]
    return array.take(pa.array(rows, pa.int64()))
