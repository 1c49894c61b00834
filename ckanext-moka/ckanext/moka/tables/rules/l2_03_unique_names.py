"""L2-03: column names that occur twice, or that stand in several rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ..cleaning import clean_label
from ..judging.context import Context, Hit, spans, spot
from ..model import Column, Fields, address

RULE = "L2-03"


def check(context: Context) -> Iterator[Hit]:
    """Duplicates after cleaning; headers in more than one row."""
    for table in context.tables:
        if len(table.header_rows) > 1:
            rows = [r + 1 for r in table.header_rows]
            example = next((c.label for c in table.columns if "_" in c.label), "")
            place = Fields(
                table.sheet.name,
                address(table.header_rows[0], table.columns[0].index),
                rows[0],
                None,
                example,
            )
            yield Hit("rows", place, {"rows": len(rows), "list": spans(rows), "example": example})
        groups: dict[str, list[Column]] = defaultdict(list)
        for column in table.columns:
            if column.label:
                groups[clean_label(column.label)].append(column)
        row = table.header_rows[-1]
        for label, columns in groups.items():
            if len(columns) > 1:
                cells = [spot(row, c.index, label) for c in columns]
                place = Fields(table.sheet.name, cells[1]["cell"], row + 1, label, label)
                yield Hit("duplicate", place, {"list": [c["cell"] for c in cells]}, len(columns), cells)
