"""Typed cells of worksheets: what the scan of the XML reads, what it leaves to others, and that the answer is the same."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import tables_schema_fuzz as fuzz
from openpyxl import Workbook

from ckanext.moka.tables.tableschema.cellscan import scan_cells
from ckanext.moka.tables.tableschema.sheetxml import sheet_cells
from ckanext.moka.tables.tableschema.workbook import read_sheet

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "名称", "type": "string", "constraints": {"required": True}},
        {"name": "定員", "type": "integer", "constraints": {"minimum": 0, "maximum": 100, "unique": True}},
        {"name": "面積", "type": "number", "constraints": {"minimum": 1.5}},
        {"name": "開設日", "type": "date", "constraints": {"minimum": "1999-12-31", "maximum": "2020-01-01"}},
        {"name": "公開", "type": "boolean"},
    ]
}
ROWS: list[list[Any]] = [
    [field["name"] for field in SCHEMA["fields"]],
    ["一", 1, 2.5, date(2001, 4, 1), True],
    ["二", 101, 1.25, date(1999, 12, 30), False],
    ["三", 1, 35.0, datetime(2001, 4, 1, 10, 30), "有"],
    [4, "80人", "x", "H22.10.10", 1],
    [None, 2.5, None, time(10, 30), None],
    ["六", True, 1e20, timedelta(days=2), "true"],
    [None] * 5,
    ["", 12, 1234567890123456789, date(2020, 1, 1), "", "余分"],
    ["九", 7, 0.1, 30, 0],
    ["十", 8, 3, date(1900, 1, 15), True],
]


def workbook(path: Path, change: dict[str, tuple[str, str]] | None = None) -> Path:
    """Write the rows; ``change`` names parts of the archive with a text in them and what to write for it."""
    book = Workbook()
    sheet: Any = book.active
    for row in ROWS:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    with ZipFile(out) as source, ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            old, new = (change or {}).get(name, ("", ""))
            assert old in text
            target.writestr(name, text.replace(old, new) if old else text)
    return path


SHEET = "xl/worksheets/sheet1.xml"
ODD = {
    "quotes": ('<c r="B2" t="n">', "<c r='B2' t='n'>"),
    "order": ('<c r="B2" t="n">', '<c t="n" r="B2">'),
    "formula": ('<c r="B2" t="n"><v>1</v>', '<c r="B2"><f>1+0</f><v>1</v>'),
    "comment": ('<c r="B2"', '<!-- x --><c r="B2"'),
    "space in number": ("<v>101</v>", "<v> 101 </v>"),
    "no reference": ('<c r="B2" t="n">', '<c t="n">'),
    "error": ('<c r="B2" t="n"><v>1</v>', '<c r="B2" t="e"><v>#N/A</v>'),
    "row without number": ('<row r="3">', "<row>"),
    "40 digits": ("<v>101</v>", "<v>" + "1" * 40 + "</v>"),
    "no number": ("<v>101</v>", "<v>1O1</v>"),
}


def compare(path: Path) -> None:
    """Assert that frictionless says the same of the workbook."""
    case = fuzz.Case(path.read_bytes(), SCHEMA, {}, "xlsx")
    count, difference = fuzz.compare(path.with_name("copy"), case)
    assert not difference


def test_typed_cells_are_read_and_judged_as_frictionless_does(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    assert sheet_cells(str(path), 1) is not None
    sheet = read_sheet(str(path), None, exact=True)
    assert sheet is not None
    row = sheet.row(1)
    assert row == ["一", 1, 2.5, datetime(2001, 4, 1), True, None]
    assert [type(cell) for cell in row[:5]] == [str, int, float, datetime, bool]
    assert sheet.row(5)[3] == time(10, 30)
    compare(path)


@pytest.mark.parametrize("name", ODD)
def test_uncommon_forms_are_left_to_other_readers(name: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {SHEET: ODD[name]})
    cells = sheet_cells(str(path), 1)
    if "number" not in name or name == "row without number":
        assert cells is None
    compare(path)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/workbook.xml", "<workbookPr", '<workbookPr date1904="1"'),
        ("xl/workbook.xml", "<workbookPr", '<workbookPr date1904="false"'),
        (SHEET, '<dimension ref="A1:F11"', '<dimension ref="A1:D9"'),
        (SHEET, '<dimension ref="A1:F11"/>', ""),
        (SHEET, '<c r="B2" t="n"><v>1</v></c>', '<c r="B2" s="1"/>'),
        (SHEET, '<c r="B2" t="n"><v>1</v></c>', '<c r="B2"></c>'),
        (SHEET, '<c r="B2" t="n"><v>1</v></c>', '<c r="B2"><v>1.0</v></c>'),
        (SHEET, '<c r="B2" t="n"><v>1</v></c>', '<c r="B2"><v>1E0</v></c>'),
        (SHEET, '<c r="B2" t="n"><v>1</v></c>', '<c r="B2" t="inlineStr"><is><t>1</t></is></c>'),
        (SHEET, "<v>101</v>", "<v>1e999</v>"),
    ],
)
def test_other_ways_to_write_a_workbook(part: str, old: str, new: str, tmp_path: Path) -> None:
    compare(workbook(tmp_path / "a.xlsx", {part: (old, new)}))


def test_the_scan_reads_nothing_behind_the_end() -> None:
    body = b'<worksheet><sheetData><row r="1"><c r="A1"><v>12</v></c></row></sheetData>'
    assert scan_cells(body) is None
    found = scan_cells(body + bytes(96))
    assert found is not None
    assert (found.starts[0], found.ends[0]) == (body.index(b"12"), body.index(b"12") + 2)
