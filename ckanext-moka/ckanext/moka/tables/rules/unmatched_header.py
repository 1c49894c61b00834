"""unmatched-header: headers of which no label is in the given Table Schema."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..tableschema.hits import schema_hits

RULE = "unmatched-header"


def check(context: Context) -> Iterator[Hit]:
    """One hit per column; nothing when no descriptor was given."""
    return schema_hits(context, RULE)
