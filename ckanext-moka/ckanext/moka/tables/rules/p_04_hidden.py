"""P-04: what is hidden: sheets, and personal data in hidden rows, columns and sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..judging.context import HIDDEN, SHOWN, Cell, Context, Hit, spans
from ..judging.personal import kind_words, personal_column
from ..model import Column, Fields, Sheet, address, as_text, column_letters

RULE = "P-04"


def check(context: Context) -> Iterator[Hit]:
    """Hidden sheets with values; personal data in any hidden part (hidden rows and columns as such are L1-13)."""
    for sheet in context.source.sheets:
        width = sheet.rows.widest
        if sheet.hidden:
            yield from _hidden_sheet(sheet, width)
            continue
        rows = sorted(r for r in sheet.hidden_rows if r < len(sheet.rows))
        if rows and (found := _scan(sheet, rows, range(width))):
            listed = "、".join(spans(r + 1 for r in rows)[:8])
            yield _personal(sheet, found, f"非表示の行（{listed} 行目）", f"Hidden rows ({listed})")
        columns = sorted(c for c in sheet.hidden_cols if c < width)
        if columns and (found := _scan(sheet, range(len(sheet.rows)), columns)):
            listed = "、".join(column_letters(c) for c in columns[:8])
            yield _personal(sheet, found, f"非表示の列（{listed} 列）", f"Hidden columns ({listed})")


def _hidden_sheet(sheet: Sheet, width: int) -> Iterator[Hit]:
    cells = sum(sheet.rows.count_filled(c) for c in range(width))
    if not cells:
        return
    found = _scan(sheet, range(len(sheet.rows)), range(width))
    if found:
        yield _personal(sheet, found, f"非表示のシート「{sheet.name}」", f"Hidden sheet {sheet.name}")
        return
    row = sheet.rows.filled_rows[0]
    column = next(c for c in range(width) if sheet.rows.value(row, c) not in (None, ""))
    place = Fields(sheet.name, address(row, column), row + 1)
    variant = "very-hidden" if sheet.very_hidden else "sheet"
    yield Hit(variant, place, {"name": sheet.name, "cells": cells}, cells)


def _personal(sheet: Sheet, found: tuple[str, list[tuple[int, int]]], ja: str, en: str) -> Hit:
    kind, places = found
    cells = [Cell(cell=address(r, c), row=r + 1, value=HIDDEN) for r, c in places[:SHOWN]]
    first = Fields(sheet.name, cells[0]["cell"], cells[0]["row"], None, HIDDEN)
    data = {"where": {"ja": ja, "en": en}, "kind": kind_words(kind)}
    return Hit("personal-very-hidden" if sheet.very_hidden else "personal", first, data, len(places), cells)


def _scan(
    sheet: Sheet, rows: Sequence[int], columns: Sequence[int]
) -> tuple[str, list[tuple[int, int]]] | None:
    """Return the first kind of personal data in a block and its cells, looking at columns with their labels."""
    top, inside = sheet.rows[:10], list(rows)
    for index in columns:
        label = next((as_text(r[index]) for r in top if index < len(r) and isinstance(r[index], str)), "")
        column = Column(index, label, label, store=sheet.rows.select(index, inside))
        if kind := personal_column(column):
            values = zip(inside, column.values, strict=True)
            filled = [(r, index) for r, value in values if value not in (None, "", label)]
            return kind, filled or [(inside[0], index)]
    return None
