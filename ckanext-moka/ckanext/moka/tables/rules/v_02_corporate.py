"""V-02: 法人番号 that cannot be: the check digit, the number of digits, digits that a spreadsheet rounded away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.codes import is_corporate_number
from ..judging.context import Context, Hit
from ..judging.values import hits, labelled

RULE = "V-02"
_LABEL = re.compile(r"法人番号|[Cc]orporate_?[Nn]umber$")


def check(context: Context) -> Iterator[Hit]:
    """Columns named 法人番号. Source of the check digit: 法人番号の指定等に関する省令 第2条."""
    for table, column in labelled(context, _LABEL):
        plain = "pattern" not in table.schema_fields.get(column.index, {}).get("constraints", {})
        yield from hits(context, table, column, _fault if plain else _check_digit)


def _check_digit(text: str) -> str | None:
    digits = re.sub(r"[-\s]", "", text)
    return "check" if re.fullmatch(r"[0-9]{13}", digits) and not is_corporate_number(digits) else None


def _fault(text: str) -> str | None:
    if re.fullmatch(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+", text):
        return "rounded"
    digits = re.sub(r"[-\s]", "", text)
    if re.fullmatch(r"[0-9]+", digits) and len(digits) != 13:
        return "registry" if len(digits) == 12 else "digits"
    return _check_digit(text)
