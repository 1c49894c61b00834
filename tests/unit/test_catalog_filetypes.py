"""What kind of file bytes are, whatever their name says."""

import zipfile

import pytest

from ckanext.moka.catalog.filetypes import content_type, detect


def found(tmp_path, data, name):
    path = tmp_path / "bytes"
    path.write_bytes(data)
    return detect(path, name)


@pytest.mark.parametrize(
    ("text", "encode", "encoding"),
    [
        ("名称,住所\r\n", "utf-8", "utf-8"),
        ("名称,住所\r\n", "utf-8-sig", "utf-8-sig"),
        ("名称①㈱髙,住所\r\n", "cp932", "cp932"),
        ("名称,住所\r\n", "utf-16", "utf-16"),
        ("a,b\r\n", "ascii", "utf-8"),
    ],
)
def test_csv_and_its_encoding(tmp_path, text, encode, encoding):
    kind = found(tmp_path, text.encode(encode), "避難所.csv")
    assert (kind.mimetype, kind.encoding, kind.format) == ("text/csv", encoding, "CSV")


def test_a_late_japanese_character_decides(tmp_path):
    data = b"a,b\r\n" * 500_000 + "避".encode("cp932") + b"\r\n"
    assert found(tmp_path, data, "a.csv").encoding == "cp932"


def test_a_character_across_chunks_is_no_error(tmp_path):
    data = b"x" * (1024 * 1024 - 1) + "避難所".encode()
    assert found(tmp_path, data, "a.csv").encoding == "utf-8"


def test_no_known_encoding_is_empty(tmp_path):
    assert found(tmp_path, b"\xff\xff\xfd,\x80\x81\n", "a.csv").encoding == ""


def office(tmp_path, *names, mimetype=None):
    path = tmp_path / "office"
    with zipfile.ZipFile(path, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return path.read_bytes()


def test_the_signature_beats_the_name(tmp_path):
    xlsx = office(tmp_path, "[Content_Types].xml", "xl/workbook.xml")
    assert found(tmp_path, xlsx, "一覧.csv").format == "XLSX"
    assert found(tmp_path, b"%PDF-1.7 ...", "一覧.csv").mimetype == "application/pdf"
    assert found(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 50, "一覧.csv").kind == "xls"
    assert found(tmp_path, b"<!DOCTYPE html><p>error", "a.csv").kind == "html"


def test_kinds_of_zip(tmp_path):
    assert found(tmp_path, office(tmp_path, "xl/workbook.xml", "xl/vbaProject.bin"), "a.xlsx").kind == "xlsm"
    assert found(tmp_path, office(tmp_path, "word/document.xml"), "a.docx").kind == "docx"
    ods = office(tmp_path, "content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet")
    assert found(tmp_path, ods, "a.ods").kind == "ods"
    assert found(tmp_path, office(tmp_path, "a.shp"), "a.zip").kind == "zip"
    assert found(tmp_path, b"PK\x03\x04broken", "a.xlsx").kind == "zip"


def test_names_with_other_extensions(tmp_path):
    assert found(tmp_path, b'{"type": "FeatureCollection"}', "市域.geojson").format == "GeoJSON"
    assert found(tmp_path, b"\x00\x01", "x.dat").mimetype == "application/octet-stream"
    assert found(tmp_path, b"\xff\xd8\xff\xe0", "写真.jpeg").mimetype == "image/jpeg"


def test_content_type_names_the_charset():
    assert content_type("text/csv", "utf-8-sig") == "text/csv; charset=utf-8"
    assert content_type("text/csv", "cp932") == "text/csv; charset=windows-31j"
    assert content_type("text/csv", "") == "text/csv"
    assert content_type("", "") == "application/octet-stream"
