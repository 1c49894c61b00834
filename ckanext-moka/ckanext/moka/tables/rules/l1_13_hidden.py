"""L1-13: hidden rows and columns, folded groups included."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit, spans
from ..model import Fields, address, column_letters

RULE = "L1-13"


def check(context: Context) -> Iterator[Hit]:
    """Hidden rows and columns of shown sheets that hold values."""
    for sheet in context.source.sheets:
        if sheet.hidden:
            continue
        rows = sorted(sheet.hidden_rows.intersection(sheet.rows.filled_rows)) if sheet.hidden_rows else []
        if rows:
            place = Fields(sheet.name, address(rows[0], 0), rows[0] + 1)
            yield Hit(
                "rows", place, {"list": [f"{item} 行目" for item in spans(r + 1 for r in rows)]}, len(rows)
            )
        columns = sorted(c for c in sheet.hidden_cols if c < sheet.rows.widest and sheet.rows.count_filled(c))
        if columns:
            place = Fields(sheet.name, address(0, columns[0]))
            yield Hit("columns", place, {"list": [f"{column_letters(c)} 列" for c in columns]}, len(columns))
