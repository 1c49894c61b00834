"""Which tables are in a sheet: layouts as city halls make them, each with the tables that a person sees in it."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from tables_layouts import LAYOUTS, Layout

from ckanext.moka.tables import api
from ckanext.moka.tables.model import Range, Table
from ckanext.moka.tables.reading.read import read


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
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS) >= 80


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_the_tables_of_a_sheet_are_found(layout: Layout, tmp_path: Path) -> None:
    assert seen(api.find_tables(read(layout.save(tmp_path), None))) == layout.tables


def moved(layout: Layout, folder: Path, down: int, right: int, notes: bool) -> Path:
    """The layout below a title, beside an empty column, above notes."""
    book = openpyxl.Workbook()
    rows = [["真岡市の統計"], ["令和6年4月1日現在"], []][:down] + [
        [None] * right + row for row in layout.rows()
    ]
    below = [[], [None] * right + ["資料：総務課"], [None] * right + ["注１　年度末の数値である。"]]
    for row in [*rows, *(below if notes else [])]:
        book.active.append(row)
    for span in layout.merged.split():
        left, top, last, bottom = range_boundaries(span)
        book.active.merge_cells(
            start_row=top + down, start_column=left + right, end_row=bottom + down, end_column=last + right
        )
    path = folder / "moved.xlsx"
    book.save(path)
    return path


def shifted(area: str, down: int, right: int) -> str:
    left, top, last, bottom = range_boundaries(area)
    return str(Range(top + down - 1, left + right - 1, bottom + down - 1, last + right - 1))


@pytest.mark.parametrize(
    ("down", "right", "notes"), [(3, 0, False), (0, 1, False), (0, 0, True), (3, 1, True)]
)
@pytest.mark.parametrize("layout", [x for x in LAYOUTS if x.tables], ids=lambda layout: layout.name)
def test_a_title_an_empty_column_and_notes_change_nothing(
    layout: Layout, down: int, right: int, notes: bool, tmp_path: Path
) -> None:
    found = api.find_tables(read(moved(layout, tmp_path, down, right, notes), None))
    wanted = [(shifted(a, down, right), [r + down for r in h], n, x) for a, h, n, x in layout.tables]
    assert seen(found) == wanted


WORKBOOK_ONLY = {
    "side-note",
    "legend-beside",
    "text-only",
    "cover",
}  # a text file has no columns beside its records


@pytest.mark.parametrize(
    "layout", [x for x in LAYOUTS if x.name not in WORKBOOK_ONLY], ids=lambda layout: layout.name
)
def test_the_same_tables_are_found_when_the_sheet_was_saved_as_csv(layout: Layout, tmp_path: Path) -> None:
    rows = layout.rows()
    width = max(map(len, rows))
    path = tmp_path / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [["" if v is None else v for v in row] + [""] * (width - len(row)) for row in rows]
        )
    found = [
        (area, header, count) for area, header, count, _labels in seen(api.find_tables(read(path, None)))
    ]
    assert found == [(area, header, count) for area, header, count, _labels in layout.tables]


@pytest.mark.parametrize(
    "lines",
    [
        [",".join(["名", "数"] * 900), *[",".join([f"x{n}", "2"] * 900) for n in range(5)]],
        ["名,数" if n % 2 == 0 else f"x{n},{n}" for n in range(2000)],
    ],
    ids=["beside", "below"],
)
def test_endless_repetition_is_one_table(lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert len(api.find_tables(read(path, None))) == 1
