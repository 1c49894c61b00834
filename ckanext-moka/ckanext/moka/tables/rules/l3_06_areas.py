"""L3-06: area codes that lost a zero or have a wrong check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.codes import is_municipality_code, repair_municipality_code
from ..context import Context, Hit
from ..model import as_text
from ..profile import is_municipality_label

RULE = "L3-06"


def check(context: Context) -> Iterator[Hit]:
    """Columns of municipal codes: six digits with check digit, or five without."""
    for table, column, _profile in context.columns():
        item = table.schema_fields.get(column.index, {})
        if not (item.get("check") == "municipality_code" or is_municipality_label(column.label)):
            continue
        codes = {v: as_text(v).strip() for v in column.counts if v not in (None, "")}
        faulty = {
            v
            for v, t in codes.items()
            if repair_municipality_code(t) or (re.fullmatch("[0-9]{6}", t) and not is_municipality_code(t))
        }
        texts = [(i, codes[v]) for i, v in enumerate(column.values) if v in faulty]
        lost = [(i, t) for i, t in texts if repair_municipality_code(t)]
        if lost and (
            hit := context.group_at(table, column, lost, "zero", plain=repair_municipality_code(lost[0][1]))
        ):
            yield hit
        wrong = [(i, t) for i, t in texts if not repair_municipality_code(t)]
        if hit := context.group_at(table, column, wrong, "check"):
            yield hit
