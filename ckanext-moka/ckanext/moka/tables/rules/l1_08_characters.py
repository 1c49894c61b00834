"""L1-08: platform-dependent characters outside proper names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..cleaning import DEPENDENT, EXEMPT, plain_characters
from ..context import SHOWN, Context, Hit, spot
from ..model import Fields, Table, show

RULE = "L1-08"


def check(context: Context) -> Iterator[Hit]:
    """Cells of columns that do not hold names or free text; and labels."""
    for table in context.tables:
        if hit := _labels(table):
            yield hit
    for table, column, profile in context.columns():
        if EXEMPT.search(column.label):
            continue
        # Units of amounts (12㎡) are named by L2-01.
        texts = column.matching(DEPENDENT) - set(profile.numbers if profile.numeric else ())
        if texts:
            first = next(t for t in column.texts if t in texts)
            private = any(DEPENDENT.search(plain_characters(t)) for t in texts)
            hit = context.group(
                table, column, texts, "private" if private else "default", **_data([first, *texts])
            )
            if hit:
                yield hit


def _labels(table: Table) -> Hit | None:
    row = table.header_rows[-1]
    found = [c for c in table.columns if len(table.header_rows) == 1 and DEPENDENT.search(c.raw_label)]
    if not found:
        return None
    cells = [spot(row, c.index, c.raw_label) for c in found[:SHOWN]]
    place = Fields(table.sheet.name, cells[0]["cell"], row + 1, found[0].label, cells[0]["value"])
    return Hit("label", place, _data([c.raw_label for c in found]), len(found), cells)


def _data(texts: list[str]) -> dict[str, Any]:
    characters = dict.fromkeys(c for text in texts for c in DEPENDENT.findall(text))
    return {"characters": "".join(list(characters)[:10]), "plain": show(plain_characters(texts[0]), 40)}
