"""L3-01: something stands above the header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ...core.dates import parse_date
from ..judging.context import Context, Hit, spans, spot
from ..model import Fields, Table, address, show

RULE = "L3-01"
# What is a value and never a name: a telephone, a postcode, a code with its zero, a number with decimals.
_VALUES = tuple(
    map(
        re.compile,
        (
            r"^\(?0[0-9]{1,4}[-)][0-9]{1,4}-[0-9]{3,4}$",
            r"^[0-9]{3}-[0-9]{4}$",
            r"^0[0-9]{4,}$",
            r"^-?[0-9]{1,3}\.[0-9]{3,}$",
        ),
    )
)


def check(context: Context) -> Iterator[Hit]:
    """Titles, blank rows or metadata lines above the first table of a sheet; a header without data."""
    seen: set[int] = set()
    for table in context.tables:
        first = id(table.sheet) not in seen
        seen.add(id(table.sheet))
        if first and (table.title_rows or table.meta_rows or table.header_rows[0] > 0):
            yield _above(table)
        if not table.data_rows:
            row = table.header_rows[-1]
            yield Hit("empty", Fields(table.sheet.name, address(row + 1, 0), row + 2))
        elif len(table.header_rows) == 1 and (hit := _record(context, table)):
            yield hit


def _record(context: Context, table: Table) -> Hit | None:
    """The first row names nothing: where it has a day, a telephone, a coordinate, so have the rows below it."""
    row = table.header_rows[0]
    for column in table.columns:
        label = unicodedata.normalize("NFKC", column.raw_label).strip()
        if not re.match(r"[-0-9(令平昭RHS]", label):
            continue
        profile = context.profile(table, column)
        values = profile.filled - profile.marks
        if parse_date(label):
            same = profile.iso + profile.dates + profile.eras
        else:
            kind = next((kind for kind in _VALUES if kind.match(label)), None)
            same = column.count(column.matching(kind)) if kind else 0
            same += column.native[float] if kind is _VALUES[-1] else 0
        if same and same * 5 >= values * 4:
            cell = spot(row, column.index, column.raw_label)
            place = Fields(table.sheet.name, cell["cell"], row + 1, column.label, cell["value"])
            return Hit("record", place, {}, 1, [cell])
    return None


def _above(table: Table) -> Hit:
    rows = [r + 1 for r in [*table.title_rows, *table.meta_rows]]
    header = table.header_rows[0] + 1
    linkdata = bool(table.meta_rows) or any(
        str(table.sheet.rows[r][0] or "").startswith("#") for r in table.title_rows if table.sheet.rows[r]
    )
    row = (rows[0] if rows else 1) - 1
    text = " ".join(show(v, 30) for v in table.sheet.rows[row] if v not in (None, "")) if rows else ""
    cells = [spot(r - 1, 0, next((v for v in table.sheet.rows[r - 1] if v), "")) for r in rows[:20]]
    variant = "linkdata" if linkdata else "title" if rows else "blank"
    place = Fields(table.sheet.name, address(row, 0), row + 1, None, text)
    return Hit(
        variant, place, {"rows": len(rows), "list": spans(rows), "header": header}, max(1, len(rows)), cells
    )
