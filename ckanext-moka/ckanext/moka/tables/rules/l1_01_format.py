"""L1-01: the format of the file. What is no table at all (PDF, Word, a web page) is refused on reading under this rule.

What is left to see here are workbooks that only wrap a picture of a table.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..model import Fields

RULE = "L1-01"


def check(context: Context) -> Iterator[Hit]:
    """Sheets on which everything is a picture: a workbook in name, an image in fact."""
    if any(table.columns for table in context.tables):
        return
    for sheet in context.source.sheets:
        if sheet.objects and not sheet.hidden and not any(v is not None for row in sheet.rows for v in row):
            yield Hit("picture", Fields(sheet.name), {}, sheet.objects)
