"""blank-label: labels that are blank where the given Table Schema has a name."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..tableschema.hits import schema_hits

RULE = "blank-label"


def check(context: Context) -> Iterator[Hit]:
    """One hit per column; nothing when no descriptor was given."""
    return schema_hits(context, RULE)
