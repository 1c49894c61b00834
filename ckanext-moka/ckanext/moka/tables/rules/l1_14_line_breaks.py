"""L1-14: a line break inside a value of a CSV file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit

RULE = "L1-14"
_BREAK = re.compile(r"[\r\n]")


def check(context: Context) -> Iterator[Hit]:
    """One hit per column."""
    if not context.text_file:
        return
    for table, column, _profile in context.columns():
        if hit := context.group(table, column, column.matching(_BREAK), "default"):
            yield hit
