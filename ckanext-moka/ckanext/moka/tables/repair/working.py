"""A column under repair. All steps work on its distinct texts; its cells are written anew only when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from re import Pattern
from typing import Any, cast

from ..model import Change, Column, Table, Value, address, as_text
from ..profile import Profile, profile

__all__ = ["EVERYTHING", "Selection", "Working"]


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
    """A column with its chain of edits; ``texts`` are the distinct texts as they stand now, with their counts."""

    def __init__(
        self, table: Table, column: Column, item: dict[str, Any] | None, selection: Selection = EVERYTHING
    ) -> None:
        self.table, self.item, self.selection = table, item, selection
        self.label, self.raw_label, self.index = column.label, column.raw_label, column.index
        self.unit = ""
        self.edits: list[tuple[str, dict[str, str]]] = []
        self.changed = 0
        self._start(column)

    def _start(self, column: Column) -> None:
        self.source = column
        self.texts = column.texts
        self.native = column.native
        self.filled = column.filled
        self.final: dict[str, str] = {}
        self._forget()

    def _forget(self) -> None:
        self.profiles: dict[str | None, Any] = {}
        self._joined: str | None = None

    @property
    def declared(self) -> str | None:
        """The type that the standard gives the column, if it belongs to one."""
        return str(self.item["type"]) if self.item else None

    @property
    def joined(self) -> str:
        """All distinct texts in one string: one search tells whether a pattern occurs at all."""
        if self._joined is None:
            self._joined = "\x1f".join(self.texts)
        return self._joined

    @property
    def profile(self) -> Profile:
        """What the column holds as it stands now."""
        return profile(cast(Column, self), self.declared)

    def matching(self, pattern: Pattern[str]) -> set[str]:
        """Return the distinct texts in which ``pattern`` is found."""
        return {t for t in self.texts if pattern.search(t)} if pattern.search(self.joined) else set()

    def as_texts(self, *kinds: type) -> None:
        """Take the values of ``kinds`` for the texts that a CSV file would carry. Only before the first edit."""
        if any(kind in self.native for kind in kinds):
            values: list[Value] = [as_text(v) if type(v) in kinds else v for v in self.source.values]
            self._start(Column(self.source.index, self.source.raw_label, self.source.label, values))

    def edit(self, rule: str, mapping: Mapping[str, str]) -> bool:
        """Write every text that is a key of ``mapping`` as its value, under ``rule``; tell whether it was wanted."""
        if not self.selection.allows(rule):
            return False
        wanted = {old: new for old, new in mapping.items() if old != new and old in self.texts}
        if not wanted:
            return True
        texts = Counter({text: count for text, count in self.texts.items() if text not in wanted})
        for old, new in wanted.items():
            count = self.texts[old]
            self.changed += count
            if new:
                texts[new] += count
            else:
                self.filled -= count
        final = {first: wanted.get(now, now) for first, now in self.final.items()}
        original = self.source.texts
        final.update({old: new for old, new in wanted.items() if old in original and old not in self.final})
        self.final, self.texts = final, texts
        self.edits.append((rule, wanted))
        self._forget()
        return True

    def values(self) -> list[Value]:
        """The cells as they stand now; an empty text is ``None``."""
        final = self.final
        if not final:
            return self.source.values
        return [(final[v] or None) if isinstance(v, str) and v in final else v for v in self.source.values]

    def changes(self) -> Iterator[Change]:
        """Every changed cell, step by step."""
        sheet = self.table.sheet.name
        for position, value in self.source.places(set(self.final)):
            cell, row = self.table.place(position, self.source)
            for rule, mapping in self.edits:
                new = mapping.get(value)
                if new is not None:
                    yield Change(rule, sheet, cell, row, self.label, value, new)
                    value = new

    def header_cell(self) -> str:
        """The address of the label."""
        return address(self.table.header_rows[-1], self.index)
