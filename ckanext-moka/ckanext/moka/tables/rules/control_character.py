"""control-character: NUL and other invisible characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit

RULE = "control-character"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1e\x7f\u200b\u2060\ufeff]")


def check(context: Context) -> Iterator[Hit]:
    """One hit per column."""
    for table, column, _profile in context.columns():
        if hit := context.group(table, column, column.matching(_CONTROL), "default"):
            yield hit
