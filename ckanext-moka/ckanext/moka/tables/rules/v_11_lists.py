"""V-11: several values of a code list in one cell that are not parted by a semicolon as the standard asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import moka_schemas

from ..judging.context import Context, Hit
from ..judging.values import narrow

RULE = "V-11"
_OTHER = re.compile(r"[、,，・/／|\n]|\s{1,}|;;")


def check(context: Context) -> Iterator[Hit]:
    """Columns of a recognised standard that may hold several values (separator 「; 」)."""
    for table, column, _profile in context.columns():
        item = table.schema_fields.get(column.index, {})
        if not item.get("separator"):
            continue
        known = _known(item.get("codes"))
        wanted = {text for text in column.texts if _parted_otherwise(text, known)}
        if wanted and (hit := context.group(table, column, wanted, "separator", plain=_plain(min(wanted)))):
            yield hit


def _known(codes: str | None) -> frozenset[str]:
    if codes is None:
        return frozenset()
    items = moka_schemas.code_list(codes)["items"]
    return frozenset(value for entry in items for value in (entry["label"], entry["code"]) if value)


def _parted_otherwise(text: str, known: frozenset[str]) -> bool:
    if "；" in text:
        return True
    if ";" in text or text.strip() in known:
        return False
    parts = [part.strip() for part in _OTHER.split(narrow(text)) if part.strip()]
    if len(parts) < 2:
        return False
    return (
        all(part in known for part in parts)
        if known
        else all(len(part) <= 12 for part in parts) and "、" in text
    )


def _plain(text: str) -> str:
    return "; ".join(part.strip() for part in re.split(r"[;；]|" + _OTHER.pattern, text) if part.strip())
