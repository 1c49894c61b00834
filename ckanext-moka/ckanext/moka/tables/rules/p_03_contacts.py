"""P-03: mobile numbers and free mail addresses."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit
from ..personal import MAIL, MOBILE

RULE = "P-03"


def check(context: Context) -> Iterator[Hit]:
    """One hit per column and kind."""
    for table, column, _profile in context.columns():
        for pattern, variant in ((MOBILE, "mobile"), (MAIL, "mail")):
            if hit := context.group(table, column, column.matching(pattern), variant, secret=True):
                yield hit
