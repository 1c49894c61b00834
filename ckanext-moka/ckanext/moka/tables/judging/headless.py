"""Lists of persons without a header: the first person stands where the names of the columns should be.

Names of columns are shown in every report. So where they are a person's, each column is called by what it holds.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from ...core.dates import parse_date
from ..model import Column, Table, column_letters
from ..repair import CleanTable
from .personal import MAIL, is_name

__all__ = ["name_columns"]

_PHONE = re.compile(r"^\(?0\d{1,4}\)?[-(]?\d{1,4}[-)]?\d{3,4}$")
_ADDRESS = re.compile(r"(?:[都道府県市区町村郡]|丁目|大字|字).*[0-9一二三四五六七八九十]")
_POSTCODE = re.compile(r"^〒?\d{3}-\d{4}$")
_LOOKED_AT = 200


def name_columns(tables: list[Table], cleaned: list[CleanTable]) -> None:
    """Give the columns of tables whose header is a person other names (氏名（A 列）, 住所（B 列） …)."""
    for table, clean in zip(tables, cleaned, strict=True):
        if table.schema is None and _headless(table):
            names = {}
            for column in table.columns:
                letters = column_letters(column.index)
                kind = _kind(column)
                names[column.label] = f"{kind}（{letters} 列）" if kind else f"{letters} 列"
                column.raw_label = column.label = names[column.label]
            for item in clean.columns:
                item.label = names.get(item.label, item.label)


def _headless(table: Table) -> bool:
    """One label is a full name above names, or a phone, address, mail or birth date stands above such values."""
    kinds = [kind for column in table.columns if column.label and (kind := _kind(column))]
    return "氏名" in kinds and (len(kinds) > 1 or len(table.columns) == 1)


def _kind(column: Column) -> str | None:
    """Return what the label of a column is, when its values are the same: a name, a phone number …"""
    kind = _of(column.label)
    if kind is None:
        return None
    texts = [str(text) for text in islice(column.texts, _LOOKED_AT)]
    same = sum(1 for text in texts if _of(text) == kind)
    return kind if texts and same * 10 >= len(texts) * 6 else None


def _of(text: str) -> str | None:
    narrow = unicodedata.normalize("NFKC", text).strip()
    if is_name(text):
        return "氏名"
    if _PHONE.match(narrow):
        return "電話番号"
    if MAIL.search(narrow):
        return "メール"
    if parse_date(text) is not None and re.search(r"\D", narrow):
        return "生年月日"
    if _POSTCODE.match(narrow):
        return "郵便番号"
    return "住所" if _ADDRESS.search(narrow) and len(narrow) < 60 else None
