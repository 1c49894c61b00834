"""Files that are no tables."""

import pytest

from ckanext.moka.quality.plainfiles import check_plain
from ckanext.moka.quality.verdicts import verdict_of


def check(tmp_path, data, kind):
    path = tmp_path / "bytes"
    path.write_bytes(data)
    return check_plain(path, f"見本.{kind}", kind, "utf-8", "0" * 64)


GEO = b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, "geometry": null}]}'


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'{"a": [1, 2]}', "json"),
        (b"\xef\xbb\xbf[]", "json"),
        (GEO, "geojson"),
        (b'{"type": "Point", "coordinates": [140.0, 36.4]}', "geojson"),
        (b"<?xml version='1.0'?><a><b/></a>", "xml"),
        ("<?xml version='1.0' encoding='Shift_JIS'?><名称>荒町</名称>".encode("cp932"), "xml"),
        (b"<kml xmlns='http://www.opengis.net/kml/2.2'/>", "kml"),
        (b"@prefix a: <http://a/> . a:b a:c a:d .", "ttl"),
    ],
)
def test_well_formed_files_get_advice(tmp_path, data, kind):
    report = check(tmp_path, data, kind)
    assert report["publishable"]
    assert verdict_of(report) == "advice"
    assert report["findings"][0]["rule"] == "file-not-a-table"


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b'{"a": 1,\n "b": }', "json", "2 行目の 7 文字目"),
        ('{"名": 1}'.encode("cp932"), "json", "UTF-8"),
        (b"[" * 100_000, "json", "入れ子"),
        (b'{"features": []}', "geojson", "type"),
        (b'{"type": "FeatureCollection", "features": []}', "geojson", "地物"),
        (b"[1]", "geojson", "type"),
        (b"<a>\n<b></a>", "xml", "2 行目"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "xml", "ENTITY"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>".encode("utf-16"), "xml", "ENTITY"),
        ((" " * 70_000).join(("<!DOCTYPE a [", "<!ENTITY % x 'y'>]><a/>")).encode(), "xml", "ENTITY"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "xml", "XML"),
        (b"PAR1 broken PAR1", "parquet", "Parquet"),
        (b"@prefix a: <http://a/> .\na:b a:c", "ttl", "途中で"),
        (b"@prefix a: <http://a/> .\na:b x:c 1 .", "ttl", "2 行目"),
    ],
)
def test_broken_files_are_blocked_and_say_where(tmp_path, data, kind, words):
    report = check(tmp_path, data, kind)
    assert verdict_of(report) == "blocked"
    assert words in report["findings"][0]["message"]
    assert report["findings"][0]["remedy"].endswith("。")


@pytest.mark.parametrize("kind", ["pdf", "png", "docx", "zip", "bin"])
def test_files_for_people_get_advice_to_look_for_personal_data(tmp_path, kind):
    report = check(tmp_path, b"anything", kind)
    assert verdict_of(report) == "advice"
    assert "CSV" in report["findings"][0]["remedy"]
    assert (
        "自動では確かめられません。承認する人が個人情報のないことを確かめて"
        in report["findings"][0]["remedy"]
    )
