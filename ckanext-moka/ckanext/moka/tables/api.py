"""The door of the table engine: check a file, repair it, convert it, load its table. No CKAN, no services."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import moka_schemas

from .convert import FORMATS, CannotConvert
from .judging.personal import running_text
from .judging.questions import Answers, Question
from .loaded import Column, LoadedTable, choose, load_tables, main_first, table_names, undo_file, write_fixed
from .locating.locate import locate
from .model import Change, Source, Table, UnreadableFile
from .progress import stage
from .reading.read import read
from .recognise import recognise
from .repair import EVERYTHING, CannotUndo, Selection, repair, undo
from .repair import RULES as REPAIRS
from .reporting.plaintext import change_groups
from .reporting.report import ENGINE_VERSION, BadRows, Report, bad_rows, find, unreadable
from .tableschema.located import descriptor_path, judge_located
from .tableschema.validate import Validation, validate

__all__ = [
    "ENGINE_VERSION", "FORMATS", "REPAIRS", "CannotConvert", "CannotUndo", "Change", "Column", "LoadedTable", "Question",
    "Report", "UnreadableFile", "Validation", "change_groups", "check", "convert", "fix", "fix_all", "fix_main", "load", "report_and_rows", "report_html",
    "running_text", "schemas", "undo", "undo_fix", "validate",
]  # fmt: skip


def load(path: str | Path, *, name: str | None = None, schema: str | None = None) -> LoadedTable:
    """Return the main table of the file, repaired and typed.

    ``name`` is the name people gave the file when ``path`` is a store's own. Raises ``UnreadableFile`` with a
    Japanese sentence when there is no table, or when its cells cannot be told apart.
    """
    return _load(Path(path), name, schema, EVERYTHING)


def _load(path: Path, name: str | None, schema: str | None, selection: Selection) -> LoadedTable:
    source = read(path, name)
    stage("locate")
    main, *others = main_first(find_tables(source, schema))
    _refuse_shifted(main)
    stage("repair")
    return LoadedTable(source, repair(main, selection), others)


def check(
    path: str | Path,
    *,
    name: str | None = None,
    schema: str | None = None,
    lang: str = "ja",
    answers: Answers | None = None,
) -> Report:
    """Return the report on the file. ``schema`` is the id of a standard dataset when it is known, or the path of a
    Table Schema or data package (JSON, YAML), whose findings then take the place of those of the standard.

    ``answers`` settles questions of the report by their ids; answers to what is not asked are left aside.
    A file that cannot be read gives a report with one fatal finding. Raises ``KeyError`` for an unknown schema,
    ``ValueError`` for a language other than ``ja`` and ``en`` and for answers that are not true or false, and
    ``OSError`` when there is no such file.
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
    from .reporting.html import page

    return page([report_and_rows(path, name=name, schema=schema, lang=lang, answers=answers)], lang)


def fix(
    path: str | Path,
    out: str | Path,
    *,
    name: str | None = None,
    schema: str | None = None,
    bom: bool = True,
    only: Iterable[str] | None = None,
    without: Iterable[str] = (),
    long: bool = False,
) -> list[Change]:
    """Write the repaired main table as CSV (UTF-8, with BOM unless told otherwise); return what was changed.

    ``only`` and ``without`` choose repairs by their rules (``REPAIRS``). ``long`` turns years that stand as columns
    into rows, where they do. Raises ``UnreadableFile`` as :func:`load`.
    """
    return fix_main(path, out, name=name, schema=schema, bom=bom, only=only, without=without, long=long)[2]


def fix_main(
    path: str | Path,
    out: str | Path,
    *,
    name: str | None = None,
    schema: str | None = None,
    bom: bool = True,
    only: Iterable[str] | None = None,
    without: Iterable[str] = (),
    long: bool = False,
) -> tuple[Path, LoadedTable, list[Change]]:
    """Do what :func:`fix` does and return path, table and changes."""
    selection = choose(only, without)
    table = _load(Path(path), name, schema, selection)
    if long:
        table = table.long() or table
    stage("write")
    return Path(out), table, write_fixed(table, Path(out), selection, bom=bom)


def fix_all(
    path: str | Path,
    folder: str | Path,
    *,
    name: str | None = None,
    schema: str | None = None,
    bom: bool = True,
    only: Iterable[str] | None = None,
    without: Iterable[str] = (),
    long: bool = False,
) -> list[tuple[Path, LoadedTable, list[Change]]]:
    """Write every table of the file as a CSV of its own into ``folder``, named by title or sheet.

    Returns path, table and changes of each. Raises ``UnreadableFile`` as :func:`load`.
    """
    selection = choose(only, without)
    source = read(Path(path), name)
    tables = find_tables(source, schema)
    main_first(tables)
    for located in tables:
        _refuse_shifted(located)
    loaded = load_tables(source, tables, selection)
    done = []
    for table, file in zip(loaded, table_names(loaded, Path(source.name).stem), strict=True):
        shown = (table.long() or table) if long else table
        out = Path(folder) / file
        done.append((out, shown, write_fixed(shown, out, selection, bom=bom)))
    return done


def undo_fix(
    path: str | Path,
    changes: Iterable[Mapping[str, Any]],
    out: str | Path,
    *,
    bom: bool = True,
    only: Iterable[str] | None = None,
    without: Iterable[str] = (),
) -> int:
    """Take changes (as ``Change.to_dict`` gives them) of a repaired CSV back; return how many.

    Raises ``CannotUndo`` with a Japanese sentence when file and changes do not belong together.
    """
    listed = [Change(**change) for change in changes]
    return undo_file(Path(path), listed, Path(out), choose(only, without), bom=bom)


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
    if any(not isinstance(value, bool) for value in (answers or {}).values()):
        raise ValueError("answers are true or false")
    started = time.perf_counter()
    size = path.stat().st_size
    try:
        source = read(path, name)
    except UnreadableFile as error:
        return unreadable(error, name or path.name, lang, size, started), []
    descriptor = descriptor_path(schema)
    stage("locate")
    tables = find_tables(source, None if descriptor else schema)
    if descriptor:
        source.judged = judge_located(tables, descriptor, source)
    stage("repair")
    cleaned = [repair(table) for table in tables]
    stage("check")
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


def _refuse_shifted(table: Table) -> None:
    if table.sheet.name is None and table.extra_cells:
        row = table.extra_cells[0][0] + 1
        count = len({r for r, _c in table.extra_cells})
        more = f"など {count} 行" if count > 1 else ""
        raise UnreadableFile("extra", rule="L1-15", row=row, more=more, width=len(table.columns))  # fmt: skip
