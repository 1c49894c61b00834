"""fullwidth: codes, phones and postcodes in full-width characters (amounts are L2-01)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.profile import is_code_label

RULE = "fullwidth"
_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ]")
_WHOLE = re.compile(r"^(?=[^0-9０-９]*[0-9０-９])[0-9０-９A-Za-zＡ-Ｚａ-ｚ\-－−‐ー―（）()＋+ 　]+$")


def check(context: Context) -> Iterator[Hit]:
    """Columns named as codes; addresses keep their own spelling."""
    for table, column, profile in context.columns():
        if (
            profile.code
            and is_code_label(column.label)
            and not re.search(r"住所|所在|番地|丁目|町字|[Aa]ddress", column.label)
        ):
            texts = {t for t in column.matching(_WIDE) if _WHOLE.match(t)}
            if hit := context.group(table, column, texts, "default"):
                yield hit
