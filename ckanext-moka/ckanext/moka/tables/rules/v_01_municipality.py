"""V-01: municipal codes that no municipality can have (L3-06 has lost zeros and wrong check digits)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.codes import is_municipality_code, repair_municipality_code
from ..judging.context import Context, Hit
from ..judging.profile import is_municipality_label
from ..judging.values import hits
from ..model import Column, as_text

RULE = "V-01"
_PROVEN = r"(?:0[1-9]|[1-3][0-9]|4[0-7])[0-9]{3,4}"
_CLUBS = re.compile(r"(?:.*[^共])?団体コード")
_PREFECTURE = re.compile(r"0[1-9]|[1-3][0-9]|4[0-7]")


def check(context: Context) -> Iterator[Hit]:
    """Columns of 全国地方公共団体コード: six digits, or five without the check digit, prefecture 01 to 47."""
    for table in context.tables:
        for column in table.columns:
            item = table.schema_fields.get(column.index, {})
            if "pattern" in item.get("constraints", {}) or not is_municipality_label(column.label):
                continue
            if item.get("check") == "municipality_code" or not _clubs(column):
                yield from hits(context, table, column, _fault, proven=_PROVEN)


def _clubs(column: Column) -> bool:
    """A bare 団体コード may number clubs or companies, unless most of its values are those of municipalities."""
    if not _CLUBS.fullmatch(column.label):
        return False
    right = sum(is_municipality_code(as_text(value).strip()) for value in column.counts)
    return right * 2 < len(column.counts)


def _fault(text: str) -> str | None:
    if not re.search(r"[0-9]", text) or repair_municipality_code(text):
        return None
    if not re.fullmatch(r"[0-9]{5,6}", text):
        # Two digits are a prefecture, one or two a code of another kind: nothing is known about them.
        return "form" if re.fullmatch(r"[0-9]{7,8}|[0-9]{2}-[0-9]{3,4}|[0-9.]+E\+?[0-9]+", text) else None
    return None if _PREFECTURE.match(text) else "prefecture"
