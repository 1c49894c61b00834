"""Step: a column of coordinate pairs (36.44,140.01) becomes 緯度 and 経度."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from ..model import Change, Column, Table, Value, address, as_text

__all__ = ["LABELS", "RULES", "is_coordinate_pair", "split"]

RULES = ("L1-07",)
LABELS = ("緯度", "経度")
_PAIR = re.compile(r"^\(?([0-9]{2}\.[0-9]+)\s*[,、 ]\s*([0-9]{3}\.[0-9]+)\)?$")


def _written(table: Table, column: Column) -> str:
    """What the cell of the header says."""
    cells = table.sheet.rows[table.header_rows[-1]]
    value = cells[column.index] if column.index < len(cells) else None
    return as_text(value)


def is_coordinate_pair(text: str) -> bool:
    """Tell whether ``text`` is a latitude and a longitude of Japan in one cell (34.26,134.01)."""
    return (_pair(text) or ("", "")) != ("", "")


def _pair(text: str) -> tuple[str, str] | None:
    if not text.strip(" ,，、\u3000"):
        return "", ""
    match = _PAIR.match(unicodedata.normalize("NFKC", text).strip())
    if match and 20 <= float(match[1]) <= 46 and 122 <= float(match[2]) <= 154:
        return match[1], match[2]
    return None


def split(table: Table, column: Column) -> tuple[list[Column], list[Change]]:
    """Return the two columns and the changes, or the column alone when it holds anything but pairs."""
    known = {other.label for other in table.columns}
    # Nearly every column shows by its first texts that it is none.
    if any(t.strip() and not _pair(t) for t in islice(column.texts, 50)):
        return [column], []
    texts = [t for t in column.texts if t.strip()]
    if (
        not texts
        or column.native
        or {*LABELS, "latitude", "longitude"} & known
        or not any(map(is_coordinate_pair, texts))
        or not all(map(_pair, texts))
    ):
        return [column], []
    pairs = {t: _pair(t) or ("", "") for t in column.texts}
    halves = []
    for part, label in enumerate(LABELS):
        values: list[Value] = [
            pairs[v][part] or None if isinstance(v, str) and v else None for v in column.values
        ]
        halves.append(Column(column.index, label, label, values))
    row = table.header_rows[-1]
    old, new = _written(table, column), " / ".join(LABELS)
    changes = [
        Change(
            "L1-07", table.sheet.name, address(row, column.index), row + 1, column.label, old, new, "split"
        )
    ]
    for position, value in column.places(set(pairs)):
        cell, row = table.place(position, column)
        new = " / ".join(pairs[value])
        changes.append(Change("L1-07", table.sheet.name, cell, row, column.label, value, new, "split"))
    return halves, changes
