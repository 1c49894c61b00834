"""Offered, never forced: a table with years as columns (wide) as one row per year (long)."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import partial

from ...core.dates import era_year_to_western
from ..model import Change, Value, address
from .result import ChangeList, CleanColumn, CleanTable

__all__ = ["to_long"]

_YEAR = re.compile(
    r"(?:19|20)[0-9]{2}(?:年度|年)?|(?:昭和|平成|令和)(?:元|[0-9]{1,2})(?:年度|年)|[SHR](?:元|[0-9]{1,2})(?:年度|年)(?![0-9A-Za-z])"
)
_ERAS = {"S": "昭和", "H": "平成", "R": "令和"}
_RANK = ("integer", "number")


def to_long(table: CleanTable) -> CleanTable | None:
    """Return the table with one row per year, or ``None`` when years do not stand as columns, or not unmistakably.

    Three or more columns that differ only by the year become a column for the year and one for the value; several
    such groups of the same years (男_2019, 女_2019) become one column each.
    """
    groups: dict[str, dict[int, int]] = defaultdict(dict)
    fiscal = False
    for number, column in enumerate(table.columns):
        match = _YEAR.search(column.label)
        if match is None:
            continue
        year, rest = _western(match[0]), column.label.replace(match[0], "*", 1)
        if year is None or year in groups[rest]:
            return None
        groups[rest][year] = number
        fiscal = fiscal or match[0].endswith("度")
    groups = {rest: years for rest, years in groups.items() if len(years) >= 3}
    if not groups or len({tuple(years) for years in groups.values()}) != 1:
        return None
    return _melt(table, groups, "年度" if fiscal else "年")


def _western(text: str) -> int | None:
    written = _ERAS.get(text[0], text[0]) + text[1:]
    western = era_year_to_western(written) or written
    return int(western[:4]) if western[:4].isdecimal() else None


def _melt(table: CleanTable, groups: dict[str, dict[int, int]], word: str) -> CleanTable:
    years = list(next(iter(groups.values())))
    melted = {number for members in groups.values() for number in members.values()}
    fixed = [column for number, column in enumerate(table.columns) if number not in melted]
    count = table.row_count
    taken = {column.label for column in fixed}
    columns = [
        CleanColumn(c.index, c.label, c.name, c.type, partial(_repeated, c, len(years)), c.unit)
        for c in fixed
    ]
    word = word if word not in taken else f"{word}次"
    columns.append(
        CleanColumn(
            -1, word, "fiscal_year" if word == "年度" else "year", "integer", partial(_cycle, years, count)
        )
    )
    changes = ChangeList()
    changes.extend(list(table.changes))
    for rest, members in groups.items():
        parts = [table.columns[members[year]] for year in years]
        label = _label(rest, {column.label for column in columns})
        name = f"value_{len(columns) + 1:03d}"
        columns.append(
            CleanColumn(-1, label, name, _common(parts), partial(_interleaved, parts), parts[0].unit)
        )
        sheet, row = table.source.sheet.name, table.source.header_rows[-1]
        changes.extend(
            [
                Change("L3-09", sheet, address(row, table.columns[members[year]].index), row + 1, word, table.columns[members[year]].label, f"{label}={year}", "long")
                for year in years
            ]
        )  # fmt: skip
    return CleanTable(table.source, columns, changes, table.said, length=count * len(years))


def _label(rest: str, taken: set[str]) -> str:
    label = rest.replace("*", "").strip("_- 　")
    label = label if re.search(r"\w", label) else "値"
    return label if label not in taken else f"{label}_値"


def _repeated(column: CleanColumn, times: int) -> list[Value]:
    return [value for value in column.written for _ in range(times)]


def _cycle(years: list[int], times: int) -> list[Value]:
    return [year for _ in range(times) for year in years]


def _interleaved(parts: list[CleanColumn]) -> list[Value]:
    return [value for row in zip(*(part.written for part in parts), strict=True) for value in row]


def _common(parts: list[CleanColumn]) -> str:
    kinds = {part.type for part in parts}
    if len(kinds) == 1:
        return kinds.pop()
    return "number" if kinds <= set(_RANK) else "text"
