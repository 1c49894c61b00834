"""L1-02: several tables in one sheet."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..model import Fields, Table

RULE = "L1-02"


def check(context: Context) -> Iterator[Hit]:
    """One hit per sheet that holds more than one table."""
    by_sheet: dict[int, list[Table]] = {}
    for table in context.tables:
        by_sheet.setdefault(id(table.sheet), []).append(table)
    for tables in by_sheet.values():
        if len(tables) > 1:
            second = tables[1].range
            place = Fields(tables[0].sheet.name, str(second).split(":")[0], second.top + 1)
            yield Hit(
                "default",
                place,
                {"tables": len(tables), "ranges": [str(t.range) for t in tables]},
                len(tables) - 1,
            )
