"""Reading, loading, converting and the command line: what a file is, what comes out, how it ends."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet
import pytest
from click.testing import CliRunner

import moka_schemas
from ckanext.moka.tables import api, cli

GALLERY = Path(__file__).parent / "data" / "tables"


def write(folder: Path, text: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def types(table: api.LoadedTable) -> dict[str, str]:
    return {column.label: column.type for column in table.columns}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le"]
)
@pytest.mark.parametrize("records", [1, 300])
def test_every_encoding_gives_the_same_table(tmp_path: Path, encoding: str, records: int) -> None:
    text = "番号,名称,よみ\r\n" + "".join(f"{n},第{n}図書館,としょかん\r\n" for n in range(1, records + 1))
    table = api.load(write(tmp_path, text, encoding=encoding))
    assert next(table.rows) == (1, "第1図書館", "としょかん")
    assert table.row_count == records


def test_tabs_and_semicolons_separate_too(tmp_path: Path) -> None:
    tabs = api.load(write(tmp_path, "名称\t備考\nA館\tx,y\nB館\tz\n", "t.tsv"))
    assert list(tabs.rows) == [("A館", "x,y"), ("B館", "z")]
    assert api.check(tmp_path / "t.tsv").format == "tsv"
    assert next(api.load(GALLERY / "29_semicolon_text.csv").rows) == ("図書館", "月,火,水")


def test_an_open_quote_is_named_with_its_line(tmp_path: Path) -> None:
    rows = "".join(f"{n},館{n}\n" for n in range(500))
    report = api.check(write(tmp_path, '番号,名称\n1,"中央\n' + rows))
    assert not report.readable
    assert "2 行目で開いた引用符" in report.findings[0].message


def test_a_store_name_does_not_hide_what_people_called_it(tmp_path: Path) -> None:
    path = write(tmp_path, "名称,定員\nA館,1\n", "0f3a")
    assert api.check(path, name="施設.csv").file == "施設.csv"
    mismatch = api.check(path, name="施設.xlsx").findings[0]
    assert mismatch.rule == "format-error"
    assert ".xlsx" in mismatch.message


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"%PDF-1.7\n...", "L1-01"),
        (b"\x89PNG\r\n\x1a\n", "L1-01"),
        (b"<!DOCTYPE html><html></html>", "L1-01"),
        (b'{"a": 1}', "source-error"),
        (b"PK\x03\x04broken", "source-error"),
        (b"", "source-error"),
        (b" \r\n \r\n", "source-error"),
        (bytes(range(256)) * 40, "encoding-error"),
    ],
)
def test_what_is_no_table_says_so(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    report = api.check(path)
    assert (report.readable, report.publishable, report.score["L1"]) == (False, False, 0)
    assert report.findings[0].rule == rule
    with pytest.raises(api.UnreadableFile) as error:
        api.load(path)
    assert report.findings[0].message in str(error.value)


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 80_000_000)
    finding = api.check(path).findings[0]
    assert (finding.rule, finding.severity) == ("source-error", "fatal")
    assert "80 MB" in finding.message


def test_a_single_cell_far_away_does_not_eat_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "名称"
    workbook.active["XFD1048576"] = "x"
    workbook.save(path)
    assert "1,048,576 行" in api.check(path).findings[0].message


def test_typed_columns_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["施設ID", "名称", "定員", "面積", "開設日", "更新日時", "郵便番号"])
    workbook.active.append(
        [37201, "A館", 10, 12.5, datetime(2001, 4, 1), datetime(2001, 4, 1, 9, 30), "0600000"]
    )
    workbook.active.append([37202, "B館", None, 3, datetime(2002, 4, 1), datetime(2001, 4, 1), None])
    workbook.save(path)
    table = api.load(path)
    assert [c.type for c in table.columns] == [
        "text",
        "text",
        "integer",
        "number",
        "date",
        "datetime",
        "text",
    ]
    assert [c.pg_type for c in table.columns] == [
        "text",
        "text",
        "int8",
        "float8",
        "date",
        "timestamp",
        "text",
    ]
    assert list(table.rows)[0] == (
        "37201",
        "A館",
        10,
        12.5,
        date(2001, 4, 1),
        datetime(2001, 4, 1, 9, 30),
        "0600000",
    )
    assert list(table.rows)[1][2] is None


@pytest.mark.parametrize(
    ("label", "cells", "kind"),
    [
        ("定員", ["10", "２０", "1,200"], "integer"),
        ("定員", ["10", "-", "20"], "text"),
        ("定員", ["10", "", "0"], "integer"),
        ("定員", ["10", "20人程度"], "text"),
        ("電話番号", ["0285830000", "0285740000"], "text"),
        ("整理券", ["001", "002"], "text"),
        ("開設日", ["2001/4/1", "2002-04-01"], "date"),
        ("開設日", ["平成13年4月1日", "2001-04-01"], "date"),
        ("開設日", ["平成31年5月1日", "2001-04-01"], "text"),
        ("開設日", ["4/1/2001", "5/1/2001"], "text"),
        ("積算", ["99999999999999999999", "1"], "text"),
        ("公開", ["true", "false"], "text"),
    ],
)
def test_a_type_is_given_only_when_every_cell_fits(
    tmp_path: Path, label: str, cells: list[str], kind: str
) -> None:
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["名称", label], *[[f"館{n}", cell] for n, cell in enumerate(cells)]])
    table = api.load(path)
    assert table.columns[1].type == kind
    loaded = [row[1] for row in table.rows]
    if "-" in cells:
        assert loaded == ["10", "-", "20"]
    if "" in cells:
        assert loaded == [10, None, 0]


def test_physical_names_come_from_the_standard_or_the_vocabulary(tmp_path: Path) -> None:
    text = "名称,住所,緯度,経度,電話番号,謎の項目,名称\nA,B,36.4,140.0,0285-83-0000,x,y\n"
    table = api.load(write(tmp_path, text))
    assert [c.name for c in table.columns] == [
        "name",
        "address",
        "latitude",
        "longitude",
        "phone",
        "col_006",
        "name_2",
    ]
    assert [c.label for c in table.columns][-1] == "名称_2"


def test_records_with_a_field_too_many_are_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(api.UnreadableFile, match="2 行目"):
        api.load(write(tmp_path, "名称,曜日\nA館,月,火\nB館,水\n"))


def test_the_biggest_table_is_the_one_that_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["このブックについて"])
    data = workbook.create_sheet("データ")
    for row in (["名称", "定員"], ["A館", 1], ["B館", 2]):
        data.append(row)
    workbook.save(path)
    assert api.load(path).sheet == "データ"


def test_convert_keeps_every_value_in_every_format(tmp_path: Path) -> None:
    source = write(tmp_path, "名称,緯度,経度,定員,開設日\nA館,36.40,140.00,10,2001-04-01\nB館,,,,\n")
    for form in ("csv", "json", "xlsx", "parquet", "geojson"):
        assert api.convert(source, tmp_path / f"o.{form}", format=form) == (1 if form == "geojson" else 2)
    assert (tmp_path / "o.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "A館,36.40,140.00,10,2001-04-01" in (tmp_path / "o.csv").read_text(encoding="utf-8-sig")
    records = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert records[0] == {"名称": "A館", "緯度": 36.4, "経度": 140.0, "定員": 10, "開設日": "2001-04-01"}
    assert records[1]["定員"] is None
    parquet = pyarrow.parquet.read_table(tmp_path / "o.parquet")
    assert parquet.schema.names == ["name", "latitude", "longitude", "capacity", "opening_date"]
    assert parquet.schema.field("capacity").metadata[b"label"].decode() == "定員"
    assert parquet.to_pylist()[0]["opening_date"] == date(2001, 4, 1)
    points = json.loads((tmp_path / "o.geojson").read_text(encoding="utf-8"))
    assert points["features"][0]["geometry"]["coordinates"] == [140.0, 36.4]
    assert (len(points["features"]), points["omitted"]) == (1, 1)
    assert [c.value for c in openpyxl.load_workbook(tmp_path / "o.xlsx").active[2]][:2] == ["A館", 36.4]


def test_a_format_that_cannot_be_leaves_nothing_behind(tmp_path: Path) -> None:
    source = write(tmp_path, "名称,定員\nA館,1\n")
    with pytest.raises(api.CannotConvert, match="緯度"):
        api.convert(source, tmp_path / "o.geojson", format="geojson")
    with pytest.raises(api.CannotConvert, match="docx"):
        api.convert(source, tmp_path / "o.docx", format="docx")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["table.csv"]


def test_coordinates_in_one_cell_become_two_columns(tmp_path: Path) -> None:
    table = api.load(write(tmp_path, '名称,位置\nA館,"36.44,140.01"\nB館,","\n'))
    assert types(table) == {"名称": "text", "緯度": "number", "経度": "number"}
    assert list(table.rows) == [("A館", 36.44, 140.01), ("B館", None, None)]


def test_linkdata_lines_are_metadata() -> None:
    lines = [
        "#LINK,,",
        "#lang,ja,",
        "#property,name,address",
        "#object_type_xsd,string,string",
        "1,A館,荒町",
        "2,B館,台町",
    ]
    path = GALLERY.parent / "linkdata.csv"
    assert path.read_text(encoding="utf-8").splitlines() == lines
    table = api.load(path)
    assert [c.label for c in table.columns] == ["番号", "name", "address"]
    assert list(table.rows) == [(1, "A館", "荒町"), (2, "B館", "台町")]


def test_exit_codes_and_formats_of_the_command_line(tmp_path: Path) -> None:
    run = CliRunner().invoke
    good, bad, empty = (str(GALLERY / n) for n in ("01_utf8.csv", "14_title_rows.csv", "26_empty.csv"))
    assert run(cli.check, [good]).exit_code == 0
    assert run(cli.check, [bad]).exit_code == 1
    assert run(cli.check, [good, empty]).exit_code == 2
    assert run(cli.check, ["no-such-file.csv"]).exit_code == 2
    assert run(cli.check, [good, "--schema", "nope"]).exit_code == 2
    report = json.loads(run(cli.check, [bad, "--format", "json"]).stdout)
    assert set(report) >= {
        "file",
        "format",
        "encoding",
        "seconds",
        "tables",
        "findings",
        "score",
        "stars",
        "publishable",
        "sha256",
    }
    assert set(report["findings"][0]) >= {
        "rule",
        "severity",
        "sheet",
        "cell",
        "row",
        "field",
        "value",
        "message",
        "remedy",
        "fixable",
    }
    assert set(report["tables"][0]) >= {"sheet", "range", "header_rows", "rows", "fields", "schema"}
    assert len(json.loads(run(cli.check, [good, bad, "--format", "json"]).stdout)) == 2
    html = run(cli.check, [bad, "--format", "html"]).stdout
    assert html.startswith("<!DOCTYPE html>") and "直し方" in html and "<script" not in html
    assert "Not publishable" in run(cli.check, [bad, "--lang", "en"]).stdout


def test_fix_and_convert_from_the_command_line(tmp_path: Path) -> None:
    out, changes = tmp_path / "out.csv", tmp_path / "changes.json"
    done = CliRunner().invoke(
        cli.fix, [str(GALLERY / "14_title_rows.csv"), "-o", str(out), "--changes", str(changes)]
    )
    assert done.exit_code == 0, done.output
    assert [c["rule"] for c in json.loads(changes.read_text(encoding="utf-8"))] == ["L3-01", "L3-01", "L3-01"]
    assert CliRunner().invoke(cli.fix, [str(GALLERY / "13_units.csv"), "-o", str(out)]).exit_code == 1
    assert (
        CliRunner()
        .invoke(cli.convert, [str(GALLERY / "01_utf8.csv"), "-o", str(tmp_path / "o.parquet")])
        .exit_code
        == 0
    )
    assert (
        CliRunner()
        .invoke(cli.convert, [str(GALLERY / "01_utf8.csv"), "-o", str(tmp_path / "o.geojson")])
        .exit_code
        == 2
    )
    assert (
        CliRunner()
        .invoke(cli.convert, [str(GALLERY / "26_empty.csv"), "-o", str(tmp_path / "o.csv")])
        .exit_code
        == 2
    )


def test_html_cannot_be_broken_by_what_a_file_says(tmp_path: Path) -> None:
    path = write(tmp_path, "名称,定員\n<script>alert(1)</script>,10人\nB館,20\n")
    page = api.report_html(path, name="<img src=x>.csv")
    assert "<script" not in page and "<img" not in page


def test_the_standards_are_whole_and_say_how_sure_they_are() -> None:
    names = moka_schemas.table_schemas()
    assert len(names) >= 40 and "public_toilet" in names and "public_toilet.old" in names
    lists = set(moka_schemas.code_lists())
    for name in names:
        schema = moka_schemas.table_schema(name)
        fields = [f["name"] for f in schema["fields"]]
        assert len(fields) == len(set(fields)) and all(f.isascii() and len(f) <= 63 for f in fields), name
        assert schema["source_level"] in ("exact", "published", "reconstructed") and schema["title"], name
        assert {f["codes"] for f in schema["fields"] if "codes" in f} <= lists
        assert {f["type"] for f in schema["fields"]} <= {"string", "integer", "number", "date"}
    assert moka_schemas.table_schema("public_toilet")["source_level"] == "exact"
    assert moka_schemas.table_schema("public_facility")["source_level"] == "reconstructed"
    with pytest.raises(KeyError):
        moka_schemas.table_schema("../metadata/theme16")


@pytest.mark.parametrize("name", moka_schemas.table_schemas())
def test_a_table_with_a_standards_own_labels_is_recognised_as_it(tmp_path: Path, name: str) -> None:
    schema = moka_schemas.table_schema(name)
    titles = [f["title"] for f in schema["fields"]]
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([list(reversed(titles)), ["a"] * len(titles)])
    found = api.check(path).tables[0]["schema"]
    assert (found["id"], found["layout"]) == (schema["dataset"], schema["layout"])
