"""L3-09: years as columns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ..context import Context, Hit
from ..model import Fields, address

RULE = "L3-09"
_YEAR = re.compile(
    r"(?:19|20)[0-9]{2}(?:年度|年)?|(?:昭和|平成|令和)(?:元|[0-9]{1,2})(?:年度|年)|[SHR][0-9]{1,2}(?:年度|年)?(?![0-9A-Za-z])"
)


def check(context: Context) -> Iterator[Hit]:
    """Three or more columns whose labels differ only by the year."""
    for table in context.tables:
        groups: dict[str, list[int]] = defaultdict(list)
        for number, column in enumerate(table.columns):
            match = _YEAR.search(column.label)
            if match:
                groups[column.label.replace(match[0], "*", 1)].append(number)
        for numbers in groups.values():
            if len(numbers) >= 3:
                labels = [f"「{table.columns[n].label}」" for n in numbers]
                first = table.columns[numbers[0]]
                row = table.header_rows[-1]
                yield Hit(
                    "default",
                    Fields(table.sheet.name, address(row, first.index), row + 1, first.label),
                    {"list": labels},
                    len(numbers),
                )
                break
