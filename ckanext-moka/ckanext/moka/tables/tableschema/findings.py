"""What was found in one table: groups of equal faults with arrays of rows, never one object per cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as fresh
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .arrays import counting

__all__ = ["Entry", "Findings", "Group"]


class Entry(NamedTuple):
    """One fault: row number (``None`` for the header and the file), field number, type; ``text`` is the cell's."""

    row: int | None
    field: int | None
    type: str
    note: str
    text: str | None
    group: Group
    detail: Any


@dataclass(eq=False)
class Group:
    """Faults of one type and note in one column. ``rank`` is where frictionless lists them within a row."""

    type: str
    field: int | None
    name: str | None
    note: str
    rank: int
    rows: list[pa.Int64Array] = fresh(default_factory=list)
    texts: list[pa.StringArray] = fresh(default_factory=list)
    details: list[pa.Array] = fresh(default_factory=list)
    info: dict[str, Any] = fresh(default_factory=dict)

    @property
    def count(self) -> int:
        """How many cells or rows."""
        return sum(map(len, self.rows))

    def entries(self) -> Iterator[Entry]:
        """Yield the faults in the order they were found."""
        for number, rows in enumerate(self.rows):
            texts = self.texts[number].to_pylist() if self.texts else [None] * len(rows)
            details = self.details[number].to_pylist() if self.details else [None] * len(rows)
            for row, text, detail in zip(rows.to_pylist(), texts, details, strict=True):
                yield self.entry(row, text, detail)

    def entry(self, row: int, text: str | None, detail: Any) -> Entry:
        """Return one fault of this group."""
        note = self.note.format(detail) if self.details else self.note
        return Entry(row, self.field, self.type, note, text, self, detail)

    def take(self, number: int) -> Entry:
        """Return the fault with this number, counted over all pieces."""
        for piece, rows in enumerate(self.rows):
            if number < len(rows):
                text = self.texts[piece][number].as_py() if self.texts else None
                detail = self.details[piece][number].as_py() if self.details else None
                return self.entry(rows[number].as_py(), text, detail)
            number -= len(rows)
        raise IndexError(number)


class Findings:
    """All groups of one table, and the errors of its header and file as frictionless describes them."""

    def __init__(self) -> None:
        self.head: list[dict[str, Any]] = []
        self.tail: list[dict[str, Any]] = []
        self._groups: dict[tuple[Any, ...], Group] = {}

    @property
    def groups(self) -> list[Group]:
        """The groups, in no order."""
        return list(self._groups.values())

    def group(
        self, type: str, field: int | None, name: str | None, note: str, rank: int, **info: Any
    ) -> Group:
        """Return the group of this kind, made when new."""
        key = (type, field, note, tuple(info.get("key", ())))
        found = self._groups.get(key)
        if found is None:
            found = self._groups[key] = Group(type, field, name, note, rank, info=info)
        return found

    def totals(self) -> Counter[tuple[int | None, str]]:
        """Return the exact number of faults per (field number, type)."""
        result: Counter[tuple[int | None, str]] = Counter()
        for item in self._groups.values():
            result[item.field, item.type] += item.count
        for error in (*self.head, *self.tail):
            result[error.get("fieldNumber"), error["type"]] += 1
        return result

    def count(self) -> int:
        """Return the number of all faults."""
        return len(self.head) + len(self.tail) + sum(group.count for group in self._groups.values())

    def in_row_order(self) -> Iterator[Entry]:
        """Yield the faults of rows by row, and within a row in frictionless's order."""
        groups = [group for group in self._groups.values() if group.count]
        if not groups:
            return
        rows, ranks, owners, numbers = [], [], [], []
        for index, group in enumerate(groups):
            size = group.count
            rows += group.rows
            ranks.append(pa.repeat(pa.scalar(group.rank, pa.int32()), size))
            owners.append(pa.repeat(pa.scalar(index, pa.int32()), size))
            numbers.append(counting(size).cast(pa.int64()))
        table = pa.table(
            {
                "row": pa.chunked_array(rows, pa.int64()),
                "rank": pa.chunked_array(ranks, pa.int32()),
                "owner": pa.chunked_array(owners, pa.int32()),
                "number": pa.chunked_array(numbers, pa.int64()),
            }
        )
        order = pc.sort_indices(
            table,
            sort_keys=[
                ("row", "ascending"),
                ("rank", "ascending"),
                ("owner", "ascending"),
                ("number", "ascending"),
            ],
        )
        flat = [_Flat(group) for group in groups]
        for start in range(0, len(order), 65536):
            part = table.take(order.slice(start, 65536))
            for owner, number in zip(
                part.column("owner").to_pylist(), part.column("number").to_pylist(), strict=True
            ):
                yield flat[owner].entry(number)


class _Flat:
    """A group with its arrays joined, for reading single faults."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.rows = pa.chunked_array(group.rows, pa.int64()).combine_chunks()
        self.texts = pa.chunked_array(group.texts, pa.string()).combine_chunks() if group.texts else None
        self.details = pa.chunked_array(group.details).combine_chunks() if group.details else None

    def entry(self, number: int) -> Entry:
        text = self.texts[number].as_py() if self.texts is not None else None
        detail = self.details[number].as_py() if self.details is not None else None
        return self.group.entry(self.rows[number].as_py(), text, detail)
