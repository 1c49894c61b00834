"""Files as a city published them: the right table is located, the first finding is the right one, repair holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ckanext.moka.core.naming import label_key
from ckanext.moka.tables import api
from ckanext.moka.tables.reading.read import read

DATA = Path(__file__).parent / "data" / "tables"
FILES = DATA / "real"
# Told by looking at the rows of each file, not by running the engine.
EXPECTED: dict[str, dict[str, Any]] = json.loads((DATA / "real_expected.json").read_text(encoding="utf-8"))


def test_every_file_is_expected_and_there_are_enough() -> None:
    assert {path.name for path in FILES.iterdir()} == {*EXPECTED, "README.md"}
    assert len(EXPECTED) >= 60
    assert sum(path.stat().st_size for path in FILES.iterdir()) < 3_000_000


@pytest.mark.parametrize("name", EXPECTED)
def test_the_table_that_a_person_sees_is_located(name: str) -> None:
    seen = EXPECTED[name]
    tables = api.find_tables(read(FILES / name, None))
    assert len(tables) == 1
    table = tables[0]
    assert (table.sheet.name, str(table.range)) == (seen["sheet"], seen["range"])
    assert ([row + 1 for row in table.header_rows], len(table.data_rows)) == (
        seen["header_rows"],
        seen["rows"],
    )
    assert [label_key(column.raw_label) for column in table.columns] == [label_key(t) for t in seen["labels"]]
    assert table.schema is None


@pytest.mark.parametrize("name", EXPECTED)
def test_the_first_finding_is_what_has_to_be_mended_first(name: str) -> None:
    report = api.check(FILES / name)
    first = report.findings[0] if report.findings else None
    assert (first and [first.rule, first.place.cell]) == EXPECTED[name]["first"]


@pytest.mark.parametrize("name", sorted(EXPECTED)[::4])
def test_repair_keeps_every_row(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    api.fix(FILES / name, out)
    table = api.find_tables(read(out, None))[0]
    assert len(table.data_rows) == EXPECTED[name]["rows"]
    assert table.header_rows == [0]
