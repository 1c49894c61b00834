"""L1-06: spaces and line breaks that only shape the look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..cleaning import clean_label, untidy_label
from ..judging.context import SHOWN, Context, Hit, spot
from ..model import Fields, Table, show
from ..repair import GAP, closed_gaps

RULE = "L1-06"
_EDGE = re.compile(r"^[ \t\u3000\xa0]|[ \t\u3000\xa0]\Z")
_BREAK = re.compile(r"[\r\n]")
# 「真　岡　市」: at least three single letters, each followed by a space.
_LETTER = "[ぁ-んァ-ヶー一-龥々]"
_SPREAD = re.compile(rf"(?:^|\x1f){_LETTER}(?:[ \u3000]+{_LETTER}){{2,}}(?:$|\x1f)")
# 合　計: two letters are one word only where the word is known; 森　進 is a name.
_PAIR = re.compile(
    r"(?:^|\x1f)(?:合[ \u3000]+計|小[ \u3000]+計|総[ \u3000]+[計数額]|平[ \u3000]+均|累[ \u3000]+計|男[ \u3000]+[女性計]|女[ \u3000]+[性計])(?:$|\x1f)"
)
# 月 火 水 is a list of days (see L1-07), not one word.
_DAYS = re.compile(r"[月火水木金土日祝休 \u3000]+")


def check(context: Context) -> Iterator[Hit]:
    """Labels and cells with outer spaces, line breaks (workbooks; for CSV see L1-14), gaps or spread letters."""
    for table in context.tables:
        if hit := _labels(table):
            yield hit
    for table, column, _profile in context.columns():
        if hit := context.group(table, column, column.matching(_EDGE), "edge"):
            yield hit
        if not context.text_file and (hit := context.group(table, column, column.matching(_BREAK), "break")):
            yield hit
        spread = {t for t in column.matching(_SPREAD) | column.matching(_PAIR) if not _DAYS.fullmatch(t)}
        if hit := context.group(table, column, spread, "spread"):
            yield hit
        gaps = column.matching(GAP) - spread
        closed = set(closed_gaps(gaps, column.label, column.texts)) if gaps else gaps
        if hit := context.group(table, column, closed, "gap"):
            yield hit
        if hit := context.group(table, column, gaps - closed, "parted"):
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
