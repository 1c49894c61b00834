"""Open a table with frictionless itself: encoding, dialect, labels, header errors, the field of every column.

Only its first rows are read that way (frictionless's sample, 100 records). Foreign keys are taken off before, because
frictionless would read the whole referenced tables row by row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Opened", "missing_of", "open_table"]

_HEAD = 1 << 16
_CELL_LIMIT = 2147483646


@dataclass
class Opened:
    """A table whose reading is settled; ``plain`` says that the fast CSV reader may take it."""

    resource: Any
    fields: list[Any]
    labels: list[str]
    header_errors: list[Any]
    plain: bool = False
    path: Path = field(default_factory=Path)
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    first_row: int = 1
    skip_bytes: int = 0
    translate_newlines: bool = False
    sheet: Any = None
    started: bool = False

    @property
    def width(self) -> int:
        """The number of columns that rows should have."""
        return len(self.fields)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield row numbers and cells as frictionless reads them; raises its ``FrictionlessException``."""
        if self.sheet is not None:
            return iter(self.sheet.rows(self.first_row))
        if self.started:
            self.resource.close()
        self.started = True
        if self.resource.closed:
            self.resource.open()
        return iter(self.resource.dialect.read_enumerated_content_stream(self.resource.cell_stream))

    def close(self) -> None:
        """Close the file."""
        if not self.resource.closed:
            self.resource.close()


def open_table(resource: Any) -> Opened:
    """Open a frictionless table resource. Raises ``FrictionlessException`` as its own ``open`` does."""
    from frictionless import errors

    # The limit is one for the whole process; frictionless sets it once, others may have lowered it since.
    csv.field_size_limit(_CELL_LIMIT)
    copy = resource.to_copy()
    if resource.package is not None and copy.package is None:
        copy.package = resource.package
    if copy.schema:
        copy.schema.foreign_keys = []
    sheet = _sheet(copy)
    if sheet is not None:
        copy = _first_rows(copy, sheet)
    copy.open()
    header = copy.header
    opened = Opened(copy, list(header.get_expected_fields()), list(copy.labels), list(header.errors))
    if not (copy.labels or copy.fragment):
        opened.header_errors.insert(0, errors.SourceError(note="the source is empty"))
    if sheet is not None:
        opened.sheet, opened.first_row = sheet, copy.dialect.create_first_content_row()
        copy.close()
        return opened
    _plan(opened)
    if opened.plain:
        copy.close()
    return opened


def _sheet(resource: Any) -> Any:
    """Return the worksheet when it can be read without openpyxl and in plain order."""
    dialect = resource.dialect
    path = resource.normpath
    if not path or not path.lower().endswith(".xlsx") or resource.format not in (None, "xlsx"):
        return None
    if resource.compression or resource.extrapaths or "://" in path:
        return None
    if dialect.comment_char or dialect.comment_rows or dialect.skip_blank_rows or not dialect.header:
        return None
    schema = resource.schema
    if schema is not None and not all("" in missing_of(item) for item in schema.fields):
        return None
    from .workbook import read_sheet

    control = dialect.get_control("excel") if dialect.has_control("excel") else None
    return read_sheet(path, control, exact=schema is not None and any(map(_counts_spelling, schema.fields)))


def _counts_spelling(item: Any) -> bool:
    """For years and numeric missing values 35 and 35.0 are different cells of a workbook."""
    return item.type == "year" or any(any(char.isdigit() for char in word) for word in missing_of(item))


def _first_rows(resource: Any, sheet: Any) -> Any:
    """Return a resource of the sheet's first rows, from which frictionless tells header and fields."""
    from frictionless import Dialect
    from frictionless.resources import TableResource

    dialect = Dialect(header_case=resource.dialect.header_case)
    for name in ("header", "header_rows", "header_join"):
        if resource.dialect.has_defined(name):
            setattr(dialect, name, getattr(resource.dialect, name))
    return TableResource(
        data=sheet.sample(),
        name=resource.name,
        schema=resource.schema,
        dialect=dialect,
        detector=resource.detector,
    )


def _plan(opened: Opened) -> None:
    """Decide whether the fast reader reads exactly what frictionless would."""
    resource = opened.resource
    dialect = resource.dialect
    if resource.format not in ("csv", "tsv") or resource.scheme != "file" or resource.compression:
        return
    if resource.multipart or resource.memory or not dialect.has_control("csv"):
        return
    if dialect.comment_char or dialect.comment_rows or dialect.skip_blank_rows or opened.width < 2:
        return
    control = dialect.get_control("csv")
    if control.escape_char or control.skip_initial_space:
        return
    if not _one_ascii(control.delimiter) or not _one_ascii(control.quote_char):
        return
    if control.delimiter == control.quote_char:
        return
    opened.path = Path(resource.normpath)
    opened.encoding, opened.delimiter, opened.quote = resource.encoding, control.delimiter, control.quote_char
    opened.translate_newlines = resource.format == "tsv"
    before = dialect.create_first_content_row() - 1
    opened.first_row = before + 1
    opened.plain = _measure_head(opened, before) and _blanks_alike(opened)


def _one_ascii(char: str | None) -> bool:
    return isinstance(char, str) and len(char) == 1 and char.isascii() and char not in "\r\n\0"


def _blanks_alike(opened: Opened) -> bool:
    """An empty line and a line of empty cells look the same to the fast reader; both must be blank."""
    return all("" in missing_of(item) for item in opened.fields)


def missing_of(item: Any) -> list[str]:
    """Return the missing values of a field: its own, or those of its schema."""
    missing: list[str] = item.missing_values
    if not item.has_defined("missing_values") and item.schema:
        missing = item.schema.missing_values
    return missing


def _measure_head(opened: Opened, records: int) -> bool:
    """Find how many bytes (as UTF-8) stand before the data; ``False`` when lines end in CR alone."""
    with opened.path.open("rb") as raw:
        head = raw.read(_HEAD)
        raw.seek(0)
        text = io.TextIOWrapper(raw, opened.encoding, newline="")
        lines: list[str] = []

        def taken() -> Iterator[str]:
            for line in text:
                lines.append(line)
                yield line

        reader = csv.reader(taken(), delimiter=opened.delimiter, quotechar=opened.quote, doublequote=True)
        for _number in range(records):
            if next(reader, None) is None:
                break
        opened.skip_bytes = sum(len(line.encode("utf-8")) for line in lines)
    return b"\n" in head or b"\r" not in head
