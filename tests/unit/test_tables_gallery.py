"""Files that are broken in one known way: the cause comes first, the verdict is right, the repair holds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ckanext.moka.tables import api

GALLERY = Path(__file__).parent / "data" / "tables"
# file -> (rule of the first finding, publishable as it stands, publishable after repair, most groups of findings)
EXPECTED: dict[str, tuple[str | None, bool, bool, int]] = {
    "01_utf8.csv": (None, True, True, 0),
    "02_bom.csv": (None, True, True, 0),
    "04_cp932_tiny.csv": ("encoding-note", True, True, 1),
    "05_cp932_halfkana.csv": ("encoding-note", True, True, 1),
    "07_utf8_late.csv": (None, True, True, 0),
    "08_eucjp.csv": ("encoding-note", False, True, 1),
    "10_mixed.csv": ("encoding-error", False, False, 1),
    "11_fullwidth.csv": ("L2-01", False, True, 5),
    "13_units.csv": ("L2-01", False, False, 6),
    "14_title_rows.csv": ("L3-01", False, True, 1),
    "16_wareki.csv": ("L3-05", True, True, 1),
    "17_trailing_cols.csv": ("L1-03", False, True, 1),
    "19_notes_below.csv": ("L1-04", True, True, 1),
    "20_two_header_rows.csv": ("L2-03", False, True, 1),
    "22_header_space_nfd.csv": ("L1-06", False, True, 1),
    "23_one_column.csv": (None, True, True, 0),
    "25_nul.csv": ("control-character", False, True, 1),
    "26_empty.csv": ("source-error", False, False, 1),
    "28_html.csv": ("L1-01", False, False, 1),
    "29_semicolon_text.csv": ("format-error", True, True, 1),
    "31_one_bad_column.csv": ("L3-03", True, True, 1),
    "32_sjis_wavedash.csv": ("encoding-note", True, True, 1),
    "41_merged_header.xlsx": ("L2-03", False, True, 2),
    "42_title.xlsx": ("L3-01", False, True, 1),
    "44_formula.xlsx": ("formula-error", False, False, 1),
    "45_wareki_format.xlsx": (None, True, True, 0),
    "47_side_note.xlsx": ("L1-04", True, True, 1),
    "48_formatted_blank.xlsx": ("L1-04", True, True, 1),
    "50_xlsx_named_csv.csv": ("format-error", False, True, 2),
}


def test_every_file_of_the_gallery_is_expected() -> None:
    with (GALLERY / "index.csv").open(encoding="utf-8") as stream:
        assert {row["file"] for row in csv.DictReader(stream)} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_cause_comes_first(name: str) -> None:
    first, publishable, after_repair, most = EXPECTED[name]
    report = api.check(GALLERY / name)
    assert (report.findings[0].rule if report.findings else None) == first
    assert report.publishable is publishable
    assert report.publishable_after_repair is after_repair
    assert len(report.findings) <= most
    assert all(
        f.message and f.remedy and f.title and "{" not in f.message + f.remedy for f in report.findings
    )


@pytest.mark.parametrize(
    "name",
    [n for n, (rule, *_rest) in EXPECTED.items() if rule not in ("encoding-error", "source-error", "L1-01")],
)
def test_the_repaired_file_has_no_fault_left_that_repair_mends(name: str, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.csv", tmp_path / "twice.csv"
    api.fix(GALLERY / name, once)
    report = api.check(once)
    assert not [f.rule for f in report.findings if f.fixable]
    if EXPECTED[name][2]:
        assert report.publishable
    assert api.fix(once, twice) == []
    assert once.read_bytes() == twice.read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "14_title_rows.csv",
        "19_notes_below.csv",
        "17_trailing_cols.csv",
        "42_title.xlsx",
        "47_side_note.xlsx",
        "08_eucjp.csv",
        "11_fullwidth.csv",
    ],
)
def test_whatever_stands_around_it_the_same_table_is_loaded(name: str) -> None:
    good = api.load(GALLERY / "01_utf8.csv")
    table = api.load(GALLERY / name)
    assert table.columns == good.columns
    assert next(table.rows) == next(good.rows)
    assert table.row_count == 3


def test_marks_and_approximate_numbers_are_kept() -> None:
    table = api.load(GALLERY / "13_units.csv")
    columns = {
        column.label: values
        for column, values in zip(table.columns, zip(*table.rows, strict=True), strict=True)
    }
    assert columns["定員（人）"] == ("1200", "80", "－")
    assert columns["面積"] == ("-350.5", "約1200m2", "…")
    assert {c.type for c in table.columns if c.label.startswith(("定員", "面積"))} == {"text"}


def test_a_wholly_bad_column_is_one_group_with_its_exact_count() -> None:
    finding = api.check(GALLERY / "31_one_bad_column.csv").findings[0].to_dict()
    assert finding["count"] == 3000
    assert finding["cells_shown"] == len(finding["cells"]) == 20
    assert "3,000" in finding["message"]


def test_the_undecodable_byte_is_named() -> None:
    message = api.check(GALLERY / "10_mixed.csv").findings[0].message
    assert "3 行目" in message
    with pytest.raises(api.UnreadableFile, match="3 行目"):
        api.load(GALLERY / "10_mixed.csv")


def test_reports_speak_english_too() -> None:
    for name in EXPECTED:
        report = api.check(GALLERY / name, lang="en")
        assert all(f.title.isascii() and f.reason.isascii() for f in report.findings), name
