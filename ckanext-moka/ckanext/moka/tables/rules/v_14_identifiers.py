"""V-14: an identifier that stands for two rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..model import as_text

RULE = "V-14"
_LABEL = re.compile(
    r"(?:^|_|施設|管理|識別)(?:ID|ＩＤ|id)$|^(?:番号|No\.?|NO\.?|№|連番|通し番号|整理番号|管理番号|施設番号|識別番号|#property|identification)$|^(?:棟|施設)コード$"
)


def check(context: Context) -> Iterator[Hit]:
    """Columns that number the rows: nearly all values differ, a few do not. Recognised IDs are for constraint-error."""
    for table in context.tables:
        for column in table.columns:
            if column.index in table.schema_fields or not _LABEL.search(column.label.strip()):
                continue
            if column.distinct == column.filled:
                continue
            counts = Counter({as_text(v).strip(): n for v, n in column.counts.items() if v not in (None, "")})
            twice = {text for text, n in counts.items() if n > 1 and text}
            if not twice or len(twice) > max(1, len(counts) * 0.1) or counts.total() < 5:
                continue
            seen: set[str] = set()
            places = []
            for position, value in enumerate(column.values):
                text = as_text(value).strip()
                if text in twice and text in seen:
                    places.append((position, value))
                seen.add(text)
            if hit := context.group_at(table, column, places, "twice"):
                yield hit
