"""The clean CSV that a release derives from an Excel file or from a CSV in another encoding."""

from __future__ import annotations

import csv
import io
from pathlib import PurePath
from typing import IO, Any

from ckanext.moka.tables.api import LoadedTable

ENCODING = "utf-8-sig"
_UTF8 = ("utf-8", "utf-8-sig")


def is_wanted(kind: str, encoding: str) -> bool:
    """Tell whether a table file of this kind and encoding gets a CSV beside it: all but CSV in UTF-8 do."""
    return not (kind == "csv" and encoding in _UTF8)


def file_name(original: str) -> str:
    """Return the CSV's name: the original's, with another ending; a CSV's says that it is the UTF-8 one."""
    path = PurePath(original)
    return f"{path.stem}_UTF-8.csv" if path.suffix.lower() == ".csv" else f"{path.stem}.csv"


def write(table: LoadedTable, out: IO[bytes]) -> None:
    """Write the table to ``out`` as CSV: UTF-8 with BOM (Excel opens it rightly), Japanese headings, CRLF."""
    text = io.TextIOWrapper(out, encoding=ENCODING, newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(column.label for column in table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    text.flush()
    text.detach()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else value
