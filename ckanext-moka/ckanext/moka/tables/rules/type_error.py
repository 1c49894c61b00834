"""type-error: values that do not fit the type of a recognised standard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..tableschema.hits import schema_hits

RULE = "type-error"
_POINT = re.compile(r"\.")


def check(context: Context) -> Iterator[Hit]:
    """Words in number columns, unreadable dates, decimals in whole numbers. What L2-01 names is not named twice."""
    if context.source.judged:
        yield from schema_hits(context, RULE)
        return
    for table, column, profile in context.columns():
        item = table.schema_fields.get(column.index)
        if item is None or not profile.filled:
            continue
        kind = item["type"]
        downgrade = severity(table.schema or {})
        if kind in ("integer", "number") and not profile.numeric:
            hit = context.group(
                table, column, {t for t in profile.word_texts | set(profile.days) if t.strip()}, "number"
            )
        elif kind == "integer" and not profile.integral:
            wanted = column.matching(_POINT) - profile.word_texts
            hit = context.group(table, column, wanted, "integer")
        elif kind == "date":
            bad = {
                t for t in column.texts if t.strip() and t not in profile.days and t not in profile.mark_texts
            }
            hit = context.group(table, column, bad, "date")
        else:
            hit = None
        if hit:
            yield hit._replace(severity=downgrade)


def severity(schema: dict[str, object]) -> str | None:
    """A standard whose source is reconstructed cannot block: its findings are minor."""
    return "minor" if schema.get("source_level") == "reconstructed" else None
