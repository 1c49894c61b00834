"""Which files a command works on, and what their outputs are called."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["MISSING", "inputs", "output_names"]

MISSING = "ファイルがありません: {path}"
_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")


def inputs(paths: tuple[Path, ...]) -> list[Path]:
    """Return the files named by ``paths``, those in folders too, each once and in order.

    A folder is searched for tables (CSV, TSV, TXT, XLSX, XLSM, XLS, ODS) through all its subfolders; hidden files
    and the lock files of spreadsheet programs are left out. Wrong usage when a folder holds none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        inside = [item for item in sorted(path.rglob("*")) if _is_table(item, path)]
        if not inside:
            raise click.UsageError(f"フォルダーに表のファイル（{'・'.join(_SUFFIXES)}）がありません: {path}")
        found.update(dict.fromkeys(inside))
    return list(found)


def _is_table(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    return not hidden and path.suffix.lower() in _SUFFIXES and path.is_file()


def output_names(files: list[Path], suffix: str) -> dict[Path, str]:
    """Return a name for the output of each file, different for each: 施設.csv, 施設_xlsx.csv, 施設_2.csv."""
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in files:
        tries = [path.stem, f"{path.stem}_{path.suffix.lstrip('.')}"]
        tries += [f"{path.stem}_{number}" for number in range(2, len(files) + 2)]
        name = next(item for item in tries if f"{item}{suffix}".lower() not in taken)
        names[path] = f"{name}{suffix}"
        taken.add(names[path].lower())
    return names
