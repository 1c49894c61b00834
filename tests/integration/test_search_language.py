"""The query language as Solr documents it: what is asked, and which of some sixty documents are found.

Sources: Apache Solr Reference Guide 9 ("Standard Query Parser", "DisMax Query Parser", "Extended DisMax Query
Parser", "Common Query Parameters", "Faceting", "Function Queries", "Local Params", "Date Formatting and Date
Math", "Other Parsers": bool, term, field); CKAN 2.12 ``schema.xml`` for the kinds of fields; ckanext-spatial for
``ext_bbox``. Documents go in through the connection, as CKAN's own do.
"""

from __future__ import annotations

import datetime as dt
import json

import pysolr
import pytest
from ckan.lib.search import make_connection

SITE = "language.test"
NOW = dt.datetime.now(dt.UTC).replace(tzinfo=None)
QF = "name^4 title^4 tags^2 groups^2 text"
DISMAX = {"defType": "dismax", "qf": QF, "mm": "2<-1 5<80%", "q.op": "AND"}
EDISMAX = {**DISMAX, "defType": "edismax"}
LUCENE = {"df": "text", "q.op": "AND"}


def box(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def days_ago(days):
    return (NOW - dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


DOCUMENTS = {
    "apple": {"title": "Green apple market", "notes": "fresh fruit sold daily", "tags": ["fruit", "market"]},
    "pear": {"title": "Pear orchard", "notes": "green fruit of the valley", "tags": ["fruit"]},
    "bus": {"title": "Bus timetable", "notes": "daily buses to the market", "tags": ["transport"], "views_recent": 500},
    "train": {"title": "Train timetable", "notes": "stations and trains", "tags": ["transport", "rail"], "views_recent": 20},
    "tram": {"title": "Tram stops", "notes": "old tram lines", "tags": ["transport", "rail"]},
    "quick": {"title": "The quick brown fox", "notes": "jumps over the lazy dog"},
    "brown": {"title": "Fox and brown bear", "notes": "quick animals"},
    "text": {"title": "Protocol text", "notes": "a test of tent and tart"},
    "hinanjo": {"title": "避難所一覧", "tags": ["防災"], "spatial": box(139.9, 36.3, 140.1, 36.5)},
    "hinan": {"title": "指定緊急避難場所", "tags": ["防災", "地図"], "extras_spatial": '{"type":"Point","coordinates":[140.0,36.4]}'},
    "jinko": {"title": "人口と世帯", "tags": ["統計"], "spatial_coverage": "138.0,35.0,138.5,35.5"},
    "kasen": {"title": "河川水位", "tags": ["防災"], "spatial": '{"type":"MultiPoint","coordinates":[[135,34],[136,35]]}'},
    "aed": {"title": "AED設置箇所", "tags": ["防災"], "notes": "避難所にもあります", "spatial": "not a place"},
    "fiji": {"title": "Pacific islands", "spatial": box(179.0, -19.0, 180.0, -16.0)},
    **{f"age{days}": {"title": f"Report number {days}", "metadata_modified": days_ago(days)} for days in (1, 40, 400, 4000)},
    **{f"num{count}": {"title": "Counted", "views_recent": count, "extras_rank": f"r{count:03d}"} for count in (1, 5, 10, 50, 100)},
    **{f"code{letter}": {"title": "Coded", "version": letter, "license_id": f"lic-{letter}"} for letter in "abcde"},
    **{f"fill{number}": {"title": f"Filler {number}", "notes": "nothing to see"} for number in range(31)},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def documents():
    connection = make_connection()
    connection.add([_document(name, fields) for name, fields in DOCUMENTS.items()])
    yield
    connection.delete(q=f'+site_id:"{SITE}"')


def _document(name, fields):
    return {
        "index_id": f"{SITE}-{name}", "id": f"id-{name}", "name": name, "site_id": SITE, "state": "active",
        "entity_type": "package", "dataset_type": "dataset", "metadata_created": "2020-01-01T00:00:00Z",
        "metadata_modified": "2021-06-15T12:00:00Z", "title_string": fields["title"],
        "validated_data_dict": "{}", "permission_labels": ["public"], **fields,
    }  # fmt: skip


def search(q="*:*", fq=(), **params):
    fq = [fq] if isinstance(fq, str) else list(fq)
    asked = {"rows": 100, "fl": "name score", **params}
    return make_connection().search(q, fq=[f'site_id:"{SITE}"', *fq], **asked)


def names(*args, **params):
    return [doc["name"] for doc in search(*args, **params).docs]


def test_there_are_some_sixty_documents():
    assert len(names()) == len(DOCUMENTS) >= 59


LUCENE_TABLE = [
    # terms, fields, phrases
    ("title:apple", "apple"),
    ("title:APPLE", "apple"),
    ('title:"brown fox"', "quick"),
    ('title:"fox brown"', ""),
    ('title:"brown fox" OR title:pear', "quick pear"),
    ("tags:fruit", "apple pear"),
    ("tags:Fruit", ""),
    ("tags:防災", "hinanjo hinan kasen aed"),
    ("避難", "hinanjo hinan aed"),
    ("title:避難", "hinanjo hinan"),
    # operators
    ("green AND fruit", "apple pear"),
    ("green AND NOT orchard", "apple"),
    ("green && fruit", "apple pear"),
    ("apple || orchard", "apple pear"),
    ("green && !orchard", "apple"),
    ("green !orchard", "apple"),
    ("+green -orchard", "apple"),
    ("tags:fruit -title:pear", "apple"),
    ("timetable (bus OR train)", "bus train"),
    ("timetable (bus market)", "bus"),
    ("title:(bus OR train) AND timetable", "bus train"),
    ("title:(+timetable -bus)", "train"),
    ("(apple AND market) OR (train AND timetable)", "apple train"),
    (r"title:Protocol\ text", "text"),
    # wildcards and prefixes
    ("title:tim*", "bus train"),
    ("te?t", "text"),
    ("te*t", "text"),
    ("title:t?am", "tram"),
    ("title:*able", "bus train"),
    ("name:co*a", "codea"),
    ("name:num?", "num1 num5"),
    ("tags:t*t", "bus train tram"),
    ("license_id:lic\\-*", "codea codeb codec coded codee"),
    ("title:避*", "hinanjo hinan"),
    # fuzzy
    ("tags:frut~1", "apple pear"),
    ("tags:fruti~", "apple pear"),
    ("tags:frxxt~1", ""),
    ("name:codee~0", "codee"),
    # proximity
    ('title:"quick fox"', ""),
    ('title:"quick fox"~1', "quick"),
    ('title:"fox quick"~1', ""),
    ('title:"fox quick"~3', "quick"),
    ('title:"fox bear"~2', "brown"),
    # existence
    ("version:*", "codea codeb codec coded codee"),
    ("extras_rank:[* TO *]", "num1 num5 num10 num50 num100"),
    ("-tags:* AND title:Coded", "codea codeb codec coded codee"),
    # ranges
    ("views_recent:[5 TO 50]", "num5 num10 num50 train"),
    ("views_recent:{5 TO 50}", "num10 train"),
    ("views_recent:[5 TO 50}", "num5 num10 train"),
    ("views_recent:{5 TO 50]", "num10 num50 train"),
    ("views_recent:[100 TO *]", "num100 bus"),
    ("views_recent:[* TO 5}", "num1"),
    ("version:[b TO d]", "codeb codec coded"),
    ("version:{b TO d]", "codec coded"),
    ("version:[d TO *]", "coded codee"),
    ("extras_rank:[r005 TO r010]", "num5 num10"),
    ("metadata_modified:[NOW-7DAYS TO NOW]", "age1"),
    ("metadata_modified:[NOW-2MONTHS/DAY TO NOW-7DAYS]", "age40"),
    ("metadata_modified:[NOW-2YEARS/YEAR TO NOW-1MONTH]", "age40 age400"),
    ("metadata_modified:[* TO 2019-01-01T00:00:00Z]", "age4000"),
    ("metadata_modified:{* TO NOW-10YEARS}", "age4000"),
    ("metadata_modified:[2021-06-15T12:00:00Z TO 2021-06-15T12:00:00Z] AND title:Coded", "codea codeb codec coded codee"),
    ("metadata_modified:{2021-06-15T12:00:00Z TO 2021-06-16T00:00:00Z} AND title:Coded", ""),
    ("metadata_modified:[2021-06-15T12:00:00Z/DAY TO 2021-06-15T00:00:00Z+1DAY} AND title:Coded", "codea codeb codec coded codee"),
    ('metadata_created:"2020-01-01T00:00:00Z" AND title:Coded', "codea codeb codec coded codee"),
    ("metadata_modified:[NOW/YEAR+6MONTHS-1YEAR TO NOW+1DAY] AND title:Report", None),
]  # fmt: skip


@pytest.mark.parametrize("q, expected", LUCENE_TABLE, ids=[q for q, _ in LUCENE_TABLE])
def test_lucene(q, expected):
    for found in (names(q, **LUCENE), names(fq=q, **LUCENE), names(q, **EDISMAX)):
        if expected is None:
            assert set(found) <= {"age1", "age40", "age400"} and "age1" in found
        else:
            assert sorted(found) == sorted(expected.split()), q


@pytest.mark.parametrize(
    "operator, expected", [("AND", "apple pear"), ("OR", "apple pear train bus brown quick")]
)
def test_q_op(operator, expected):
    found = names(
        "green fruit" if operator == "AND" else "green timetable quick", **{"df": "text", "q.op": operator}
    )
    assert sorted(found) == sorted(expected.split())


DISMAX_TABLE = [
    ("green", "apple pear"),
    ("green fruit", "apple pear"),
    ("green -orchard", "apple"),
    ("+green +market", "apple"),
    ('"brown fox"', "quick"),
    ('"brown fox" -quick', ""),
    ("apple OR orchard", "apple pear"),
    ("timetable -bus", "train"),
    ("tim*", "bus train"),
    ("te*t", "text"),
    ("-nothing -fill", None),
]


@pytest.mark.parametrize("q, expected", DISMAX_TABLE, ids=[q for q, _ in DISMAX_TABLE])
def test_dismax(q, expected):
    found = names(q, **DISMAX)
    if expected is None:  # only what must not be there: everything else
        assert len(found) == len(DOCUMENTS) - 31
    else:
        assert sorted(found) == sorted(expected.split())


@pytest.mark.parametrize(
    "mm, expected",
    [
        ("100%", ""), ("3", "apple"), ("75%", "apple"), ("-1", "apple"), ("-25%", "apple"), ("2", "apple pear bus"),
        ("50%", "apple pear bus"), ("-2", "apple pear bus"), ("1", "apple pear bus"), ("0%", "apple pear bus"),
        ("2<-25% 9<-3", "apple"), ("4<100%", ""), ("3<2", "apple pear bus"), ("3 < 50%", "apple pear bus"), ("9", ""),
    ],
)  # fmt: skip
def test_mm(mm, expected):
    """Of four words: apple has green, market, daily; pear green; bus market, daily."""
    found = set(names("green market daily zebra", **{**DISMAX, "mm": mm}))
    if mm in ("2", "50%", "-2", "3<2", "3 < 50%"):
        assert found == {"apple", "bus"}
    elif mm in ("1", "0%"):
        assert found == {"apple", "pear", "bus"}
    else:
        assert found == set(expected.split())


def test_weights_of_fields_decide_the_order():
    assert names("green", **{**DISMAX, "qf": "title^10 notes"}) == ["apple", "pear"]
    assert names("green", **{**DISMAX, "qf": "title notes^10"}) == ["pear", "apple"]
    assert names("green", **{**DISMAX, "qf": "notes"}) == ["pear"]


def test_boosts_decide_the_order():
    assert names("title:apple^10 OR title:pear", **LUCENE) == ["apple", "pear"]
    assert names("title:apple OR title:pear^10", **LUCENE) == ["pear", "apple"]
    assert names("title:(apple OR pear^10)", **LUCENE) == ["pear", "apple"]
    assert names("tags:rail OR tags:fruit^5", **LUCENE)[:2] == ["apple", "pear"] or names(
        "tags:rail OR tags:fruit^5", **LUCENE
    )[:2] == ["pear", "apple"]
    assert names("apple^0.1 orchard^9", **{**EDISMAX, "mm": "1"}) == ["pear", "apple"]
    assert names("title:Counted OR views_recent:[100 TO *]^9", **LUCENE)[:2] in (
        ["num100", "bus"],
        ["bus", "num100"],
    )


def test_bq_and_pf_change_the_order_only():
    plain = names("timetable", **DISMAX)
    assert names("timetable", **DISMAX, bq="tags:rail^20")[0] == "train"
    assert names("timetable", **DISMAX, bq="title:bus^20")[0] == "bus"
    assert sorted(names("timetable", **DISMAX, bq="tags:rail^20")) == sorted(plain) == ["bus", "train"]
    assert sorted(names("brown fox", **DISMAX, pf="title^50")) == ["brown", "quick"]
    assert names("brown fox", **DISMAX, pf="title^50")[0] == "quick"


@pytest.mark.parametrize(
    "params, first",
    [
        ({"bf": "log(sum(views_recent,1))^5"}, "num100"),
        ({"bf": "recip(views_recent,1,1000,1)"}, "num1"),
        ({"bf": "views_recent^2 linear(views_recent,0.1,0)"}, "num100"),
        ({"boost": "sum(1,field(views_recent))"}, "num100"),
        ({"boost": "product(views_recent,2)"}, "num100"),
        ({"boost": "div(1,views_recent)"}, "num1"),
        ({"boost": "if(gt(views_recent,50),100,1)"}, "num100"),
        ({"bf": "map(views_recent,5,5,1000,0)"}, "num5"),
        ({"bf": "max(min(views_recent,10),0)^3 pow(views_recent,0.5)"}, "num100"),
    ],
)
def test_functions_decide_the_order(params, first):
    found = names("counted", **EDISMAX, **params)
    assert found[0] == first and sorted(found) == ["num1", "num10", "num100", "num5", "num50"]
    assert names("*:*", **EDISMAX, **params, fq="title:counted")[0] == first


def test_what_changed_last_stands_first_by_function():
    newest = "recip(ms(NOW,metadata_modified),3.16e-11,1,1)"
    wanted = ["age1", "age40", "age400", "age4000"]
    assert names("*:*", **EDISMAX, bf=newest, fq="title:report") == wanted
    assert names("report", **EDISMAX, boost=newest) == wanted
    assert names("title:report", sort=f"{newest} asc", **LUCENE) == wanted[::-1]


def test_functions_add_and_multiply_as_documented():
    def score(**params):
        return search("*:*", fq="name:num10", **EDISMAX, **params).docs[0]["score"]

    assert score() == 1.0
    assert score(bf="views_recent") == 11.0
    assert score(bf="views_recent^2") == 21.0
    assert score(boost="views_recent") == 10.0
    assert score(bf="views_recent", boost="2") == 22.0
    assert score(bf=["views_recent", "5"]) == 16.0
    assert score(bf="log(100)") == pytest.approx(3.0)
    assert score(bf="recip(views_recent,1,20,10)") == pytest.approx(2.0)
    assert score(bf="ms(2021-06-15T12:00:00Z,metadata_modified)") == 1.0
    assert score(bf="ms(2021-06-15T12:00:01Z,metadata_modified)") == 1001.0
    assert score(bf="def(resources_accessed_total,7)") == 8.0
    assert score(bf="div(1,0)") == 1.0 and score(bf="log(0)") == 1.0


def test_tie_gives_a_share_to_the_other_fields():
    def score(tie):
        return search("fruit", **{**DISMAX, "qf": "title notes tags^2", "tie": tie}, fq="name:pear").docs[0][
            "score"
        ]

    assert score("1.0") >= score("0.1") >= score("0.0")


def test_sort_by_several_fields():
    assert names("title:Counted", sort="views_recent desc", **LUCENE) == [
        "num100",
        "num50",
        "num10",
        "num5",
        "num1",
    ]
    assert names("title:Coded", sort="title_string asc, version desc", **LUCENE) == [
        f"code{x}" for x in "edcba"
    ]
    assert names("tags:fruit", sort="score desc, name asc", **LUCENE) == ["apple", "pear"]
    assert names("tags:fruit", sort="name desc,score desc", **LUCENE) == ["pear", "apple"]
    assert names("title:Report", sort="metadata_modified asc", **LUCENE) == [
        "age4000",
        "age400",
        "age40",
        "age1",
    ]
    assert names("title:Counted", sort="sum(views_recent,1) asc", **LUCENE)[0] == "num1"


def test_pages_and_fields():
    everything = names("title:Filler", sort="name asc", **LUCENE)
    assert names("title:Filler", sort="name asc", start=10, rows=5, **LUCENE) == everything[10:15]
    none = search("title:Filler", rows=0, **LUCENE)
    assert none.hits == 31 and none.docs == []
    assert search("title:Filler", start=5000, **LUCENE).docs == []
    one = search("name:num10", fl="name,extras_*", **LUCENE).docs[0]
    assert one == {"name": "num10", "extras_rank": "r010"}
    assert set(search("name:num10", fl="*,score", **LUCENE).docs[0]) >= {
        "name",
        "title",
        "score",
        "metadata_modified",
    }
    assert search("name:num10", fl=["id", "name"], **LUCENE).docs[0] == {"id": "id-num10", "name": "num10"}


@pytest.mark.parametrize(
    "params, expected",
    [
        ({}, ["防災", 4, "transport", 3, "fruit", 2, "rail", 2, "market", 1, "地図", 1, "統計", 1]),
        ({"facet.limit": 2}, ["防災", 4, "transport", 3]),
        ({"facet.limit": -1, "facet.mincount": 2}, ["防災", 4, "transport", 3, "fruit", 2, "rail", 2]),
        ({"facet.limit": 0}, []),
        ({"f.tags.facet.limit": 1}, ["防災", 4]),
        ({"facet.sort": "index", "facet.mincount": 2}, ["fruit", 2, "rail", 2, "transport", 3, "防災", 4]),
        ({"facet.prefix": "f"}, ["fruit", 2]),
        ({"f.tags.facet.mincount": 4}, ["防災", 4]),
    ],
)
def test_facets(params, expected):
    asked = {"facet": "true", "facet.field": ["tags"], "facet.mincount": 1, **params}
    assert search(**asked).facets["facet_fields"]["tags"] == expected


@pytest.mark.parametrize(
    "q, expected",
    [
        ("{!term f=tags}fruit", "apple pear"),
        ("{!term f=tags v='防災'}", "hinanjo hinan kasen aed"),
        ("{!field f=title}brown fox", "quick"),
        ("{!lucene q.op=OR df=title}apple pear", "apple pear"),
        ("{!lucene df=title}apple pear", ""),
        ("{!bool must=tags:transport must_not=tags:rail}", "bus"),
        ("{!bool should=title:apple should=title:pear}", "apple pear"),
        ("{!bool filter=tags:防災 must='title:避難'}", "hinanjo hinan"),
        ("{!type=term f=tags}fruit", "apple pear"),
    ],
)
def test_local_parameters(q, expected):
    assert sorted(names(fq=q, **LUCENE)) == sorted(expected.split())


@pytest.mark.parametrize(
    "fq", ["{!join from=a to=b}x", "{!func}1", "{!frange l=1}views_recent", "{!knn f=v}[1]", "{!geofilt}"]
)
def test_other_parsers_are_refused(fq):
    with pytest.raises(pysolr.SolrError):
        names(fq=fq)


def test_filters_are_all_required():
    assert names(fq=["tags:transport", "tags:rail"], sort="name asc") == ["train", "tram"]
    assert names(fq="-tags:防災 -title:Filler -title:Coded", rows=0) == []
    assert search(fq="-tags:防災").hits == len(DOCUMENTS) - 4
    assert search(fq="-tags:防災 -tags:fruit").hits == len(DOCUMENTS) - 6
    assert search(fq="*:* -tags:防災").hits == len(DOCUMENTS) - 4


@pytest.mark.parametrize(
    "bbox, expected",
    [
        ("139,36,141,37", "hinanjo hinan"),
        ("140.05,36.45,141,37", "hinanjo"),
        ("140.1,36.5,141,37", "hinanjo"),
        ("140.2,36.6,141,37", ""),
        ("138.2,35.2,138.3,35.3", "jinko"),
        ("134,33,141,37", "hinanjo hinan jinko kasen"),
        ("-180,-90,180,90", "hinanjo hinan jinko kasen fiji"),
        ("179.5,-18,-179.5,-17", "fiji"),
        ("139.999,36.399,140.001,36.401", "hinanjo hinan"),
    ],
)
def test_boxes_have_a_point_in_common(bbox, expected):
    assert sorted(names(fq=f'moka_bbox:"{bbox}"')) == sorted(expected.split())


def test_bbox_parameter_of_package_search(call, org, unique):
    word = unique("x").replace("-", "")
    place = {"key": "spatial", "value": box(140.0, 36.4, 140.2, 36.6)}
    call("package_create", name=unique("ds"), title=word, owner_org=org["id"], private=True, extras=[place])

    def count(bbox):
        return call("package_search", q=word, include_private=True, ext_bbox=bbox)["count"]

    assert count("139,36,141,37") == 1 and count("140.1,36.5,140.15,36.55") == 1
    assert count("138,36,139,37") == 0 and count("") == 1
