"""L1-06: spaces and line breaks that only shape the look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..cleaning import clean_label, untidy_label
from ..context import SHOWN, Context, Hit, spot
from ..model import Fields, Table, show

RULE = "L1-06"
_EDGE = re.compile(r"(?:^|\x1f)[ \t\u3000\xa0]|[ \t\u3000\xa0](?:$|\x1f)")
_BREAK = re.compile(r"[\r\n]")
# 「真　岡　市」: at least three single letters, each followed by a space.
_SPREAD = re.compile(r"(?:^|\x1f)[^\s\x1f](?:[ \u3000]+[^\s\x1f]){2,}(?:$|\x1f)")


def check(context: Context) -> Iterator[Hit]:
    """Labels and cells with outer spaces, line breaks (workbooks; for CSV see L1-14) or spread letters."""
    for table in context.tables:
        if hit := _labels(table):
            yield hit
    for table, column, _profile in context.columns():
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


def _labels(table: Table) -> Hit | None:
    row = table.header_rows[-1]
    untidy = [
        c
        for c in table.columns
        if len(table.header_rows) == 1 and c.raw_label.strip() and untidy_label(c.raw_label)
    ]
    if not untidy:
        return None
    cells = [spot(row, c.index, c.raw_label) for c in untidy[:SHOWN]]
    first = untidy[0]
    place = Fields(table.sheet.name, cells[0]["cell"], row + 1, first.label, cells[0]["value"])
    return Hit("label", place, {"clean": show(clean_label(first.raw_label))}, len(untidy), cells)
