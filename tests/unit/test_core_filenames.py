"""File names: kept as written, made safe, and stable."""

import unicodedata

import pytest

from ckanext.moka.core.filenames import ascii_filename, content_disposition, extension, safe_filename


@pytest.mark.parametrize(
    "name",
    [
        "指定緊急避難場所一覧.csv",
        "令和7年10月 人口.csv",
        "令和７年度ＡＥＤ設置箇所（市内）.xlsx",
        "4月〜9月.csv",
        "4月~9月.csv",
        "4月～9月.csv",
        "髙島屋・㈱①.csv",
        "README",
        "archive.tar.gz",
    ],
)
def test_what_people_write_is_kept(name):
    assert safe_filename(name) == name


def test_decomposed_names_from_a_mac_equal_typed_ones():
    typed = "がくどう一覧プール.csv"
    assert safe_filename(unicodedata.normalize("NFD", typed)) == typed


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\moka\\避難所.csv", "避難所.csv"),
        ("../../etc/passwd", "passwd"),
        ("a/b/避難所.csv", "避難所.csv"),
        ("避難所?2025*.csv", "避難所_2025_.csv"),
        ('引用"符.csv', "引用_符.csv"),
        ("改\r\n行.csv", "改 行.csv"),
        ("nul\0文字.csv", "nul文字.csv"),
        ("逆順\u202egsv.exe", "逆順gsv.exe"),
        ("\ufeff先頭.csv", "先頭.csv"),
        (".csv", "file.csv"),
        (".htaccess.csv", "htaccess.csv"),
        ("", "file"),
        ("...", "file"),
        ("///", "file"),
        ("表. ", "表"),
        ("CON.csv", "_CON.csv"),
        ("lpt1", "_lpt1"),
        ("避難所.csv".encode(), "避難所.csv"),
        ("避難所.csv".encode("cp932"), "避難所.csv"),
        ("壊\ud800れた.csv", "壊れた.csv"),
    ],
)
def test_what_breaks_systems_goes(given, kept):
    assert safe_filename(given) == kept


@pytest.mark.parametrize(
    "name", ["あ" * 300 + ".csv", "が" * 84 + "x.xlsx", "a" * 255 + ".csv", "か\u3099" * 120 + ".csv"]
)
def test_long_names_are_cut_at_a_character_and_keep_the_extension(name):
    result = safe_filename(name)
    assert len(result.encode()) <= 255
    assert result.encode().decode() == result
    assert result.endswith(name[name.rindex(".") :])
    assert len(result.encode()) > 245


def test_exactly_255_bytes_stay():
    name = "あ" * 83 + "ab.csv"
    assert len(name.encode()) == 255
    assert safe_filename(name) == name


def test_an_absurd_extension_is_not_kept():
    assert len(safe_filename("a." + "い" * 300).encode()) <= 255


@pytest.mark.parametrize(
    "name",
    ["..a..b.csv", "・人口.csv", "a" * 400, "CON", ".x.y", "あ" * 90 + "." * 9, "a\\b/c:d.csv", " . .x"],
)
def test_the_safe_form_is_stable(name):
    once = safe_filename(name)
    assert safe_filename(once) == once


def test_extension():
    assert extension("避難所.CSV") == "csv"
    assert extension("README") == ""


def test_ascii_stand_in():
    assert ascii_filename("避難所.csv", "092096_shelters") == "092096_shelters.csv"
    assert ascii_filename("aed list.xlsx", "x") == "aed_list.xlsx"
    assert ascii_filename("避難所") == "data"


def test_content_disposition_carries_both_names():
    header = content_disposition("避難所 一覧.csv", "092096_shelters")
    assert header == (
        'attachment; filename="092096_shelters.csv"; '
        "filename*=UTF-8''%E9%81%BF%E9%9B%A3%E6%89%80%20%E4%B8%80%E8%A6%A7.csv"
    )
    assert header.isascii()


def test_header_cannot_be_broken_out_of():
    header = content_disposition(safe_filename('a"\r\nSet-Cookie: x=1.csv'), "d")
    assert "\r" not in header and "\n" not in header and header.count('"') == 2
