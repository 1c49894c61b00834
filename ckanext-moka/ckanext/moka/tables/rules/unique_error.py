"""unique-error: values that repeat in a column that the given Table Schema declares unique."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..tableschema.hits import schema_hits

RULE = "unique-error"


def check(context: Context) -> Iterator[Hit]:
    """One hit per column; nothing when no descriptor was given."""
    return schema_hits(context, RULE)
