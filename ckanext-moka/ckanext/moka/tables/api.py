"""The door of the table engine: check a file, repair it, convert it, load its table. No CKAN, no services."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import moka_schemas

from .convert import FORMATS, CannotConvert, write
from .locate import locate
from .model import Change, Source, Table, UnreadableFile, Value
from .personal import running_text
from .questions import Answers, Question
from .read import read
from .recognise import recognise
from .repair import CleanTable, repair
from .report import ENGINE_VERSION, BadRows, Report, bad_rows, find, unreadable

__all__ = ["ENGINE_VERSION", "FORMATS", "CannotConvert", "Change", "Column", "LoadedTable", "Question", "Report", "UnreadableFile",
    "check", "convert", "fix", "load", "report_and_rows", "report_html", "running_text", "schemas",
]  # fmt: skip  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a loaded table: Japanese label, ASCII physical name, type, PostgreSQL type."""

    label: str
    name: str
    type: str
    pg_type: str


class LoadedTable:
    """A repaired table with typed columns."""

    def __init__(self, source: Source, clean: CleanTable, others: int = 0) -> None:
        self._clean = clean
        self.columns = [Column(c.label, c.name, c.type, c.pg_type) for c in clean.columns]
        self.row_count = clean.row_count
        self.schema_id = clean.source.schema_id
        self.sheet = clean.source.sheet.name
        self.changes = clean.changes
        self.sha256 = source.sha256
        self.other_tables = others

    @property
    def rows(self) -> Iterator[tuple[Value, ...]]:
        """A fresh iterator over the rows as tuples of Python values, ``None`` where a cell is empty."""
        return zip(*(column.values for column in self._clean.columns), strict=True)

    def write(self, out: Path, form: str, *, bom: bool = True) -> int:
        """Write the table in a format of ``FORMATS``; return the number of rows. Raises ``CannotConvert``."""
        return write(self._clean, out, form, bom=bom)


def load(path: str | Path, *, name: str | None = None, schema: str | None = None) -> LoadedTable:
    """Return the main table of the file, repaired and typed.

    ``name`` is the name people gave the file when ``path`` is a store's own. Raises ``UnreadableFile`` with a
    Japanese sentence when there is no table, or when its cells cannot be told apart.
    """
    source = read(Path(path), name)
    tables = find_tables(source, schema)
    table = main_table(tables)
    _refuse_shifted(table)
    return LoadedTable(source, repair(table), len(tables) - 1)


def check(
    path: str | Path,
    *,
    name: str | None = None,
    schema: str | None = None,
    lang: str = "ja",
    answers: Answers | None = None,
) -> Report:
    """Return the report on the file. ``schema`` is the id of a standard dataset when it is known.

    ``answers`` settles questions of the report by their ids; answers to what is not asked are left aside.
    A file that cannot be read gives a report with one fatal finding. Raises ``KeyError`` for an unknown schema,
    ``ValueError`` for a language other than ``ja`` and ``en``, and ``OSError`` when there is no such file.
    """
    if lang not in ("ja", "en"):
        raise ValueError(f"unknown language: {lang}")
    return _checked(Path(path), name, schema, lang, answers)[0]


def report_and_rows(
    path: str | Path,
    *,
    name: str | None = None,
    schema: str | None = None,
    lang: str = "ja",
    answers: Answers | None = None,
) -> tuple[Report, list[BadRows]]:
    """Return the report as :func:`check` does, with the rows that its findings point to."""
    report, tables = _checked(Path(path), name, schema, lang, answers)
    return report, [bad_rows(report, table) for table in tables]


def report_html(
    path: str | Path,
    *,
    name: str | None = None,
    schema: str | None = None,
    lang: str = "ja",
    answers: Answers | None = None,
) -> str:
    """Return the report as one printable HTML page. Raises as :func:`check`."""
    from .html import page

    return page([report_and_rows(path, name=name, schema=schema, lang=lang, answers=answers)], lang)


def fix(
    path: str | Path, out: str | Path, *, name: str | None = None, schema: str | None = None, bom: bool = True
) -> list[Change]:
    """Write the repaired main table as CSV (UTF-8, with BOM unless told otherwise); return what was changed.

    Raises ``UnreadableFile`` as :func:`load`.
    """
    table = load(path, name=name, schema=schema)
    table.write(Path(out), "csv", bom=bom)
    return table.changes


def convert(
    path: str | Path,
    out: str | Path,
    *,
    format: str,
    name: str | None = None,
    schema: str | None = None,
    bom: bool = True,
) -> int:
    """Write the repaired main table in ``format`` (see ``FORMATS``); return the number of rows.

    Raises ``UnreadableFile`` as :func:`load`, and ``CannotConvert`` (GeoJSON without coordinates, unknown format).
    """
    return load(path, name=name, schema=schema).write(Path(out), format, bom=bom)


def schemas() -> list[str]:
    """Return the ids of the standard datasets that ``schema`` can name."""
    return sorted({item.split(".")[0] for item in moka_schemas.table_schemas()})


def _checked(
    path: Path, name: str | None, schema: str | None, lang: str, answers: Answers | None = None
) -> tuple[Report, list[Table]]:
    started = time.perf_counter()
    size = path.stat().st_size
    try:
        source = read(path, name)
    except UnreadableFile as error:
        return unreadable(error, name or path.name, lang, size, started), []
    tables = find_tables(source, schema)
    cleaned = [repair(table) for table in tables]
    return find(source, tables, cleaned, lang, started, answers), tables


def find_tables(source: Source, schema: str | None = None) -> list[Table]:
    """Return the tables in all sheets that are shown, each tied to the standard it follows."""
    tables = []
    for sheet in source.sheets:
        if not sheet.hidden and sheet.rows:
            for table in locate(sheet):
                recognise(table, source.name, schema)
                tables.append(table)
    return tables


def main_table(tables: list[Table]) -> Table:
    """Return the table with the most cells; ``UnreadableFile`` when there is none with data."""
    ranked = sorted(
        tables, key=lambda t: (t.schema is not None, len(t.data_rows) * len(t.columns)), reverse=True
    )
    if not ranked or not ranked[0].columns:
        raise UnreadableFile("no-table")
    return ranked[0]


def _refuse_shifted(table: Table) -> None:
    if table.sheet.name is None and table.extra_cells:
        row = table.extra_cells[0][0] + 1
        count = len({r for r, _c in table.extra_cells})
        more = f"など {count} 行" if count > 1 else ""
        raise UnreadableFile("extra", rule="L1-15", row=row, more=more, width=len(table.columns))  # fmt: skip
