"""L1-12: merged cells."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import SHOWN, Cell, Context, Hit
from ..model import Fields, Range, Table, address

RULE = "L1-12"


def check(context: Context) -> Iterator[Hit]:
    """Merged ranges in the data, in the header, and elsewhere in the sheet."""
    done: set[int] = set()
    for table in context.tables:
        if id(table.sheet) in done or not table.sheet.merged:
            continue
        done.add(id(table.sheet))
        tables = [t for t in context.tables if t.sheet is table.sheet]
        groups: dict[str, list[Range]] = {}
        for merged in sorted(table.sheet.merged):
            groups.setdefault(_where(merged, tables), []).append(merged)
        # A merged title is named by L3-01 already.
        titles = any(t.title_rows for t in tables)
        for variant in ("header", "data", "outside"):
            if groups.get(variant) and not (variant == "outside" and titles):
                yield _hit(table, variant, groups[variant])


def _where(merged: Range, tables: list[Table]) -> str:
    for table in tables:
        if table.data_rows and merged.top <= table.data_rows[-1] and merged.bottom >= table.data_rows[0]:
            return "data"
        if any(merged.top <= row <= merged.bottom for row in table.header_rows):
            return "header"
    return "outside"


def _hit(table: Table, variant: str, ranges: list[Range]) -> Hit:
    cells = [Cell(cell=str(r), row=r.top + 1, value="") for r in ranges[:SHOWN]]
    first = ranges[0]
    place = Fields(table.sheet.name, address(first.top, first.left), first.top + 1)
    return Hit(variant, place, {"list": [str(r) for r in ranges]}, len(ranges), cells)
