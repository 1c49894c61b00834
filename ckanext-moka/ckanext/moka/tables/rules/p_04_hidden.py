"""P-04: what is hidden: sheets, and personal data in hidden rows, columns and sheets."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit
from ..model import Column, Fields, Sheet, as_text, column_letters
from ..personal import BIRTH, individual_numbers, number_label, person_column, personal_text

RULE = "P-04"


def check(context: Context) -> Iterator[Hit]:
    """Hidden sheets with values; personal data in any hidden part (hidden rows and columns as such are L1-13)."""
    for sheet in context.source.sheets:
        cells = sum(1 for row in sheet.rows for v in row if v not in (None, ""))
        if sheet.hidden and cells:
            kind = _scan(sheet, range(len(sheet.rows)), range(max(map(len, sheet.rows), default=0)))
            if kind:
                yield Hit(
                    "personal",
                    Fields(sheet.name),
                    {
                        "where": _where(f"非表示のシート「{sheet.name}」", f"Hidden sheet {sheet.name}"),
                        "kind": kind,
                    },
                )
            else:
                yield Hit("sheet", Fields(sheet.name), {"name": sheet.name, "cells": cells}, cells)
            continue
        width = max(map(len, sheet.rows), default=0)
        rows = sorted(r for r in sheet.hidden_rows if r < len(sheet.rows))
        if rows and (kind := _scan(sheet, rows, range(width))):
            yield Hit(
                "personal",
                Fields(sheet.name, None, rows[0] + 1),
                {"where": _where("非表示の行", "A hidden row"), "kind": kind},
            )
        columns = sorted(c for c in sheet.hidden_cols if c < width)
        if columns and (kind := _scan(sheet, range(len(sheet.rows)), columns)):
            letters = "、".join(column_letters(c) for c in columns)
            yield Hit(
                "personal",
                Fields(sheet.name),
                {"where": _where(f"非表示の列（{letters}）", f"Hidden columns ({letters})"), "kind": kind},
            )


def _where(ja: str, en: str) -> dict[str, str]:
    return {"ja": ja, "en": en}


def _scan(sheet: Sheet, rows: range | list[int], columns: range | list[int]) -> str | None:
    """Return the first kind of personal data in a block, looking at columns with their labels."""
    for index in columns:
        label = next(
            (as_text(r[index]) for r in sheet.rows[:10] if index < len(r) and isinstance(r[index], str)), ""
        )
        values = [sheet.rows[r][index] for r in rows if index < len(sheet.rows[r])]
        column = Column(index, label, label, values)
        if number_label(label) or individual_numbers(column):
            return "マイナンバー"
        if BIRTH.search(label):
            return "生年月日"
        if person_column(column):
            return "氏名"
        for text in column.texts:
            kind = personal_text(text)
            if kind and kind != "氏名":
                return kind
    return None
