"""P-02: names of persons beside what identifies them. A facility's office phone is no finding.

One column about a facility does not make a list of persons a list of facilities: only names under an officer's
label (開設者, 代表者 …) are taken for those of a facility.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..context import Context, Hit
from ..model import Column, Table
from ..personal import (
    BIRTH,
    facility_table,
    officer_label,
    person_column,
    person_reading,
    private_address_label,
)

RULE = "P-02"
_COMPANY = re.compile(r"法人|会社|株式|有限|合同|組合|協会|（株）|\(株\)|㈱|市長|町長|村長|知事")


def check(context: Context) -> Iterator[Hit]:
    """Names with address, birth date or phone; names of officers; birth dates alone."""
    for table in context.tables:
        people = [c for c in table.columns if c.filled and (person_column(c) or person_reading(table, c))]
        births = [c for c in table.columns if c.filled and BIRTH.search(c.label)]
        facility = facility_table(table)
        for column in people:
            beside = _beside(table, column)
            # A facility's address and phone say nothing about its officer, but everything about anybody else.
            if births or (beside and not (facility and officer_label(column.label))):
                hit = _hit(context, table, column, "person", with_list=[f"「{c.label}」" for c in beside])
            else:
                hit = _hit(context, table, column, "officer")
            if hit:
                yield hit
        if not people:
            for column in births:
                if hit := _hit(context, table, column, "birth"):
                    yield hit


def _beside(table: Table, person: Column) -> list[Column]:
    return [c for c in table.columns if c is not person and c.filled and private_address_label(c.label)]


def _hit(context: Context, table: Table, column: Column, variant: str, **data: object) -> Hit | None:
    places = (
        (i, v) for i, v in enumerate(column.values) if v not in (None, "") and not _COMPANY.search(str(v))
    )
    return context.group_at(table, column, places, variant, secret=True, **data)
