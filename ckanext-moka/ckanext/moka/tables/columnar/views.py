"""The cells of a long column as if they were a list, its distinct values as if they were a Counter.

Nothing is kept: whoever goes through them gets Python objects in batches. Small columns use plain lists and Counters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import pyarrow as pa
import pyarrow.compute as pc

from .cells import Store, Value

__all__ = ["Cells", "Tally", "TextTally"]

_BATCH = 8192
_FIRST = 64
_SINGLE = 16


class Cells(Sequence[Value]):
    """All cells of a column, from top to bottom."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def store(self) -> Store:
        """The column's distinct values and codes."""
        return self._store

    def __len__(self) -> int:
        return len(self._store)

    @overload
    def __getitem__(self, position: int) -> Value: ...
    @overload
    def __getitem__(self, position: slice) -> list[Value]: ...
    def __getitem__(self, position: int | slice) -> Value | list[Value]:
        if isinstance(position, slice):
            return [self[index] for index in range(*position.indices(len(self)))]
        return self._store.value(position if position >= 0 else position + len(self))

    def __iter__(self) -> Iterator[Value]:
        for start in range(0, len(self), _BATCH):
            yield from self._store.values(start, min(start + _BATCH, len(self)))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (list, Cells)):
            return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]


class Tally(Mapping[Any, int]):
    """The distinct values of a column with their counts, in order of first appearance; 0 for what does not occur."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked = 0

    def __len__(self) -> int:
        return self._store.size

    def __iter__(self) -> Iterator[Any]:
        # Many look at the first few only.
        start, size = 0, _FIRST
        while start < self._store.size:
            yield from self._store.pool_part(start, start + size)
            start, size = start + size, min(size * 4, _BATCH)

    def __getitem__(self, value: Any) -> int:
        return self.get(value, 0)

    def __contains__(self, value: object) -> bool:
        return self._code(value) is not None

    def get(self, value: Any, default: Any = None) -> Any:
        """Return the count of ``value``, ``default`` when it does not occur."""
        code = self._code(value)
        return default if code is None else self._store.tally_of(code)

    def items(self) -> Any:
        """Yield values with their counts."""
        for start in range(0, self._store.size, _BATCH):
            counts = self._store.counted[start : start + _BATCH].to_pylist()
            yield from zip(self._store.pool_part(start, start + _BATCH), counts, strict=True)

    def values(self) -> Any:
        """Yield the counts."""
        return iter(self._store.tally)

    def total(self) -> int:
        """Number of cells."""
        return int(pc.sum(self._store.counted).as_py() or 0)

    @cached_property
    def _codes(self) -> dict[Any, int]:
        return {value: code for code, value in enumerate(self)}

    def _code(self, value: object) -> int | None:
        if self._asked < _SINGLE and isinstance(value, str):
            # One look-up is a search through Arrow; many of them make a dictionary.
            self._asked += 1
            code = pc.index(self._store.words, pa.scalar(value, pa.string())).as_py()
            return None if code < 0 else code
        return self._codes.get(value)


class TextTally(Tally):
    """The distinct texts of a column with their counts."""

    def __init__(self, store: Store) -> None:
        words = store.words
        plain = pc.fill_null(pc.greater(pc.binary_length(words), 0), False)
        if not pc.all(plain).as_py():
            # A store of the texts alone: it has counts, but no cells.
            kept = pc.indices_nonzero(plain)
            counted = store.counted.take(kept)
            store = Store(pa.array([], pa.int32()), words.take(kept))
            store.__dict__["counted"] = counted
        super().__init__(store)
