"""L3-09: years or months as columns. For other columns that repeat (部屋1, 部屋2 …; 0～4歳, 5～9歳 …) a person is asked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ..judging.context import SHOWN, Context, Hit, joined, spot
from ..model import Column, Fields, Table

RULE = "L3-09"
_YEAR = re.compile(
    r"(?:19|20)[0-9]{2}(?:年度|年)?(?:[0-9]{1,2}月)?|(?:昭和|平成|令和)(?:元|[0-9]{1,2})(?:年度|年)|[SHR](?:元|[0-9]{1,2})(?:年度|年)?(?![0-9A-Za-z])"
)
_MONTH = re.compile(r"(?<![0-9０-９])(?:1[0-2]|[1-9]|１[０-２]|[１-９])月")
_AGES = re.compile(r"[0-9０-９]{1,3}\s*[-~〜～ー－]\s*[0-9０-９]{1,3}歳?|[0-9０-９]{1,3}歳")
_COUNTER = re.compile(r"(?<=[^\W\d_])[_ ]?[0-9０-９]{1,2}(?=$|[_ （(])|[①-⑳]|第[0-9０-９]{1,2}(?=\D)")
_FEWEST = {"years": 3, "months": 4, "repeated": 3}


def check(context: Context) -> Iterator[Hit]:
    """Three or more columns whose labels differ only by the year, four or more that differ only by the month."""
    for table in context.tables:
        if not table.schema and (group := _certain(table)):
            yield _hit(table, group, "default")


def ask(context: Context) -> Hit | None:
    """Ask once about columns whose labels differ only by a number or an age, one after the other."""
    found = []
    for table in context.tables:
        if table.schema or _certain(table):
            continue
        group = _longest(table, _AGES, _FEWEST["repeated"]) or _longest(table, _COUNTER, _FEWEST["repeated"])
        if group:
            found.append(_hit(table, group, "repeated"))
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    return joined(found, "repeated")


def _certain(table: Table) -> list[Column]:
    return _longest(table, _YEAR, _FEWEST["years"]) or _longest(table, _MONTH, _FEWEST["months"])


def _longest(table: Table, pattern: re.Pattern[str], fewest: int) -> list[Column]:
    """Return the largest group of columns whose labels are equal but for what ``pattern`` finds in them."""
    groups: dict[str, list[Column]] = defaultdict(list)
    for column in table.columns:
        if pattern.search(column.label):
            # 令和5年度（2023）: both notations of the year.
            groups[pattern.sub("*", column.label, count=0 if pattern is _YEAR else 1)].append(column)
    best = max(groups.values(), key=len, default=[])
    return best if len(best) >= fewest and len({c.label for c in best}) == len(best) else []


def _hit(table: Table, columns: list[Column], variant: str) -> Hit:
    row = table.header_rows[-1]
    cells = [spot(row, c.index, c.label) for c in columns[:SHOWN]]
    place = Fields(table.sheet.name, cells[0]["cell"], row + 1, columns[0].label)
    return Hit(variant, place, {"list": [f"「{c.label}」" for c in columns]}, len(columns), cells)
