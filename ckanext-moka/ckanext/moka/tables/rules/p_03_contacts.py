"""P-03: mobile numbers and free mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import MAIL, MOBILE, facility_table

RULE = "P-03"
_CONTACT = re.compile(r"電話|連絡先|問い?合わ?せ|TEL|ＴＥＬ|phone|contact", re.IGNORECASE)


def check(context: Context) -> Iterator[Hit]:
    """One hit per column and kind."""
    for table, column, _profile in context.columns():
        for pattern, variant in ((MOBILE, "mobile"), (MAIL, "mail")):
            if hit := context.group(table, column, column.matching(pattern), variant, secret=True):
                # A small facility's phone may be a mobile; then it is published on purpose.
                office = variant == "mobile" and facility_table(table) and _CONTACT.search(column.label)
                yield hit._replace(severity="minor") if office else hit
