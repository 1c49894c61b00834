"""Personal data inside files that are no tables, and what must be left alone."""

import json
import sqlite3

import pyarrow
import pytest
from pyarrow import parquet

from ckanext.moka.quality.contents import looks_delimited
from ckanext.moka.quality.inspection import add_personal_data
from ckanext.moka.quality.plainfiles import check_plain
from ckanext.moka.quality.verdicts import verdict_of

PERSON = {"氏名": "佐藤 太郎", "住所": "真岡市荒町1", "生年月日": "1980-01-02", "携帯": "090-1234-5678"}
OTHER = {"氏名": "鈴木 花子", "住所": "真岡市台町2", "生年月日": "1990-03-04", "携帯": "080-1234-5678"}
PLACE = {"名称": "荒町公民館", "住所": "真岡市荒町1", "電話番号": "0285-83-0000"}
SECRETS = ("佐藤", "鈴木", "荒町1", "1980", "1234")


def inspect(path, kind):
    report = check_plain(path, f"見本.{kind}", kind, "utf-8", "0" * 64)
    add_personal_data(report, path, f"見本.{kind}", kind)
    return report


def written(tmp_path, content):
    path = tmp_path / "bytes"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def dumped(data):
    return json.dumps(data, ensure_ascii=False)


def tags(record):
    return "".join(f"<{key}>{value}</{key}>" for key, value in record.items())


def markup(record):
    cells = "".join(f"<td>{value}</td>" for value in record.values())
    return "<table><tr>" + "".join(f"<th>{key}</th>" for key in record) + f"</tr><tr>{cells}</tr></table>"


ROSTERS = [
    ("json", dumped([PERSON, OTHER])),
    ("json", dumped({"data": [PERSON, OTHER]})),
    ("json", dumped({"a": {"b": [{"人": PERSON}, {"人": OTHER}]}})),
    ("json", dumped({"1": PERSON, "2": OTHER})),
    ("json", dumped(PERSON)),
    ("json", dumped([list(PERSON), list(PERSON.values()), list(OTHER.values())])),
    ("json", dumped({key: [PERSON[key], OTHER[key]] for key in PERSON})),
    ("json", dumped({"会": [{"名": "荒町", "会員": [PERSON]}, {"名": "台町", "会員": [OTHER]}]})),
    ("json", dumped({"メモ": "氏名：佐藤 太郎\n住所：真岡市荒町1\n携帯：090-1234-5678"})),
    (
        "geojson",
        dumped({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": PERSON}]}),
    ),
    ("xml", f"<名簿><人>{tags(PERSON)}</人><人>{tags(OTHER)}</人></名簿>"),
    ("xml", '<r><p 氏名="佐藤 太郎" 住所="真岡市荒町1"/><p 氏名="鈴木 花子" 住所="真岡市台町2"/></r>'),
    ("rdf", f'<R xmlns="http://a/"><D>{tags(PERSON)}</D></R>'),
    (
        "kml",
        "<kml><Document><name>x</name><Placemark><name>1</name><ExtendedData>"
        + "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in PERSON.items())
        + "</ExtendedData></Placemark></Document></kml>",
    ),
    ("html", f"<html><body><h1>名簿</h1>{markup(PERSON)}</body></html>"),
    ("html", "<p>氏名：佐藤 太郎</p><p>住所：真岡市荒町1</p>"),
    ("md", "# 名簿\n\n| 氏名 | 住所 |\n|---|---|\n| 佐藤 太郎 | 真岡市荒町1 |\n"),
    ("md", "# 名簿\n\n説明です。\n\n氏名,住所\n佐藤 太郎,真岡市荒町1\n"),
    ("bin", "連絡先\n佐藤 太郎 090-1234-5678\n".encode("cp932")),
    ("ttl", '@prefix a: <http://a/> . a:1 a:氏名 "佐藤 太郎" ; a:住所 "真岡市荒町1" .'),
]


@pytest.mark.parametrize(("kind", "content"), ROSTERS)
def test_a_roster_is_blocked_in_every_wrapping_and_never_repeated(tmp_path, kind, content):
    report = inspect(written(tmp_path, content), kind)
    assert ("P-02", "fatal") in [(item["rule"], item["severity"]) for item in report["findings"]]
    assert verdict_of(report) == "blocked"
    assert not any(secret in str(report) for secret in SECRETS)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("json", dumped({"data": [PLACE]})),
        (
            "geojson",
            dumped({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": PLACE}]}),
        ),
        ("json", dumped({"type": "Polygon", "coordinates": [[[139.09, 36.4], [139.091, 36.41]]]})),
        ("xml", f"<r><施設>{tags(PLACE)}</施設><施設>{tags(PLACE)}</施設></r>"),
        ("html", f"<p>氏名・住所・電話番号を書いて申し込んでください。電話：0285-83-0000</p>{markup(PLACE)}"),
        ("html", "<style>p { color: red }</style><p>氏名：　　　　　住所：</p>"),
        ("md", "# 真岡市の公園\n\n- 荒町公園, 台町公園\n\n問い合わせ 電話: 0285-83-0000\n"),
        ("bin", b"\x00\x01\x02\xff" * 50),
    ],
)
def test_facilities_forms_and_offices_stay_advice(tmp_path, kind, content):
    report = inspect(written(tmp_path, content), kind)
    assert verdict_of(report) == "advice"
    assert not [item for item in report["findings"] if item["rule"].startswith("P-")]


def test_parquet_and_geopackage_are_read(tmp_path):
    path = tmp_path / "x.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([PERSON, OTHER]), path)
    assert verdict_of(inspect(path, "parquet")) == "blocked"
    parquet.write_table(pyarrow.Table.from_pylist([PLACE]), path)
    assert verdict_of(inspect(path, "parquet")) == "advice"
    base = sqlite3.connect(tmp_path / "x.gpkg")
    base.execute("CREATE TABLE roster (氏名 TEXT, 住所 TEXT)")
    base.execute("INSERT INTO roster VALUES (?, ?)", ("佐藤 太郎", "真岡市荒町1"))
    base.commit()
    base.close()
    assert verdict_of(inspect(tmp_path / "x.gpkg", "gpkg")) == "blocked"


def test_what_cannot_be_looked_into_is_said(tmp_path):
    deep = "<a>" * 3000 + "</a>" * 3000
    rules = [item["rule"] for item in inspect(written(tmp_path, deep), "xml")["findings"]]
    assert "file-not-inspected" in rules
    assert "file-not-inspected" in [
        item["rule"] for item in inspect(written(tmp_path, b"SQLite format 3\0x"), "gpkg")["findings"]
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("氏名,住所,電話\n佐藤 太郎,真岡市荒町1,1\n", True),
        ("氏名\t住所\t電話\n佐藤 太郎\t真岡市荒町1\t1\n", True),
        ("# 見出し\n\nここは文章です。\n", False),
        ("一つ, 二つ, 三つ\n\nここは文章です。\nここも文章です。\n", False),
    ],
)
def test_a_delimited_text_is_known_whatever_its_name(tmp_path, text, answer):
    assert looks_delimited(written(tmp_path, text)) is answer
