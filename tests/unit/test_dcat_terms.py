"""IRIs and vocabularies of the RDF: valid, canonical, complete."""

from __future__ import annotations

import re

import pytest

import moka_schemas
from ckanext.moka.dcat import vocabularies as voc
from ckanext.moka.dcat.iris import encode_iri, mailto, tel

URI = re.compile(
    r"^https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*)?(\?[^\s\"<>\\^`{|}]*)?(#\S*)?$"
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.jp/a/避難所.csv", "https://x.jp/a/%E9%81%BF%E9%9B%A3%E6%89%80.csv"),
        ("https://x.jp/a/%E9%81%BF.csv", "https://x.jp/a/%E9%81%BF.csv"),
        ("https://x.jp/100% 公開.csv", "https://x.jp/100%25%20%E5%85%AC%E9%96%8B.csv"),
        ('https://x.jp/a b{c}|d\\e^f`g"h<i>.csv', "https://x.jp/a%20b%7Bc%7D%7Cd%5Ce%5Ef%60g%22h%3Ci%3E.csv"),
        ("https://真岡.jp/?q=人口&p=1#表", "https://xn--v8j5e.jp/"),
        ("HTTP://X.jp:8080/", "http://x.jp:8080/"),
        (" https://x.jp/ ", "https://x.jp/"),
        ("http://[::1]:5000/a", "http://[::1]:5000/a"),
    ],
)
def test_encode_iri(url, expected):
    got = encode_iri(url)
    assert got is not None and URI.match(got)
    if "真岡" in url:
        assert got.startswith("https://xn--") and "?q=%E4%BA%BA%E5%8F%A3&p=1#%E8%A1%A8" in got
    else:
        assert got == expected
    assert encode_iri(got) == got


@pytest.mark.parametrize(
    "bad", ["", "避難所.csv", "javascript:alert(1)", "ftp://x/", "http://", "http://a b/", "http://x:99x/"]
)
def test_what_is_no_web_address_gives_none(bad):
    assert encode_iri(bad) is None


def test_mail_and_telephone():
    assert mailto("joho@city.moka.lg.jp") == "mailto:joho@city.moka.lg.jp"
    assert mailto("連絡先なし") is None
    assert tel("0285-83-8100") == "tel:+81-285-83-8100"
    assert tel("０２８５（８３）８１００　内線123") == "tel:+81-285-83-8100"
    assert tel("+81 285 83 8100") == "tel:+81-285-83-8100"
    assert tel("内線 123") is None


def test_every_theme_has_an_eu_theme_and_every_frequency_its_uri():
    for item in voc.code_items("theme16"):
        assert voc.eu_themes(item["code"]), item
    assert voc.eu_themes("99") == ()
    uris = [voc.frequency(item["code"]) for item in voc.code_items("update_frequencies")]
    assert len(set(uris)) == len(uris)
    assert all(uri and not uri.endswith("/OTHER") for uri in uris)
    assert voc.frequency("") is None
    assert voc.frequency("annual") == "http://publications.europa.eu/resource/authority/frequency/ANNUAL"


def test_licences_are_canonical():
    assert voc.license_uri("CC-BY-4.0") == "https://creativecommons.org/licenses/by/4.0/"
    assert voc.license_uri("x", "http://creativecommons.org/licenses/by/4.0/deed.ja") == voc.license_uri(
        "CC-BY-4.0"
    )
    assert voc.license_uri("notspecified") is None
    for item in moka_schemas.read("metadata/licenses.json"):
        uri = voc.license_uri(item["id"])
        assert uri is None or encode_iri(uri) == uri


def test_formats_and_media_types():
    assert voc.file_type("CSV").endswith("/file-type/CSV")
    assert voc.file_type("", "https://x/避難所.GeoJSON").endswith("/file-type/GEOJSON")
    assert voc.file_type("なぞ") is None
    assert (
        voc.media_type("text/csv; charset=utf-8") == "https://www.iana.org/assignments/media-types/text/csv"
    )
    assert voc.media_type("application/octet-stream", "CSV").endswith("text/csv")
    assert voc.media_type("<b>", "") is None


def test_standards_by_number_and_slug():
    assert voc.conforming_standard("08")["label"] == "AED設置箇所一覧"
    assert voc.conforming_standard("aed")["code"] == "08"
    assert voc.conforming_standard("") is None
