"""standard-labels: columns of a recognised standard that are written otherwise, columns beside it, an older layout."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit, spot
from ..model import Fields, Table, address
from ..recognise import differences

RULE = "standard-labels"


def check(context: Context) -> Iterator[Hit]:
    """One hit per table and kind; names of the file stand beside those of the standard. Nothing here blocks."""
    for table in context.tables:
        if table.schema is None:
            continue
        found = differences(table)
        title = table.schema["title"]
        if found["renamed"]:
            pairs = [f"「{pair['from']}」→「{pair['to']}」" for pair in found["renamed"]]
            labels = {pair["from"] for pair in found["renamed"]}
            yield _hit(table, "renamed", labels, len(pairs), title=title, list=pairs)
        if found["extra"]:
            named = [f"「{label}」" for label in found["extra"]]
            yield _hit(table, "extra", set(found["extra"]), len(named), title=title, list=named)
        if table.layout == "old":
            yield _hit(table, "old", set(), 1, title=title)


def _hit(table: Table, variant: str, labels: set[str], total: int, **data: object) -> Hit:
    row = table.header_rows[-1]
    columns = [c for c in table.columns if c.raw_label.strip() in labels or c.label in labels]
    cells = [spot(row, column.index, column.raw_label) for column in columns[:20]]
    first = columns[0] if columns else table.columns[0]
    place = Fields(table.sheet.name, address(row, first.index), row + 1, first.label, first.raw_label)
    return Hit(variant, place, dict(data), total, cells)
