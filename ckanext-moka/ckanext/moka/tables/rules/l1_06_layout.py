"""L1-06: spaces and line breaks that only shape the look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..context import Context, Hit
from ..model import Fields, address, show
from ..repair import clean_label

RULE = "L1-06"
_EDGE = re.compile(r"(?:^|\x1f)[ \t\u3000\xa0]|[ \t\u3000\xa0](?:$|\x1f)")
_BREAK = re.compile(r"[\r\n]")
# 「真　岡　市」: at least three single letters, each followed by a space.
_SPREAD = re.compile(r"(?:^|\x1f)[^\s\x1f](?:[ \u3000]+[^\s\x1f]){2,}(?:$|\x1f)")


def check(context: Context) -> Iterator[Hit]:
    """Labels and cells with outer spaces, line breaks (workbooks; for CSV see L1-14) or spread letters."""
    for table, column, _profile in context.columns():
        clean = clean_label(column.raw_label)
        if (
            column.raw_label.strip()
            and clean != column.raw_label
            and len(table.header_rows) == 1
            and column.raw_label != "#property"
        ):
            row = table.header_rows[-1]
            place = Fields(
                table.sheet.name, address(row, column.index), row + 1, clean, show(column.raw_label)
            )
            yield Hit("label", place, {"clean": clean})
        if _EDGE.search(column.joined):
            texts = {t for t in column.texts if t != t.strip(" \t\u3000\xa0")}
            if hit := context.group(table, column, texts, "edge"):
                yield hit
        if not context.text_file and (hit := context.group(table, column, column.matching(_BREAK), "break")):
            yield hit
        if _SPREAD.search(column.joined):
            texts = {t for t in column.texts if _SPREAD.match(t) and not t.isascii()}
            if hit := context.group(table, column, texts, "spread"):
                yield hit
