"""Tables after repair, and the files made of them: one CSV, one per table, in long form, by chosen rules; and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.filenames import safe_filename
from .convert import csv_rows, write, written
from .model import Change, Source, Table, UnreadableFile, Value
from .repair import EVERYTHING, CannotUndo, CleanTable, Selection, other_table, repair, to_long, undo

__all__ = [
    "Column",
    "LoadedTable",
    "choose",
    "load_tables",
    "main_first",
    "table_names",
    "undo_file",
    "write_fixed",
]

_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a loaded table: Japanese label, ASCII physical name, type, PostgreSQL type."""

    label: str
    name: str
    type: str
    pg_type: str


class LoadedTable:
    """A repaired table with typed columns, and what people wrote around it (title, as_of, unit, source, notes)."""

    def __init__(self, source: Source, clean: CleanTable, others: Sequence[Table] = ()) -> None:
        self._clean = clean
        self._others = list(others)
        self.columns = [Column(c.label, c.name, c.type, c.pg_type) for c in clean.columns]
        self.row_count = clean.row_count
        self.schema_id = clean.source.schema_id
        self.sheet = clean.source.sheet.name
        self.range = str(clean.source.range)
        self.sha256 = source.sha256
        self.encoding = source.encoding
        self.other_tables = len(self._others)
        said = clean.said
        self.title, self.as_of, self.unit, self.source = said.title, said.as_of, said.unit, said.source
        self.notes = list(said.notes)
        self.said = said

    @property
    def changes(self) -> Sequence[Change]:
        """Every difference between the cells of the file and those of this table."""
        return self._clean.changes

    @property
    def left_out(self) -> list[Change]:
        """One change for each other table of the file, none of which is in this one."""
        return [other_table(table) for table in self._others]

    @property
    def rows(self) -> Iterator[tuple[Value, ...]]:
        """A fresh iterator over the rows as tuples of Python values, ``None`` where a cell is empty."""
        return zip(*(column.values for column in self._clean.columns), strict=True)

    def long(self) -> LoadedTable | None:
        """Return the table with one row per year, ``None`` when its years do not stand as columns."""
        clean = to_long(self._clean)
        if clean is None:
            return None
        twin = LoadedTable.__new__(LoadedTable)
        twin.__dict__.update(self.__dict__)
        twin._clean = clean
        twin.columns = [Column(c.label, c.name, c.type, c.pg_type) for c in clean.columns]
        twin.row_count = clean.row_count
        return twin

    def write(self, out: Path, form: str, *, bom: bool = True) -> int:
        """Write the table in a format of ``FORMATS``; return the number of rows. Raises ``CannotConvert``."""
        return write(self._clean, out, form, bom=bom)

    def grid(self) -> list[list[str]]:
        """Return the cells as a CSV file carries them, the labels first."""
        return csv_rows(self._clean)


def choose(only: Iterable[str] | None, without: Iterable[str]) -> Selection:
    """Return the selection of rules that may change something."""
    if only is None and not list(without):
        return EVERYTHING
    return Selection(None if only is None else frozenset(only), frozenset(without))


def main_first(tables: list[Table]) -> list[Table]:
    """Return the tables with the main one first: a standard dataset, else the one with the most cells.

    Raises ``UnreadableFile`` when there is none with data.
    """
    ranked = sorted(
        tables, key=lambda t: (t.schema is not None, len(t.data_rows) * len(t.columns)), reverse=True
    )
    if not ranked or not ranked[0].columns:
        raise UnreadableFile("no-table")
    return ranked


def load_tables(source: Source, tables: list[Table], selection: Selection = EVERYTHING) -> list[LoadedTable]:
    """Return every table of a file repaired, in the order of the file."""
    shown = [table for table in tables if table.columns and table.data_rows] or tables
    return [
        LoadedTable(source, repair(table, selection), [other for other in shown if other is not table])
        for table in shown
    ]


def write_fixed(table: LoadedTable, out: Path, selection: Selection, *, bom: bool = True) -> list[Change]:
    """Write a repaired table as CSV and return what was changed.

    What stands around the table comes back where ``selection`` does not want it taken out.
    """
    changes = list(table.changes)
    unwanted = [c for c in changes if c.what != "long" and not selection.allows(c.rule)]
    if not unwanted:
        table.write(out, "csv", bom=bom)
    else:
        _write_grid(undo(table.grid(), changes, unwanted), out, bom)
        changes = [change for change in changes if change not in set(unwanted)]
    return changes + table.left_out


def _write_grid(grid: list[list[str]], out: Path, bom: bool) -> None:
    with (
        written(out) as partial,
        partial.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as stream,
    ):
        csv.writer(stream, lineterminator="\r\n").writerows(grid)


def undo_file(path: Path, changes: list[Change], out: Path, selection: Selection, *, bom: bool = True) -> int:
    """Write the repaired CSV at ``path`` with the selected changes taken back; return how many there were.

    Raises ``CannotUndo`` when the file is not the one that the changes led to.
    """
    text = path.read_bytes().decode("utf-8-sig")
    grid = [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    picked = [change for change in changes if selection.allows(change.rule)]
    try:
        restored = undo(grid, changes, picked)
    except (IndexError, ValueError) as error:
        if isinstance(error, CannotUndo):
            raise
        raise CannotUndo(
            "変更の一覧とファイルが合いません。直したときの一覧とファイルを選んでください。"
        ) from error
    _write_grid(restored, out, bom)
    return len(picked)


def table_names(tables: list[LoadedTable], stem: str) -> list[str]:
    """Return one file name per table: the stem of the file, then title or sheet, numbered where they repeat."""
    names: list[str] = []
    for number, table in enumerate(tables, start=1):
        title = " ".join((table.title or "").split())[:_LONGEST_TITLE]
        base = safe_filename(f"{stem}_{title or table.sheet or number}".replace("/", "／"), 200)
        name = base
        while f"{name}.csv" in names:
            name = f"{base}_{number}"
        names.append(f"{name}.csv")
    return names if len(tables) > 1 else [f"{safe_filename(stem, 200)}.csv"]
