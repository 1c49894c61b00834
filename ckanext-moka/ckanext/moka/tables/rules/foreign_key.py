"""foreign-key: rows whose foreign key, by the given Table Schema, leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..tableschema.hits import schema_hits

RULE = "foreign-key"


def check(context: Context) -> Iterator[Hit]:
    """One hit per column; nothing when no descriptor was given."""
    return schema_hits(context, RULE)
