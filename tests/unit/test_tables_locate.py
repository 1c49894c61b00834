"""Which tables are in a sheet: layouts as city halls make them, each with the tables that a person sees in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tables_layouts import LAYOUTS, Layout

from ckanext.moka.tables import api
from ckanext.moka.tables.model import Table
from ckanext.moka.tables.read import read


def seen(tables: list[Table]) -> list[tuple[str, list[int], int, str]]:
    return [
        (
            str(table.range),
            [row + 1 for row in table.header_rows],
            len(table.data_rows),
            ",".join(column.label for column in table.columns),
        )
        for table in tables
    ]


def test_there_are_many_layouts_with_names_of_their_own() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS) >= 75


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_the_tables_of_a_sheet_are_found(layout: Layout, tmp_path: Path) -> None:
    assert seen(api.find_tables(read(layout.save(tmp_path), None))) == layout.tables
