"""missing-label: required columns of a recognised standard that the table lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..judging.context import Context, Hit
from ..model import Fields
from ..tableschema.hits import schema_hits
from .type_error import severity

RULE = "missing-label"


def check(context: Context) -> Iterator[Hit]:
    """One hit per table."""
    if context.source.judged:
        yield from schema_hits(context, RULE)
        return
    for table in context.tables:
        missing = [f["title"] for f in table.missing_fields if _wanted(f)]
        if table.schema and missing:
            place = Fields(table.sheet.name, None, table.header_rows[-1] + 1, missing[0])
            data = {"title": table.schema["title"], "list": [f"「{m}」" for m in missing]}
            yield Hit("default", place, data, len(missing), (), severity(table.schema))


def _wanted(item: dict[str, Any]) -> bool:
    """The standard demands the column (◎), even where its cells may be blank (1 又は空欄)."""
    return item.get("class") == "◎" or bool(item.get("constraints", {}).get("required"))
