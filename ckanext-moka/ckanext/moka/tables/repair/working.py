"""A column under repair. All steps work on its distinct texts; its cells are written anew only when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from re import Pattern
from typing import Any

from ..judging.profile import Profile, profile
from ..model import Change, Column, Table, Value, address, as_text, column_letters

__all__ = ["EVERYTHING", "Selection", "Working"]

NATIVES = (int, float, bool, date, datetime, time, timedelta)


@dataclass(frozen=True)
class Selection:
    """Which rules may change something: all but ``without``, or only those of ``only``."""

    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    def allows(self, rule: str) -> bool:
        """Tell whether changes of ``rule`` are wanted."""
        return rule not in self.without and (self.only is None or rule in self.only)


EVERYTHING = Selection()


class Working:
    """A column with its chain of edits; ``column`` is how it stands now, ``source`` how it stood."""

    def __init__(
        self,
        table: Table,
        column: Column,
        item: dict[str, Any] | None,
        label: str,
        selection: Selection = EVERYTHING,
    ) -> None:
        self.table, self.item, self.selection = table, item, selection
        self.label, self.raw_label, self.index = label, column.raw_label, column.index
        self.unit = ""
        self.half = False
        self.edits: list[tuple[str, dict[str, str]]] = []
        self.changed = 0
        self._start(column)

    def _start(self, column: Column) -> None:
        self.source = column
        self.column = column.renamed(self.label)
        self._final: dict[str, str] = {}

    @property
    def declared(self) -> str | None:
        """The type that the standard gives the column, if it belongs to one."""
        return str(self.item["type"]) if self.item else None

    @property
    def native(self) -> Counter[type]:
        """Number of cells per type among those that are not text and not empty."""
        return self.column.native

    @property
    def profile(self) -> Profile:
        """What the column holds as it stands now."""
        return profile(self.column, self.declared)

    def matching(self, pattern: Pattern[str]) -> set[str]:
        """Return the distinct texts in which ``pattern`` is found."""
        return self.column.matching(pattern)

    def as_texts(self, *kinds: type) -> None:
        """Take the values of ``kinds`` for the texts that a CSV file would carry. Only before the first edit."""
        if any(kind in self.native for kind in kinds):
            column = self.source.renamed(self.source.label)
            column.converted({v: as_text(v) for v in self.source.store.pool if type(v) in kinds})
            self._start(column)

    def edit(self, rule: str, mapping: Mapping[str, str]) -> bool:
        """Write every text that is a key of ``mapping`` as its value, under ``rule``; tell whether it was wanted."""
        if not self.selection.allows(rule):
            return False
        wanted = {old: new for old, new in mapping.items() if old != new}
        present = self.column.among(wanted) if wanted else set()
        wanted = {old: new for old, new in wanted.items() if old in present}
        if not wanted:
            return True
        self.changed += self.column.count(wanted)
        original = self.source.among(wanted) - set(self._final)
        self._final = {first: wanted.get(now, now) for first, now in self._final.items()}
        self._final.update({old: wanted[old] for old in original})
        self.edits.append((rule, wanted))
        self.column.rewritten({old: new or None for old, new in wanted.items()})
        return True

    def values(self) -> Sequence[Value]:
        """The cells as they stand now; a text that became empty is ``None``."""
        return self.column.values

    def changes(self) -> Iterator[Change]:
        """Every changed cell, step by step."""
        sheet, rows = self.table.sheet.name, self.table.data_rows
        letters, label = column_letters(self.index), self.label
        for position, value in self.source.places(set(self._final)):
            row = rows[position] + 1
            cell = f"{letters}{row}"
            for rule, mapping in self.edits:
                new = mapping.get(value)
                if new is not None:
                    yield Change(rule, sheet, cell, row, label, value, new)
                    value = new

    def header_cell(self) -> str:
        """The address of the label."""
        return address(self.table.header_rows[-1], self.index)
