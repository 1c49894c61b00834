"""Files that harm, lie or are broken: each gives a finding that names the cause, soon and with little memory."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt

from ckanext.moka.tables import api

SHEET = "xl/worksheets/sheet1.xml"
MAIN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="B1" t="inlineStr"><is><t>定員</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>A館</t></is></c><c r="B2"><v>10</v></c></row>'
).encode()
BOMB = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def parts() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    for row in (["名称", "定員"], ["A館", 10], ["B館", 20]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as box:
        return {name: box.read(name) for name in box.namelist()}


def pack(path: Path, items: dict[str, bytes] | list[tuple[str, bytes]]) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        warnings.simplefilter("ignore")
        for name, data in items.items() if isinstance(items, dict) else items:
            box.writestr(name, data)
    return path


def sheet(body: bytes, head: bytes = b"", tail: bytes = b"") -> bytes:
    return MAIN + head + b"<sheetData>" + body + b"</sheetData>" + tail + b"</worksheet>"


def book(path: Path, body: bytes, head: bytes = b"", tail: bytes = b"") -> Path:
    return pack(path, parts() | {SHEET: sheet(body, head, tail)})


def refusal(path: Path) -> str:
    """Return what the only finding says of a file that is not opened; the other commands say the same."""
    report = api.check(path)
    assert not report.readable and not report.publishable
    assert [f.severity for f in report.findings] == ["fatal"]
    with pytest.raises(api.UnreadableFile) as error:
        api.fix(path, path.with_suffix(".out"))
    assert report.findings[0].message in str(error.value)
    assert report.findings[0].remedy
    return report.findings[0].message


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/styles.xml", "docProps/core.xml", "docProps/app.xml",
    "xl/_rels/workbook.xml.rels", "xl/theme/theme1.xml", "_rels/.rels"])  # fmt: skip
@pytest.mark.parametrize("harm", [BOMB, OUTSIDE])
def test_declared_entities_are_refused_in_every_part(tmp_path: Path, name: str, harm: bytes) -> None:
    items = parts()
    data = items[name]
    start = data.index(b"?>") + 2 if data.startswith(b"<?xml") else 0
    items[name] = data[:start] + harm + data[start:]
    report = api.check(pack(tmp_path / "a.xlsx", items))
    assert not report.readable and ("DOCTYPE" in report.findings[0].message or name == "_rels/.rels")


@pytest.mark.parametrize("name", ["/etc/passwd", "../../evil", "xl/../../evil", "C:\\evil", "..\\evil"])
def test_parts_that_point_outside_are_refused(tmp_path: Path, name: str) -> None:
    assert "外を指す名前" in refusal(pack(tmp_path / "a.xlsx", parts() | {name: b"x"}))


def test_a_part_with_two_contents_is_refused(tmp_path: Path) -> None:
    assert "同じ名前" in refusal(pack(tmp_path / "a.xlsx", [*parts().items(), (SHEET, sheet(ROWS))]))


def test_parts_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.xlsx", parts())
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    assert "重なって" in refusal(path)


@pytest.mark.parametrize("name", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_part_longer_than_it_says_is_refused(tmp_path: Path, name: str) -> None:
    big = MAIN + b"<sheetData>" + b"<row/>" * 200_000 + b"</sheetData></worksheet>"
    path = pack(tmp_path / "a.xlsx", parts() | {name: big})
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", len(big)), struct.pack("<I", 1000)))
    refusal(path)


@pytest.mark.parametrize("name", ["xl/sharedStrings.xml", "xl/styles.xml", SHEET])
def test_what_is_only_announced_takes_no_memory(tmp_path: Path, name: str) -> None:
    items = parts()
    start = b'<%s xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    items[name] = {
        "xl/sharedStrings.xml": start % b"sst" + b' count="4294967295" uniqueCount="4294967295"/>',
        "xl/styles.xml": start % b"styleSheet" + b'><cellXfs count="4294967295"/></styleSheet>',
        SHEET: sheet(ROWS, b"", b'<mergeCells count="4294967295"/>'),
    }[name]
    refusal(pack(tmp_path / "a.xlsx", items))


def test_very_many_parts_and_sheets(tmp_path: Path) -> None:
    assert "25,0" in refusal(pack(tmp_path / "a.xlsx", parts() | {f"x{n}": b"" for n in range(25_000)}))
    items = parts()
    names = "".join(
        f'<sheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" name="s{n}" sheetId="{n + 2}" r:id="rId1"/>'
        for n in range(3000)
    )
    items["xl/workbook.xml"] = items["xl/workbook.xml"].replace(b"</sheets>", names.encode() + b"</sheets>")
    assert "シートが 3,001 枚" in refusal(pack(tmp_path / "b.xlsx", items))


def test_a_zip_of_zips_is_not_unpacked(tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", {"a": b"0" * 5_000_000}).read_bytes()
    path = pack(tmp_path / "a.csv", {f"{n}.zip": inner for n in range(50)})
    assert "ZIP" in refusal(path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'<row r="3"><c r="XFD1048576"><v>1</v></c></row>', "1,048,576 行 × 16,384 列"),
        (b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>', "大きすぎて"),
        (b"<row>" + b"<c><v>1</v></c>" * 16_384 + b"</row>", "16,384 列"),
        (b'<row r="-5"><c r="A-5"><v>1</v></c></row>', "表計算ソフト"),
        (b'<row r="0"><c r="A0"><v>1</v></c></row>', "表計算ソフト"),
        (b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + os.urandom(3_000_000).hex().encode() + b"</t></is></c></row>", "MB もの文字"),
    ],
)  # fmt: skip
def test_cells_that_cannot_be_held(tmp_path: Path, body: bytes, said: str) -> None:
    path = book(tmp_path / "a.xlsx", ROWS + body)
    report = api.check(path)
    assert not report.readable and said in report.findings[0].message + report.findings[0].remedy


@pytest.mark.parametrize(
    ("body", "head", "tail"),
    [
        (b"", b'<dimension ref="A1:XFD1048576"/>', b""),
        (b"", b"", b'<mergeCells><mergeCell ref="D1:XFD1048576"/></mergeCells>'),
        (b"", b"", b"<mergeCells>" + b'<mergeCell ref="D4:XFD1048576"/>' * 50_000 + b"</mergeCells>"),
        (b"".join(b'<row r="%d" s="1"><c r="A%d"/><c r="XFD%d"/></row>' % (n, n, n) for n in range(3, 9000)), b"", b""),
        (b'<row r="3"><c r="A3"><f t="shared" ref="A3:B3" si="0">B3</f><v>1</v></c><c r="B3"><f t="shared" si="0">A3</f><v>1</v></c></row>', b"", b""),
        (b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + b"x" * 32_767 + b'</t></is></c><c r="B3"><v>1</v></c></row>', b"", b""),
    ],
    ids=["dimension", "one merge", "merges", "blank formats", "circle", "long cell"],
)  # fmt: skip
def test_what_only_looks_large_is_read(tmp_path: Path, body: bytes, head: bytes, tail: bytes) -> None:
    path = book(tmp_path / "a.xlsx", ROWS + body, head, tail)
    assert api.check(path).readable
    assert next(api.load(path).rows)[0] == "A館"


def test_oddly_written_sheets_are_scanned_exactly(tmp_path: Path) -> None:
    plain = sheet(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2"><v>2</v></c></row><row r="3"><c r="B3"><f>A1*2</f><v>2</v></c>'
        b'<c r="C3" t="e"><v>#N/A</v></c></row>',
        b'<cols><col min="3" max="3" hidden="1"/></cols>',
        b'<mergeCells><mergeCell ref="A1:B1"/></mergeCells>',
    )
    forms = {
        "quotes": plain.replace(b'"', b"'"),
        "order": plain.replace(b'<c r="C3" t="e">', b'<c t="e" r="C3">').replace(b'<row r="2" hidden="1">', b'<row hidden="1" r="2">'),
        "prefix": plain.replace(b"</", b"</x:").replace(b"<", b"<x:").replace(b"<x:/x:", b"</x:").replace(b"xmlns=", b"xmlns:x="),
        "comment": plain.replace(b"<sheetData>", b'<sheetData><!-- <row r="9" hidden="1"> -->'),
        "utf-16": plain.decode().encode("utf-16"),
        "none": plain.replace(b' r="A1"', b"").replace(b'<row r="3"', b"<row"),
    }  # fmt: skip
    from ckanext.moka.tables.reading.sheetscan import scan

    expected = scan(iter([plain]))
    assert (expected.hidden_rows, expected.hidden_cols, len(expected.merged)) == ({1}, {2}, 1)
    assert expected.formulas == [(2, 1, "A1*2", True)] and expected.errors == [(2, 2, "#N/A")]
    for name, data in forms.items():
        got = scan(iter([data[:70], data[70:]]) if name != "utf-16" else iter([data]))
        for field in (
            "hidden_rows",
            "hidden_cols",
            "merged",
            "formulas",
            "errors",
            "cells",
            "last_row",
            "width",
        ):
            assert getattr(got, field) == getattr(expected, field), (name, field)


def old_book() -> bytes:
    workbook = xlwt.Workbook()
    table = workbook.add_sheet("表")
    for r, row in enumerate([["名称", "定員"], ["A館", 10], ["B館", 20]]):
        for c, value in enumerate(row):
            table.write(r, c, value)
    table.row(2).hidden = True
    table.col(1).hidden = True
    table.write(4, 3, xlwt.Formula("1+1"))
    table.write_merge(6, 7, 0, 1, "結合")
    hidden = workbook.add_sheet("裏")
    hidden.write(0, 0, "氏名")
    hidden.write(1, 0, "佐藤 太郎")
    hidden.visibility = 2
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_an_old_workbook_hides_nothing_from_us(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(old_book())
    findings = {f.rule: f for f in api.check(path).findings}
    assert {"L1-12", "L1-13", "L2-06", "P-04"} <= set(findings)
    assert "再表示" in findings["P-04"].message and "A2" in findings["P-04"].message


@pytest.mark.parametrize("size", [8, 30, 100, 511, 512, 600, 1500, 3000])
def test_a_truncated_old_workbook(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(old_book()[:size])
    assert "切れて" in refusal(path) or size > 8


@pytest.mark.parametrize("place", [44, 48, 60, 68, 76])
def test_chains_of_sectors_that_run_in_circles_or_nowhere(tmp_path: Path, place: int) -> None:
    for number in (0, 1, 2, 0x7FFFFFF0):
        data = bytearray(old_book())
        data[place : place + 4] = struct.pack("<I", number)
        path = tmp_path / "a.xls"
        path.write_bytes(data)
        report = api.check(path)
        assert report.readable or report.findings[0].severity == "fatal"


def test_texts_of_an_old_workbook_that_are_only_announced(tmp_path: Path) -> None:
    data = old_book()
    table = data.index(struct.pack("<H", 0xFC), data.index(b"\x42\x00\x02\x00\xb0\x04"))
    (tmp_path / "a.xls").write_bytes(data[: table + 8] + b"\xff" * 4 + data[table + 12 :])
    assert "壊れて" in refusal(tmp_path / "a.xls")


def test_cells_of_an_old_workbook_beyond_its_sheet(tmp_path: Path) -> None:
    data = old_book()
    cell = data.index(struct.pack("<HHHH", 0x27E, 10, 1, 1))
    path = tmp_path / "a.xls"
    path.write_bytes(data[: cell + 4] + struct.pack("<HH", 65535, 65535) + data[cell + 8 :])
    assert "大きすぎて" in refusal(path)


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods", "a.zip"])
def test_a_truncated_container(tmp_path: Path, name: str) -> None:
    data = pack(tmp_path / "whole", parts()).read_bytes()
    for size in (4, 30, len(data) // 2, len(data) - 10):
        (tmp_path / name).write_bytes(data[:size])
        assert "切れて" in refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"%PDF-1.4 ...", "PDF"),
        ("a.csv", b"<!DOCTYPE html><html></html>", "HTML"),
        ("a.csv", b"\n <table><tr><td>x</td></tr></table>", "HTML"),
        ("a.csv", '名称,定員\nA館,1\n"B館,2\n'.encode() + "C館,3\n".encode() * 3000, "3 行目で開いた引用符"),
        ("a.csv", b"a,b\n1" + b"," * 100_000 + b"1\n", "100,001 列"),
        ("a.csv", b"a,b\n" + b",".join(b"%d" % n for n in range(16_384)) + b"\n", "2 行目に列が 16,384 列"),
        ("a.csv", b"a,b\n1,2\n" + b"\n" * 5_000_000 + b"3,4\n", "空の行が"),
        ("a.csv", b"a,b\n1," + b"x" * 6_000_000 + b"\n", "6 MB もの文字"),
        ("a.csv", "NAME,CAPACITY\nHALL A,1\nHALL B,2\n".encode("cp037") * 20, "文字コード"),
        ("a.csv", os.urandom(50_000), "文字コード"),
        ("a.csv", b"\xff" * 100_000, "文字コード"),
        ("a.csv", b"\0" * 100_000, "NUL"),
    ],
)  # fmt: skip
def test_texts_that_are_no_tables(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refusal(path)


def test_japanese_in_utf7_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("名称,定員\nA館,1\n東京都,2\n".encode("utf-7"))
    assert "UTF-7" in api.check(tmp_path / "a.csv").findings[0].message
    assert next(api.load(tmp_path / "a.csv").rows)[0] == "A館"


def test_a_workbook_behind_a_password(tmp_path: Path) -> None:
    name = "Workbook".encode("utf-16-le")
    data = old_book()
    entry = data.index(name)
    secret = "EncryptedPackage".encode("utf-16-le")
    data = data[:entry] + secret.ljust(64, b"\0") + struct.pack("<H", len(secret) + 2) + data[entry + 66 :]
    for file in ("a.xlsx", "a.xls"):
        (tmp_path / file).write_bytes(data)
        assert "パスワード" in refusal(tmp_path / file)


def test_a_very_long_value_takes_no_long_time(tmp_path: Path) -> None:
    for filler in ("あ", "1", "a", " x", "0-", "\n", "a.", "(", "１,"):
        path = tmp_path / "a.csv"
        path.write_text(
            '名称,備考\nA館,"' + filler * (32_767 // len(filler)) + 'x"\nB館,なし\n', encoding="utf-8"
        )
        assert api.check(path).readable


def test_what_is_no_ordinary_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    for name in ("folder.csv", "pipe.csv", "device.csv"):
        assert "ふつうのファイルではありません" in refusal(tmp_path / name)


@pytest.mark.parametrize("make", [lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000])
def test_an_empty_compound_file(tmp_path: Path, make: Callable[[], bytes]) -> None:
    (tmp_path / "a.xls").write_bytes(make())
    refusal(tmp_path / "a.xls")


NAMES = " ".join(
    f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{u}:1.0"'
    for n, u in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("meta", "meta"))
)  # fmt: skip


def open_document(path: Path, tables: str, manifest: str = "", meta: str = "", head: str = "") -> Path:
    items = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": (
            f'<office:document-content {NAMES}>{head}<office:automatic-styles><style:style style:name="h" style:family="table">'
            '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
        ).encode(),
        "META-INF/manifest.xml": (
            f'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{manifest}</m:manifest>'
        ).encode(),
    }
    if meta:
        items["meta.xml"] = (
            f"<office:document-meta {NAMES}><office:meta>{meta}</office:meta></office:document-meta>".encode()
        )
    return pack(path, items)


def cell(value: str, inner: str = "", attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}>{inner}<text:p>{value}</text:p></table:table-cell>'


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def test_an_open_document_hides_nothing_from_us(tmp_path: Path) -> None:
    note = "<office:annotation><text:p>090-1234-5678 に確認</text:p></office:annotation>"
    shown = (
        row(cell("名称"), cell("定員"))
        + row(cell("A館", note), cell("x"))
        + row(cell("B館"), cell("y"), attributes='table:visibility="collapse"')
    )
    tables = (
        "<table:tracked-changes><table:cell-content-change><table:previous>古い値</table:previous></table:cell-content-change></table:tracked-changes>"
        f'<table:table table:name="表"><table:table-column table:number-columns-repeated="2"/>{shown}</table:table>'
        f'<table:table table:name="裏" table:style-name="h">{row(cell("氏名"))}{row(cell("佐藤 太郎"))}</table:table>'
    )
    path = open_document(
        tmp_path / "a.ods", tables, meta="<meta:initial-creator>真岡 一郎</meta:initial-creator>"
    )
    rules = {f.rule: f for f in api.check(path).findings}
    assert {"L1-13", "P-04", "P-05", "P-06", "P-09"} <= set(rules)
    assert rules["P-05"].place.cell == "A2" and rules["P-05"].severity == "fatal"
    assert rules["P-04"].severity == "fatal"


def test_an_open_document_that_unfolds_without_end(tmp_path: Path) -> None:
    wide = cell("x", attributes='table:number-columns-repeated="16384"')
    tables = f'<table:table table:name="表">{row(wide, attributes=chr(32).join(["table:number-rows-repeated=" + chr(34) + "1048576" + chr(34)]))}</table:table>'
    assert "1,048,576 行" in refusal(open_document(tmp_path / "a.ods", tables))


def test_an_encrypted_open_document(tmp_path: Path) -> None:
    secret = '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'
    assert "パスワード" in refusal(open_document(tmp_path / "a.ods", "", secret))


def test_an_old_workbook_behind_a_password(tmp_path: Path) -> None:
    data = old_book()
    # FILEPASS takes the place of a record of the globals that says nothing here (CODEPAGE).
    place = data.index(struct.pack("<HHH", 0x42, 2, 0x4B0))
    (tmp_path / "a.xls").write_bytes(data[:place] + struct.pack("<H", 0x2F) + data[place + 2 :])
    assert "パスワード" in refusal(tmp_path / "a.xls")
