"""P-02: names of persons beside what identifies them. A facility's office phone is no finding.

One column about a facility does not make a list of persons a list of facilities: only names under an officer's
label (開設者, 代表者 …) are taken for those of a facility.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import (
    BIRTH,
    facility_table,
    kinship_label,
    officer_label,
    person_column,
    person_reading,
    private_address_label,
)
from ..model import Column, Table

RULE = "P-02"
_NAME = re.compile(r"名前|^名$|世帯主$")
_ROLE = re.compile(
    r"作者|作家|著者|監督|講師|出演|指揮|演者|画家|市長|町長|村長|知事|首長|歴代|受賞|選手|候補者|当選|政治家|人物"
)
_COMPANY = re.compile(r"法人|会社|株式|有限|合同|組合|協会|（株）|\(株\)|㈱|市長|町長|村長|知事")


def check(context: Context) -> Iterator[Hit]:
    """Names with address, birth date or phone; names of officers; birth dates alone."""
    for table in context.tables:
        kin = [c for c in table.columns if c.filled and kinship_label(c.label)]
        people = [c for c in table.columns if c.filled and _persons(table, c, bool(kin))]
        births = [c for c in table.columns if c.filled and BIRTH.search(c.label)]
        facility = facility_table(table)
        for column in people:
            beside = [*_beside(table, column), *kin]
            # A facility's address and phone say nothing about its officer, but everything about anybody else.
            public = officer_label(column.label) or _ROLE.search(column.label) is not None
            if births or (beside and not (facility and public)):
                hit = _hit(context, table, column, "person", with_list=[f"「{c.label}」" for c in beside])
            elif not public:
                hit = _hit(context, table, column, "officer")
            else:
                # Who answers for a facility, sits in the council or made a work is published by office.
                hit = None
            if hit:
                yield hit
        if not people:
            for column in births:
                if hit := _hit(context, table, column, "birth"):
                    yield hit


def _persons(table: Table, column: Column, kin: bool) -> bool:
    """Names by label or values, or readings; where relations are listed, a column 名前 or 世帯主 is one of persons."""
    if person_column(column) or person_reading(table, column):
        return True
    return kin and _NAME.search(column.label) is not None and bool(column.texts)


def _beside(table: Table, person: Column) -> list[Column]:
    return [c for c in table.columns if c is not person and c.filled and private_address_label(c.label)]


def _hit(context: Context, table: Table, column: Column, variant: str, **data: object) -> Hit | None:
    places = (
        (i, v) for i, v in enumerate(column.values) if v not in (None, "") and not _COMPANY.search(str(v))
    )
    return context.group_at(table, column, places, variant, secret=True, **data)
