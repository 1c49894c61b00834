"""Repair holds what it promises on any dirty table: it can be undone, repeated, explained, and loses nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.moka.core.numbers import is_mark, plain_number
from ckanext.moka.tables.convert import csv_rows
from ckanext.moka.tables.locating.locate import locate
from ckanext.moka.tables.model import Change, Range, Sheet, Value, address, as_text
from ckanext.moka.tables.recognise import recognise
from ckanext.moka.tables.repair import RULES, CleanTable, Selection, repair, undo

Grid = list[list[str]]

MARKS = st.sampled_from(["－", "-", "…", "x", "***", "", ""])
AMOUNTS = st.one_of(
    st.integers(-99_999, 999_999).map(str),
    st.integers(1_000, 9_999_999).map(lambda n: f"{n:,}"),
    st.integers(0, 9_999).map(
        lambda n: str(n).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    ),
    st.integers(1, 999).map(lambda n: f"△{n}"),
    st.integers(1, 999).map(lambda n: f"{n}人"),
    st.integers(1, 999).map(lambda n: f" {n}　"),
    st.integers(1, 999).map(lambda n: f"約{n}"),
    MARKS,
)
HEISEI = st.dates(date(1990, 1, 1), date(2018, 12, 31))
DAY = st.one_of(
    HEISEI.map(lambda d: d.isoformat()),
    HEISEI.map(lambda d: f"平成{d.year - 1988}年{d.month}月{d.day}日"),
    HEISEI.map(lambda d: f"H{d.year - 1988}.{d.month}.{d.day}"),
    HEISEI.map(lambda d: f"{d.year}/{d.month}/{d.day}"),
)
DAYS = st.integers(0, 9).flatmap(
    lambda n: (
        DAY if n else st.sampled_from(["昭和64年1月7日", "平成31年5月1日", "令和6年2月30日", "不明", ""])
    )
)
NAMES = st.sampled_from(
    [
        "中央公民館",
        "中 央 公 民 館",
        "髙橋記念館",
        " 二宮図書館",
        "真岡市　",
        "荒\n町館",
        "か\u3099くえん",
        "神\ufa19社",
        "㈱みほん",
        "①号館",
    ]
)
CODES = st.sampled_from(
    ["092096", "92096", "321-4395", "３２１－４３９５", "0285830000", "285830000", "", "〃", "内線12"]
)
CHOICES = st.sampled_from(["有", "有", "無", "６年", "6年", "－", "①種", "同上"])
KINDS: dict[str, st.SearchStrategy[str]] = {
    "定員": AMOUNTS,
    "人 数": AMOUNTS,
    "開設日": DAYS,
    "名　称": NAMES,
    "電話番号": CODES,
    "市区町村コード": CODES,
    "区分": CHOICES,
    "面積（㎡）": AMOUNTS,
    "定員 ": AMOUNTS,
}


@st.composite
def dirty(draw: st.DrawFn) -> Grid:
    """A table as a city hall has it: title and notes around, values as people type them."""
    labels = draw(st.lists(st.sampled_from(list(KINDS)), min_size=2, max_size=6, unique=True))
    height = draw(st.integers(3, 9))
    columns = [draw(st.lists(KINDS[label], min_size=height, max_size=height)) for label in labels]
    rows: Grid = [list(row) for row in zip(*columns, strict=True)]
    if draw(st.booleans()):
        rows.insert(draw(st.integers(1, height)), [""] * len(labels))
    above: Grid = []
    if draw(st.booleans()):
        above.append(["公共施設の一覧"])
        above += [["令和6年4月1日現在", *[""] * (len(labels) - 2), "単位：人"]] * draw(st.integers(0, 1))
        above += [[""]] * draw(st.integers(0, 1))
    below: Grid = draw(st.sampled_from([[], [["※休館中の施設を除く。"]], [[""], ["資料：総務課"], [""]]]))
    grid = [*above, labels, *rows, *below]
    tail = draw(st.integers(0, 2))
    width = len(labels) + tail
    return [row + [""] * (width - len(row)) for row in grid]


def native(text: str) -> Value:
    """A cell as a spreadsheet holds it: numbers and days are no texts, blanks are nothing."""
    if plain_number(text):
        return float(text) if "." in text else int(text)
    try:
        return datetime.fromisoformat(text) if len(text) == 10 else text or None
    except ValueError:
        return text


def repaired(
    grid: Grid, merged: list[Range] | None = None, *, workbook: bool = False, **selection: Any
) -> CleanTable | None:
    rows: list[list[Value]] = [[native(text) if workbook else text for text in row] for row in grid]
    sheet = Sheet("表" if workbook else None, rows, merged=merged or [])
    tables = locate(sheet)
    if len(tables) != 1 or not tables[0].columns:
        return None
    recognise(tables[0], "table.csv")
    return repair(tables[0], Selection(**selection)) if selection else repair(tables[0])


def shape(grid: Grid) -> Grid:
    """Without blanks that no cell has: at the ends of rows and below."""
    rows = [[cell if cell.strip() else "" for cell in row] for row in grid]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@SETTINGS
@given(dirty())
def test_undoing_every_change_gives_the_cells_as_they_were(grid: Grid) -> None:
    clean = repaired(grid)
    if clean is not None:
        assert shape(undo(csv_rows(clean), list(clean.changes))) == shape(grid)


@SETTINGS
@given(dirty())
def test_a_repaired_table_has_nothing_left_to_repair(grid: Grid) -> None:
    clean = repaired(grid)
    if clean is not None:
        once = csv_rows(clean)
        again = repaired(once)
        assert again is not None
        assert list(again.changes) == []
        assert csv_rows(again) == once


@SETTINGS
@given(dirty())
def test_every_difference_is_listed_and_every_change_is_one(grid: Grid) -> None:
    clean = repaired(grid)
    if clean is None:
        return
    table = clean.source
    assert len(clean.changes) == len(list(clean.changes))
    chains: dict[str, list[Change]] = {}
    for change in clean.changes:
        assert change.rule in RULES and change.old != change.new
        chains.setdefault(str(change.cell), []).append(change)
    for column in clean.columns:
        for row, value in zip(table.data_rows, column.written, strict=True):
            old, new = grid[row][column.index], as_text(value)
            chain = chains.get(address(row, column.index), [])
            assert (old == new) == (not chain)
            if chain:
                assert chain[0].old == old and chain[-1].new == new
                assert all(a.new == b.old for a, b in zip(chain, chain[1:], strict=False))


@SETTINGS
@given(dirty())
def test_no_cell_is_lost_and_none_is_made_up(grid: Grid) -> None:
    clean = repaired(grid)
    if clean is None:
        return
    table = clean.source
    kept = {(r, c.index) for r in [*table.header_rows, *table.data_rows] for c in table.columns}
    around = {sentence.text for sentence in clean.said.cells}
    for r, row in enumerate(grid):
        for c, text in enumerate(row):
            assert not text.strip() or (r, c) in kept or text in around
    data = [list(column.written) for column in clean.columns]
    assert all(len(values) == len(table.data_rows) for values in data)
    for change in clean.changes:
        if change.what == "cell" and change.row and change.row - 1 in table.data_rows:
            assert not is_mark(change.old), change
            assert change.old != "", change
            assert "髙" not in change.old or "髙" in str(change.new)
            assert "\ufa19" not in change.old or "\ufa19" in str(change.new)
            assert "約" not in change.old or "約" in str(change.new)


@st.composite
def workbooks(draw: st.DrawFn) -> tuple[Grid, list[Range]]:
    """The same as a sheet of a workbook: blanks beside the table, a header in two rows, merged cells in the data."""
    grid = draw(dirty())
    left = draw(st.integers(0, 2))
    grid = [[""] * left + row for row in grid]
    header = max(range(len(grid)), key=lambda r: sum(cell in KINDS for cell in grid[r]))
    merged: list[Range] = []
    if draw(st.booleans()):
        row = draw(st.integers(header + 1, len(grid) - 2))
        column = draw(st.integers(left, left + 1))
        merged.append(Range(row, column, row + 1, column))
        grid[row + 1][column] = ""
    if draw(st.booleans()):
        upper = [""] * len(grid[header])
        upper[left] = "施設"
        grid.insert(header, upper)
        merged = [Range(m.top + 1, m.left, m.bottom + 1, m.right) for m in merged]
        merged.append(Range(header, left, header, left + 1))
    return grid, merged


@SETTINGS
@given(workbooks())
def test_workbooks_keep_the_promises_too(sheet: tuple[Grid, list[Range]]) -> None:
    grid, merged = sheet
    clean = repaired(grid, merged, workbook=True)
    if clean is None:
        return
    once = csv_rows(clean)
    assert shape(undo(once, list(clean.changes))) == shape(grid)
    again = repaired(once)
    assert again is not None and list(again.changes) == []
    around = {sentence.text for sentence in clean.said.cells}
    outside = [
        c for c in clean.changes if c.what in ("row", "beside") and c.rule != "L2-03" and c.old.strip()
    ]
    assert all(change.old in around for change in outside)


@SETTINGS
@given(dirty(), st.sampled_from(sorted(RULES)))
def test_a_rule_that_is_not_wanted_changes_no_value(grid: Grid, rule: str) -> None:
    clean = repaired(grid, without=frozenset({rule}))
    if clean is not None:
        data = {row + 1 for row in clean.source.data_rows}
        assert not [c for c in clean.changes if c.rule == rule and c.what == "cell" and c.row in data]
        assert shape(undo(csv_rows(clean), list(clean.changes))) == shape(grid)


@pytest.mark.parametrize("what", ["rows", "columns"])
def test_merged_cells_are_filled_and_can_be_undone(what: str) -> None:
    grid = [["地区", "名称", "定員"], ["東", "A館", "1"], ["", "B館", "2"], ["西", "", "3"]]
    merged = [Range(1, 0, 2, 0)] if what == "rows" else [Range(3, 0, 3, 1)]
    clean = repaired(grid, merged)
    assert clean is not None
    assert [(c.cell, c.old, c.new, c.rule) for c in clean.changes] == [
        ("A3", "", "東", "L1-12") if what == "rows" else ("B4", "", "西", "L1-12")
    ]
    assert undo(csv_rows(clean), list(clean.changes)) == grid
