"""L3-04: amounts whose unit is nowhere in the file; whether the description gives it, a person has to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit, joined
from ..judging.labels import measured, states_unit
from ..judging.profile import Profile
from ..model import Column, Fields, Table, Value, address, as_text

RULE = "L3-04"
_UNIT_LINE = re.compile(r"単位\s*[:：は]|[（(]単位|[（(](?:千|百万)?円[）)]")
_YEAR = re.compile(r"(?:18[7-9]|19[0-9]|20[0-4])[0-9]")
_YEARS = 200
_UNIT_COLUMN = re.compile(r"単位|[Uu]nit")


def check(_context: Context) -> Iterator[Hit]:
    """Nothing is certain here: a name like 規模 may be a number of anything."""
    yield from ()


def ask(context: Context) -> Hit | None:
    """Ask once about all amounts whose names give no unit (面積, 金額); counts (人口, 件数) name theirs."""
    found = []
    for table in context.tables:
        if _stated(table):
            continue
        for column in table.columns:
            profile = context.profile(table, column)
            if profile.numeric and _open(table, column, profile):
                row = table.header_rows[-1]
                place = Fields(table.sheet.name, address(row, column.index), row + 1, column.label)
                found.append(
                    Hit("default", place, {}, 1, [{"cell": str(place.cell), "row": row + 1, "value": ""}])
                )
    return joined(found, "default")


def _open(table: Table, column: Column, profile: Profile) -> bool:
    """The unit is neither in the name, nor in the cells, nor in the standard that the table follows."""
    if column.index in table.schema_fields or not measured(column.label):
        return False
    # 1 and blank, or 1 and 0, are no amounts.
    if column.store.size <= 3 and all(as_text(v).strip() in ("", "0", "1") for v in column.counts):
        return False
    # 1974, 1990: years of something.
    if (
        profile.integral
        and column.store.size <= _YEARS
        and all(_YEAR.fullmatch(as_text(v).strip() or "2000") for v in column.counts)
    ):
        return False
    return not any(number.unit for number in profile.numbers.values())


def _stated(table: Table) -> bool:
    """A line （単位：千円） around the table, or a column for the unit (long form)."""
    if any(_UNIT_COLUMN.search(column.label) and not states_unit(column.label) for column in table.columns):
        return True
    rows = table.sheet.rows
    around: list[Value] = [v for r in [*table.title_rows, *table.note_rows] for v in rows[r]]
    around += [rows[r][c] for r, c in table.side_cells]
    return any(isinstance(value, str) and _UNIT_LINE.search(value) for value in around)
