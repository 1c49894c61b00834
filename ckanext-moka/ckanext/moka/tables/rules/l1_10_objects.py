"""L1-10: shapes, pictures, charts and text boxes (XLSX)."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..model import Fields

RULE = "L1-10"


def check(context: Context) -> Iterator[Hit]:
    """One hit per sheet with objects."""
    for sheet in context.source.sheets:
        # A sheet with nothing but pictures is named by L1-01.
        if sheet.objects and not sheet.hidden and (len(sheet.rows) or any(t.columns for t in context.tables)):
            yield Hit("default", Fields(sheet.name), {}, sheet.objects)
