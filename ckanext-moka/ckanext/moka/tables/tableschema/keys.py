"""Unique values, primary keys and foreign keys, compared on parsed values (1 = ０1 = " 1 ").

Keys come from :mod:`.values`: equal texts stand for equal values. Order and notes follow frictionless 5.21.0,
``resources/table.py`` (``row_stream``): a repetition names the last row before it with the same value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["KeyColumns", "Repeats", "absent_from", "joined", "repeats"]


@dataclass
class KeyColumns:
    """The key columns of a table, gathered piece by piece in row order of the pieces."""

    names: Sequence[str]
    rows: list[pa.Int64Array] = field(default_factory=list)
    columns: dict[str, list[pa.Array]] = field(default_factory=dict)

    def add(self, rows: pa.Int64Array, keys: dict[str, pa.Array]) -> None:
        """Take the keys of a piece."""
        self.rows.append(rows)
        for name, array in keys.items():
            self.columns.setdefault(name, []).append(array)

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one column."""
        return pa.chunked_array(self.columns.get(name, []), pa.string())

    def row_numbers(self) -> pa.ChunkedArray:
        """Return the row numbers, in the order of the keys."""
        return pa.chunked_array(self.rows, pa.int64())


@dataclass
class Repeats:
    """Rows that repeat a key, each with the last row before it that has the same."""

    rows: pa.Int64Array
    before: pa.Int64Array


def repeats(keys: pa.ChunkedArray, rows: pa.ChunkedArray) -> Repeats | None:
    """Return every later occurrence of a key; nulls are no keys."""
    total = len(keys) - keys.null_count
    if total < 2:
        return None
    coded = keys.combine_chunks().dictionary_encode()
    if len(coded.dictionary) == total:
        return None
    counts = pc.value_counts(coded.indices.drop_null())
    doubled = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    mask = pc.is_in(coded.indices, value_set=doubled)
    found = pa.table(
        {"row": rows.combine_chunks().filter(mask), "key": keys.combine_chunks().filter(mask)}
    ).sort_by("row")
    later: list[int] = []
    before: list[int] = []
    last: dict[str, int] = {}
    for row, key in zip(found.column("row").to_pylist(), found.column("key").to_pylist(), strict=True):
        if key in last:
            later.append(row)
            before.append(last[key])
        last[key] = row
    return Repeats(pa.array(later, pa.int64()), pa.array(before, pa.int64()))


def joined(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Return one key for several columns: null only where all are null. Lengths keep the parts apart."""
    if len(columns) == 1:
        return columns[0]
    if not columns:
        return pa.chunked_array([], pa.string())
    parts: list[pa.ChunkedArray] = []
    for column in columns:
        size = pc.cast(pc.binary_length(column), pa.string())
        parts += [pc.fill_null(size, "-"), pc.fill_null(column, "")]
    key = pc.binary_join_element_wise(*parts, ":")
    none = pc.is_null(columns[0])
    for column in columns[1:]:
        none = pc.and_(none, pc.is_null(column))
    return pc.if_else(none, pa.scalar(None, pa.string()), key)


def absent_from(keys: pa.ChunkedArray | pa.Array, known: pa.Array) -> pa.ChunkedArray | pa.BooleanArray:
    """Tell which keys are not among ``known``; null keys pass."""
    return pc.and_(pc.is_valid(keys), pc.invert(pc.is_in(keys, value_set=known)))
