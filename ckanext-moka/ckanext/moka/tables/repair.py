"""Repairs that are certain: what the cell says stays, only its spelling changes. Every change is listed.

Never touched: marks for suppressed or missing values, blanks (a blank is no zero), approximate numbers, rare
characters in names, dates whose era and year contradict each other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from ..core.codes import repair_municipality_code
from ..core.dates import parse_clock
from ..core.naming import physical_name, unique_names
from .cleaning import CONTROL as _CONTROL
from .cleaning import (
    DEPENDENT,
    EXEMPT,
    clean_label,
    clean_text,
    is_choice,
    one_spelling,
    plain_characters,
    untidy_texts,
)
from .model import Change, Column, Table, Value, address, as_text, show
from .profile import Profile, is_municipality_label, profile
from .recognise import physical_words

__all__ = ["CleanColumn", "CleanTable", "is_coordinate_pair", "repair"]

PG_TYPES = {
    "text": "text",
    "integer": "int8",
    "number": "float8",
    "date": "date",
    "datetime": "timestamp",
    "boolean": "bool",
}
_WIDE_CODE = re.compile(r"^[0-9０-９A-Za-zＡ-Ｚａ-ｚ\-－−‐ー―（）()＋+ 　]+$")
_HAS_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ－−（）＋]")
_PAIR = re.compile(r"^\(?([0-9]{2}\.[0-9]+)\s*[,、 ]\s*([0-9]{3}\.[0-9]+)\)?$")
_INT8 = 2**63 - 1


@dataclass
class CleanColumn:
    """A repaired column: ``values`` have its type, ``written`` are spelled as in the file (1200.0 is not 1200)."""

    index: int
    label: str
    name: str
    type: str
    values: list[Value]
    unit: str = ""
    written: list[Value] = field(default_factory=list)

    @property
    def pg_type(self) -> str:
        """The PostgreSQL type that holds every value."""
        return PG_TYPES[self.type]


@dataclass
class CleanTable:
    """A table after repair and the list of what was changed."""

    source: Table
    columns: list[CleanColumn]
    changes: list[Change] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        """Number of rows of data."""
        return len(self.columns[0].values) if self.columns else 0


def is_coordinate_pair(text: str) -> bool:
    """Tell whether ``text`` is a latitude and a longitude of Japan in one cell (34.26,134.01)."""
    return (_pair(text) or ("", "")) != ("", "")


def _pair(text: str) -> tuple[str, str] | None:
    if not text.strip(" ,，、\u3000"):
        return "", ""
    match = _PAIR.match(unicodedata.normalize("NFKC", text).strip())
    if match and 20 <= float(match[1]) <= 46 and 122 <= float(match[2]) <= 154:
        return match[1], match[2]
    return None


def repair(table: Table) -> CleanTable:
    """Return ``table`` repaired: structure, text, numbers, codes, dates; with types that hold for every cell."""
    result = CleanTable(table, [])
    _structure(table, result.changes)
    merged = _merged_values(table)
    seen: dict[str, int] = {}
    names = []
    for column in _split_pairs(table, result.changes):
        values = _fill(table, column, merged.get(column.index, {}), result.changes)
        working = column.renamed(clean_label(column.label))
        if values is not column.values:
            working.replaced(values)
        item = table.schema_fields.get(column.index)
        clean = _column(table, working, item, result.changes)
        label = plain_characters(clean.label) or f"列{column.index + 1}"
        seen[label] = seen.get(label, 0) + 1
        clean.label = label if seen[label] == 1 else f"{label}_{seen[label]}"
        if clean.label != column.raw_label:
            rule = "L1-05" if not column.raw_label.strip() else "L2-03" if seen[label] > 1 else "L1-06"
            row = table.header_rows[-1]
            result.changes.append(
                Change(
                    rule,
                    table.sheet.name,
                    address(row, column.index),
                    row + 1,
                    clean.label,
                    column.raw_label,
                    clean.label,
                )
            )
        names.append(
            str(item["name"])
            if item
            else physical_name(plain_characters(working.label) or label, physical_words())
            or f"col_{column.index + 1:03d}"
        )
        result.columns.append(clean)
    for clean, name in zip(result.columns, unique_names(names), strict=True):
        clean.name = name
    return result


def _split_pairs(table: Table, changes: list[Change]) -> list[Column]:
    """Columns of the table; one that holds coordinate pairs only becomes 緯度 and 経度."""
    known = {column.label for column in table.columns}
    result = []
    for column in table.columns:
        texts = [t for t in column.texts if t.strip()]
        if (
            not texts
            or column.native
            or {"緯度", "経度", "latitude", "longitude"} & known
            or not any(map(is_coordinate_pair, texts))
            or not all(map(_pair, texts))
        ):
            result.append(column)
            continue
        pairs = {t: _pair(t) or ("", "") for t in column.texts}
        for part, label in enumerate(("緯度", "経度")):
            values: list[Value] = [
                pairs[v][part] or None if isinstance(v, str) and v else None for v in column.values
            ]
            result.append(Column(column.index, label, label, values))
        for position, value in column.places(set(texts)):
            cell, row = table.place(position, column)
            changes.append(
                Change("L1-07", table.sheet.name, cell, row, column.label, value, " / ".join(pairs[value]))
            )
    return result


def _structure(table: Table, changes: list[Change]) -> None:
    sheet = table.sheet

    def drop(rule: str, rows: list[int]) -> None:
        for row in rows:
            text = (
                " ".join(show(v) for v in sheet.rows[row] if v not in (None, ""))
                if row < len(sheet.rows)
                else ""
            )
            changes.append(Change(rule, sheet.name, address(row, 0), row + 1, None, text, None))

    drop("L3-01", table.title_rows + table.meta_rows)
    drop("L1-03", table.blank_rows)
    drop("L1-04", table.note_rows)
    for column in table.blank_columns:
        changes.append(
            Change("L1-03", sheet.name, address(table.header_rows[-1], column), None, None, "", None)
        )
    for row, column in table.side_cells:
        changes.append(
            Change(
                "L1-04", sheet.name, address(row, column), row + 1, None, show(sheet.rows[row][column]), None
            )
        )


def _merged_values(table: Table) -> dict[int, dict[int, tuple[Value, int, int]]]:
    """Return ``column -> {row: (value, top, left)}`` for the covered cells of merged ranges in the data."""
    found: dict[int, dict[int, tuple[Value, int, int]]] = {}
    if not table.data_rows:
        return found
    for merged in table.sheet.merged:
        if merged.bottom < table.data_rows[0] or merged.top > table.data_rows[-1]:
            continue
        row = table.sheet.rows[merged.top] if merged.top < len(table.sheet.rows) else []
        value = row[merged.left] if merged.left < len(row) else None
        last_row, last_column = table.data_rows[-1], max((c.index for c in table.columns), default=0)
        for r in range(merged.top, min(merged.bottom, last_row) + 1):
            for c in range(merged.left, min(merged.right, last_column) + 1):
                if (r, c) != (merged.top, merged.left):
                    found.setdefault(c, {})[r] = (value, merged.top, merged.left)
    return found


def _fill(
    table: Table, column: Column, covered: dict[int, tuple[Value, int, int]], changes: list[Change]
) -> list[Value]:
    if not covered:
        return column.values
    values = list(column.values)
    for position, row in enumerate(table.data_rows):
        if row in covered and values[position] in (None, ""):
            values[position] = covered[row][0]
            changes.append(
                Change(
                    "L1-12",
                    table.sheet.name,
                    address(row, column.index),
                    row + 1,
                    column.label,
                    "",
                    as_text(values[position]),
                )
            )
    return values


def _column(table: Table, column: Column, item: dict[str, Any] | None, changes: list[Change]) -> CleanColumn:
    declared = str(item["type"]) if item else None
    if untidy_texts(column.joined):
        tidy = {t: (c, _text_rule(t)) for t in column.texts if (c := clean_text(t)) != t}
        _rewrite(table, column, tidy, changes)
    found = profile(column, declared)
    unit = _numbers(table, column, found, changes)
    if not EXEMPT.search(column.label):
        spelled = {t: (plain_characters(t), "L1-08") for t in column.matching(DEPENDENT)}
        _rewrite(table, column, spelled, changes)
    if is_choice(column) and not found.numeric:
        _rewrite(
            table, column, {t: (best, "L2-04") for t, best in one_spelling(column.texts).items()}, changes
        )
    if (item and item.get("check") == "municipality_code") or (
        item is None and is_municipality_label(column.label)
    ):
        _municipality(table, column, changes)
    if found.code or declared == "string":
        _codes(table, column, changes)
    _times(table, column, found, item, changes)
    kind = _type(column, profile(column, declared), declared)
    label = column.label
    if unit and item is None and unit not in label:
        label = f"{label}（{unit}）"
    plain = kind == "text" and not column.native
    values = [v or None for v in column.values] if plain else [_cast(v, kind) for v in column.values]
    return CleanColumn(column.index, label, "", kind, values, unit, column.values)


def _text_rule(text: str) -> str:
    if _CONTROL.search(text):
        return "control-character"
    return "L1-14" if "\n" in text or "\r" in text else "L1-06"


def _rewrite(
    table: Table, column: Column, mapping: dict[str, tuple[str, str]], changes: list[Change]
) -> None:
    """Replace texts by ``mapping`` (old -> new, rule) and list each cell."""
    if not mapping:
        return
    values: list[Value] = []
    for position, value in enumerate(column.values):
        hit = mapping.get(value) if isinstance(value, str) else None
        if hit is None:
            values.append(value)
            continue
        cell, row = table.place(position, column)
        changes.append(Change(hit[1], table.sheet.name, cell, row, column.label, str(value), hit[0]))
        values.append(hit[0] or None)
    column.replaced(values)


def _numbers(table: Table, column: Column, found: Profile, changes: list[Change]) -> str:
    """Write amounts plainly; return the one unit that the cells carried, if they did."""
    if not found.numeric:
        return ""
    units = {number.unit for number in found.numbers.values() if number.unit}
    mapping = {}
    for text, number in found.numbers.items():
        if number.exact and not (number.unit and len(units) > 1):
            mapping[text] = (number.plain, "fullwidth" if number.faults == ("width",) else "L2-01")
    _rewrite(table, column, mapping, changes)
    return units.pop() if len(units) == 1 else ""


def _municipality(table: Table, column: Column, changes: list[Change]) -> None:
    if column.native:
        column.replaced([as_text(v) if isinstance(v, (int, float)) else v for v in column.values])
    _rewrite(
        table,
        column,
        {t: (fixed, "L3-06") for t in column.texts if (fixed := repair_municipality_code(t))},
        changes,
    )


def _codes(table: Table, column: Column, changes: list[Change]) -> None:
    """Codes, phones and postcodes in half-width characters; words and addresses stay as written."""
    mapping = {}
    for text in column.matching(_HAS_WIDE):
        if _WIDE_CODE.match(text) and re.search(r"[0-9０-９]", text):
            narrow = unicodedata.normalize("NFKC", re.sub(r"[－−‐―]", "-", text))
            narrow = re.sub(r"(?<=\d)ー(?=\d)", "-", narrow)
            mapping[text] = (narrow, "fullwidth")
    _rewrite(table, column, mapping, changes)


def _times(
    table: Table, column: Column, found: Profile, item: dict[str, Any] | None, changes: list[Change]
) -> None:
    """Dates as YYYY-MM-DD where the standard or the whole column says date; times of day as hh:mm."""
    declared = item["type"] if item else None
    all_dates = found.filled > 0 and found.iso + found.dates == found.filled
    if declared == "date" or (declared is None and all_dates and not found.code):
        mapping = {
            text: (day.isoformat(), "L3-05") for text, day in found.days.items() if day.isoformat() != text
        }
        _rewrite(table, column, mapping, changes)
    clock = bool(item) and str((item or {}).get("constraints", {}).get("pattern", "")).startswith("^([01]")
    if found.clocks and (clock or found.clocks + found.marks == found.filled):
        texts = {t: (c, "fullwidth") for t in column.texts if (c := parse_clock(t)) and c != t}
        _rewrite(table, column, texts, changes)


def _type(column: Column, found: Profile, declared: str | None) -> str:
    native = column.native
    if not found.filled:
        return "text" if declared not in ("integer", "number", "date") else declared
    if native.get(bool) == found.filled:
        return "boolean"
    if found.iso == found.filled and declared in (None, "date") and not found.code:
        timed = any(isinstance(v, datetime) and v.time() != time(0) for v in column.values)
        return "datetime" if timed else "date"
    if (
        declared not in ("integer", "number", None)
        or found.code
        or not found.all_numbers
        or found.plain != found.filled
    ):
        return "text"
    if not found.integral:
        return "number"
    largest = max(
        (abs(int(v)) for v in column.values if isinstance(v, (int, str)) and v not in ("",)), default=0
    )
    return "integer" if largest <= _INT8 else "text"


def _cast(value: Value, kind: str) -> Value:
    if value is None or value == "":
        return None
    if kind == "text":
        return as_text(value)
    if kind == "integer":
        return int(value)  # type: ignore[arg-type]
    if kind == "number":
        return float(value)  # type: ignore[arg-type]
    if kind == "date":
        return (
            value.date()
            if isinstance(value, datetime)
            else value
            if isinstance(value, date)
            else date.fromisoformat(str(value))
        )
    if kind == "datetime" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value if not isinstance(value, timedelta) else as_text(value)
