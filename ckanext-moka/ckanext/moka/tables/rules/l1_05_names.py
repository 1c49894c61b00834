"""L1-05: a column without a name, or with one that a program made up (列1, Unnamed: 3). For bare letters a person is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit, joined
from ..model import Column, Fields, Table, address, column_letters, show

RULE = "L1-05"
# What pandas, Excel, Access, R and frictionless call a column that nobody named; bare signs.
_MADE_UP = re.compile(
    r"unnamed:? ?[0-9]+(?:_.*)?|column ?[0-9]*|col_?[0-9]+|field_?[0-9]*|f[0-9]{1,3}|v[0-9]{1,3}|_c?[0-9]+|x\.[0-9]+|"
    r"(?:列|カラム|フィールド|項目名?|データ)[ 　_]?[0-9０-９]+|列|新しい列|無題|名称未設定|[-－ー―_＿*＊?？.．・…/／]+",
    re.IGNORECASE,
)
_BARE = re.compile(r"[A-WＡ-Ｗa-wａ-ｗ][0-9]{0,2}|[ア-ンｱ-ﾝあ-ん]|[0-9０-９]{1,3}|[①-⑳]")


def check(context: Context) -> Iterator[Hit]:
    """Columns that hold values under an empty header or under a name made up by a program."""
    for table, column, _profile in context.columns():
        if not column.label:
            row = table.header_rows[-1]
            example = next((show(v) for v in column.values if v not in (None, "")), "")
            place = Fields(table.sheet.name, address(row, column.index), row + 1, column.label, example)
            yield Hit("blank", place, {"column": column_letters(column.index)})
        elif _MADE_UP.fullmatch(column.label) and column.filled:
            yield _at_label(table, column, "vague")


def ask(context: Context) -> Hit | None:
    """Ask once about names of one letter or number: A may be a blood group."""
    found = [
        _at_label(table, column, "unclear")
        for table in context.tables
        for column in table.columns
        if column.filled and column.index not in table.schema_fields and _BARE.fullmatch(column.label)
    ]
    return joined(found, "unclear")


def _at_label(table: Table, column: Column, variant: str) -> Hit:
    row = table.header_rows[-1]
    cell = address(row, column.index)
    place = Fields(table.sheet.name, cell, row + 1, column.label, show(column.label))
    return Hit(
        variant,
        place,
        {"column": column_letters(column.index)},
        1,
        [{"cell": cell, "row": row + 1, "value": column.label}],
    )
