"""What the stages of the engine hand to each other. Rows and columns count from 0 here, from 1 in what people see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from .columnar.cells import Rows, Value
from .columnar.columns import Column
from .columnar.rowsbuilder import rows_of_lists
from .texts import sentence

__all__ = [
    "Change",
    "Column",
    "Finding",
    "Fields",
    "Range",
    "Remnant",
    "Sheet",
    "Source",
    "SourceNote",
    "Table",
    "UnreadableFile",
    "Value",
    "address",
    "as_text",
    "column_letters",
    "show",
]


class UnreadableFile(Exception):
    """The file cannot be read as a table; ``str(error)`` says why and what to do, in Japanese."""

    def __init__(self, name: str, rule: str = "source-error", **data: Any) -> None:
        self.rule, self.name, self.data = rule, name, data
        ja = {key: value["ja"] if isinstance(value, dict) else value for key, value in data.items()}
        super().__init__("".join(sentence(rule, name, part, "ja", ja) for part in ("message", "remedy")))


class Range(NamedTuple):
    """A block of cells, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        first, last = address(self.top, self.left), address(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"


class SourceNote(NamedTuple):
    """Something noticed while reading: a rule, its variant, and the values for its message."""

    rule: str
    variant: str
    data: dict[str, Any]


class Remnant(NamedTuple):
    """Something that a workbook carries besides the values of its sheets; ``texts`` are looked at, never shown.

    ``size`` says how many there are, ``labels`` are names of fields to which the texts belong, where there are any (the cache of a pivot table).
    """

    kind: str
    sheet: str | None = None
    cell: str | None = None
    size: int = 1
    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(slots=True)
class Sheet:
    """One sheet (or the one table of a text file) with its cells and what a spreadsheet hides in it."""

    name: str | None
    rows: Rows
    hidden: bool = False
    very_hidden: bool = False
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    comments: list[tuple[int, int, str]] = field(default_factory=list)
    formulas: list[tuple[int, int, str, bool]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    objects: int = 0
    blank_tail: int = 0
    formats: list[tuple[int, int, frozenset[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not isinstance(self.rows, Rows):
            self.rows = rows_of_lists(self.rows)


@dataclass(slots=True)
class Source:
    """A file that was read."""

    name: str
    format: str
    size: int
    sha256: str
    encoding: str | None = None
    bom: bool = False
    delimiter: str = ","
    sheets: list[Sheet] = field(default_factory=list)
    notes: list[SourceNote] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    remnants: list[Remnant] = field(default_factory=list)
    judged: list[Any] = field(default_factory=list)


@dataclass
class Table:
    """A table found in a sheet."""

    sheet: Sheet
    header_rows: list[int]
    data_rows: list[int]
    columns: list[Column]
    title_rows: list[int] = field(default_factory=list)
    meta_rows: list[int] = field(default_factory=list)
    note_rows: list[int] = field(default_factory=list)
    blank_rows: list[int] = field(default_factory=list)
    blank_columns: list[int] = field(default_factory=list)
    side_cells: list[tuple[int, int]] = field(default_factory=list)
    extra_cells: list[tuple[int, int]] = field(default_factory=list)
    schema: dict[str, Any] | None = None
    schema_id: str | None = None
    layout: str = ""
    confidence: float = 0.0
    schema_fields: dict[int, dict[str, Any]] = field(default_factory=dict)
    missing_fields: list[dict[str, Any]] = field(default_factory=list)

    @property
    def range(self) -> Range:
        """The block from the header to the last row of data."""
        rows = [*self.header_rows, *self.data_rows[:1], *self.data_rows[-1:]] or [0]
        columns = [column.index for column in self.columns] or [0]
        return Range(min(rows), min(columns), max(rows), max(columns))

    def place(self, position: int, column: Column) -> tuple[str, int]:
        """Return the A1 address and the row number (from 1) of a data cell."""
        row = self.data_rows[position]
        return address(row, column.index), row + 1


class Fields(NamedTuple):
    """Where a finding points to."""

    sheet: str | None = None
    cell: str | None = None
    row: int | None = None
    field: str | None = None
    value: str | None = None


@dataclass
class Finding:
    """One group of equal faults: the first place, how many there are, and the first few of them."""

    rule: str
    severity: str
    title: str
    message: str
    reason: str
    remedy: str
    fixable: bool
    place: Fields = Fields()
    count: int = 1
    cells: list[Any] = field(default_factory=list)
    order: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as in version 1 of the report; ``count`` is exact, ``cells`` holds the first ones."""
        return {
            "rule": self.rule, "severity": self.severity, **self.place._asdict(),
            "message": self.message, "remedy": self.remedy, "fixable": self.fixable,
            "title": self.title, "reason": self.reason, "count": self.count,
            "cells_shown": len(self.cells), "cells": self.cells,
        }  # fmt: skip


class Change(NamedTuple):
    """One repair that can be shown and undone.

    ``what`` is ``cell`` (a cell of the table was spelled anew), ``row``, ``column``, ``table`` (taken out, ``new``
    is null), ``beside`` (a cell beside the table was taken out), ``split`` (one cell became two, ``new`` joins them
    by `` / ``), ``formula`` (the stored result stands for the formula) or ``long`` (a column became rows).
    """

    rule: str
    sheet: str | None
    cell: str | None
    row: int | None
    field: str | None
    old: str
    new: str | None
    what: str = "cell"

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain data; ``new`` is null where something was taken out."""
        return self._asdict()


def column_letters(index: int) -> str:
    """Return the letters of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Return the A1 address of a cell."""
    return f"{column_letters(column)}{row + 1}"


def show(value: Value, limit: int = 60) -> str:
    """Return a cell as text for a message; what is longer than ``limit`` says how long it is."""
    text = as_text(value)
    text = text.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎").replace("\x00", "␀")
    return text if len(text) <= limit else f"{text[:limit]}…（全{len(text)}文字）"


def as_text(value: Value) -> str:
    """Return the text of a cell as a CSV file would carry it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, time):
        return value.strftime("%H:%M") if value.second == 0 else value.strftime("%H:%M:%S")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")
    return value.isoformat() if isinstance(value, date) else str(value)
