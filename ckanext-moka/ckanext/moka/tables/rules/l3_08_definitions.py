"""L3-08: definitions, sources and dates of update; they stand in the description of the dataset, so a person is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..model import Fields

RULE = "L3-08"
_SHEET = re.compile(r"メタデータ|項目(?:定義|説明|一覧)|定義書|データ定義|[Mm]etadata|README", re.IGNORECASE)
_UPDATED = re.compile(r"更新|改訂|改定|作成|時点|現在|[Uu]pdated")


def check(_context: Context) -> Iterator[Hit]:
    """Nothing is certain here: the file is only half of what is published."""
    yield from ()


def ask(context: Context) -> Hit | None:
    """Ask for every file that does not carry a sheet with the definitions and the date of update."""
    for sheet in context.source.sheets:
        if not sheet.hidden and _SHEET.search(sheet.name or ""):
            texts = [v for row in sheet.rows for v in row if isinstance(v, str)]
            if any(map(_UPDATED.search, texts)):
                return None
    if not any(table.columns for table in context.tables):
        return None
    labels = [column.label for table in context.tables for column in table.columns]
    return Hit("default", Fields(context.tables[0].sheet.name), {"about": labels})
