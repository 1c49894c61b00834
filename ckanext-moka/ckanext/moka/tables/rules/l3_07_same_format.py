"""L3-07: a format that changes from year to year. Years in one workbook are compared; for other files a person is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.labels import year_in
from ..model import Fields, Table, address

RULE = "L3-07"
_LEAST = 0.5
_PERIOD = re.compile(r"年度|年|月分|月末|現在|[0-9]{6}")
_FILE_YEAR = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])?(?![0-9])|(?<![A-Za-z])[HRhr](?:元|[0-9]{1,2})(?![0-9])"
)


def check(context: Context) -> Iterator[Hit]:
    """Sheets named after years: the names of their columns must be the same for the most part."""
    years = _by_year(context)
    for (before, old), (after, new) in zip(years, years[1:], strict=False):
        share = len(old[1] & new[1]) / max(len(old[1]), len(new[1]))
        if share < _LEAST:
            table = new[0]
            row = table.header_rows[-1]
            place = Fields(table.sheet.name, address(row, table.columns[0].index), row + 1)
            missing = [f"「{label}」" for label in sorted(old[1] - new[1])]
            yield Hit("sheets", place, {"before": before, "after": after, "list": missing}, len(missing))


def ask(context: Context) -> Hit | None:
    """Ask where the file is one of a series: its name or title names a year, and it holds that year only."""
    if len(_by_year(context)) > 1 or not context.tables:
        return None
    table = context.tables[0]
    named = _FILE_YEAR.search(context.source.name) or any(
        isinstance(value, str) and year_in(value) and _PERIOD.search(value)
        for row in table.title_rows
        for value in table.sheet.rows[row]
    )
    if not named:
        return None
    row = table.header_rows[-1]
    cell = address(row, table.columns[0].index) if table.columns else None
    return Hit(
        "default", Fields(table.sheet.name, cell, row + 1), {"about": [c.label for c in table.columns]}
    )


def _by_year(context: Context) -> list[tuple[str, tuple[Table, frozenset[str]]]]:
    """Return sheet name, first table and labels without years of every sheet named after a year, in order."""
    found: dict[str, tuple[Table, frozenset[str]]] = {}
    for table in context.tables:
        name = table.sheet.name
        if name and name not in found and year_in(name) and len(table.columns) > 1:
            labels = (
                re.sub(r"[0-9０-９]+", "#", c.label.replace(year_in(c.label) or "\0", ""))
                for c in table.columns
            )
            found[name] = (table, frozenset(filter(None, labels)))
    return list(found.items())
