"""What repair hands back: typed columns, what was said around the table, and every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import chain
from typing import Any, overload

from ..model import Change, Column, Table, Value, as_text
from .said import Said

__all__ = ["PG_TYPES", "ChangeList", "CleanColumn", "CleanTable", "cast_value"]

PG_TYPES = {
    "text": "text",
    "integer": "int8",
    "number": "float8",
    "date": "date",
    "datetime": "timestamp",
    "boolean": "bool",
}


@dataclass
class CleanColumn:
    """A repaired column: ``values`` have its type, ``written`` are spelled as in the file (1200.0 is not 1200)."""

    index: int
    label: str
    name: str
    type: str
    cells: Callable[[], Sequence[Value]]
    unit: str = ""

    @cached_property
    def written(self) -> Sequence[Value]:
        """The cells as repair left them."""
        return self.cells()

    @cached_property
    def values(self) -> list[Value]:
        """The cells as values of the column's type, ``None`` where empty."""
        known: dict[tuple[type, Value], Value] = {}
        result: list[Value] = []
        for value in self.written:
            if self.type == "text" and isinstance(value, str):
                result.append(value or None)
                continue
            key = (type(value), value)
            if key not in known:
                known[key] = cast_value(value, self.type)
            result.append(known[key])
        return result

    @property
    def pg_type(self) -> str:
        """The PostgreSQL type that holds every value."""
        return PG_TYPES[self.type]


class ChangeList(Sequence[Change]):
    """All changes in order; their number is known at once, the list is written out when it is looked at."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, Callable[[], Iterator[Change]]]] = []

    def add(self, count: int, part: Callable[[], Iterator[Change]]) -> None:
        """Add a part of the list, written out later."""
        if count:
            self._parts.append((count, part))
            self.__dict__.pop("_all", None)

    def extend(self, changes: list[Change]) -> None:
        """Add changes that are known already."""
        self.add(len(changes), lambda: iter(changes))

    @cached_property
    def _all(self) -> list[Change]:
        return list(chain.from_iterable(part() for _count, part in self._parts))

    def __iter__(self) -> Iterator[Change]:
        return iter(self._all)

    def __len__(self) -> int:
        return sum(count for count, _part in self._parts)

    @overload
    def __getitem__(self, index: int) -> Change: ...

    @overload
    def __getitem__(self, index: slice) -> list[Change]: ...

    def __getitem__(self, index: int | slice) -> Change | list[Change]:
        return self._all[index]


@dataclass
class CleanTable:
    """A table after repair, the list of what was changed, and what people wrote around the table."""

    source: Table
    columns: list[CleanColumn]
    changes: Sequence[Change] = field(default_factory=ChangeList)
    said: Said = field(default_factory=Said)
    after: list[Column] = field(default_factory=list)
    length: int | None = None

    @property
    def row_count(self) -> int:
        """Number of rows of data."""
        if self.length is not None:
            return self.length
        return len(self.source.data_rows) if self.columns else 0


def cast_value(value: Value, kind: str) -> Any:
    """Return a repaired cell as a value of the column type ``kind``."""
    if value is None or value == "":
        return None
    if kind == "text":
        return as_text(value)
    if kind == "integer":
        return int(value)  # type: ignore[arg-type]
    if kind == "number":
        return float(value)  # type: ignore[arg-type]
    if kind == "date":
        if isinstance(value, datetime):
            return value.date()
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    if kind == "datetime":
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime.combine(value, time())
        return datetime.fromisoformat(str(value))
    return value if not isinstance(value, timedelta) else as_text(value)
