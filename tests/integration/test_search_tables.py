"""Search inside a table finds Japanese, through the API and in the view of tables."""

from __future__ import annotations

import json

import pytest
from ckan.plugins import toolkit as tk

ROWS = [
    ("亀山小学校", "栃木県真岡市亀山1", 310, "school kame"),
    ("真岡小学校", "栃木県真岡市台町2474", 350, "school moka"),
    ("山前小学校", "栃木県真岡市東郷", 280, "school"),
    ("物部学習館", "亀山通り 100%_税込", 40, "hall schoolbook"),
    ("カメヤマ会館", "1000円 税込", 20, "hall a_b"),
]


@pytest.fixture
def table(call, org, unique, sysadmin):
    """A private file with a table of its own; returns its id."""
    package = call("package_create", name=unique("ds"), title="施設", owner_org=org["id"], private=True)
    made = call(
        "datastore_create",
        user=sysadmin["name"],
        resource={"package_id": package["id"], "name": "施設"},
        fields=[
            {"id": "name", "type": "text"},
            {"id": "住所", "type": "text"},
            {"id": "seats", "type": "int"},
            {"id": "memo", "type": "text"},
        ],
        records=[dict(zip(("name", "住所", "seats", "memo"), row, strict=True)) for row in ROWS],
    )
    return made["resource_id"]


@pytest.fixture
def search(call, table, sysadmin):
    """Return ``search(q, **more)``: the names found, after the total was compared with them."""

    def _search(q, **more):
        result = call("datastore_search", user=sysadmin["name"], resource_id=table, q=q, **more)
        names = [row["name"] for row in result["records"]]
        if "limit" not in more:
            assert result["total"] == len(names)
        return names

    return _search


SCHOOLS = ["亀山小学校", "真岡小学校", "山前小学校"]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("亀山", ["亀山小学校", "物部学習館"]),
        ("亀山小", ["亀山小学校"]),
        ("亀山:*", ["亀山小学校", "物部学習館"]),
        ("小学校", SCHOOLS),
        ("学習館", ["物部学習館"]),
        ("小学校 台町", ["真岡小学校"]),
        ("小学校　台町", ["真岡小学校"]),
        ("'小学校' & '台町':*", ["真岡小学校"]),
        ("小学校 350", ["真岡小学校"]),
        ("SCHOOL 亀山", ["亀山小学校", "物部学習館"]),
        ("ｶﾒﾔﾏ", ["カメヤマ会館"]),
        ("１０００円", ["カメヤマ会館"]),
        ("100%_税込", ["物部学習館"]),
        ("0%税込", []),
        ("0_税込", []),
        ("亀%校", []),
        ("!税込", []),
        ("税\\込", []),
        ("図書館", []),
        ("亀山') OR 1=1 --", []),
        ("'; DROP TABLE x; -- 亀山", []),
        ("亀山 :value_0 {0}", []),
    ],
)
@pytest.mark.parametrize("plain", [True, False])
def test_words_are_found_inside_cells(search, q, expected, plain):
    assert sorted(search(q, plain=plain)) == sorted(expected)
    assert sorted(search(q, plain=plain, language="simple", sort="seats desc")) == sorted(expected)


def test_a_column_is_searched_alone(search):
    assert search({"name": "亀山"}) == ["亀山小学校"]
    assert search({"住所": "亀山:*"}, plain=False, sort="_id") == ["亀山小学校", "物部学習館"]
    assert search({"住所": "亀山", "name": "学習館"}) == ["物部学習館"]
    assert search('{"name": "亀山"}') == ["亀山小学校"]
    assert search({"name": "亀山", "memo": "kam:*"}, plain=False) == ["亀山小学校"]
    assert search({"name": "亀山", "memo": "hall"}) == []


def test_ascii_stays_full_text(search):
    assert sorted(search("school", language="simple")) == sorted(SCHOOLS)
    assert len(search("school:*", plain=False, language="simple")) == 4
    assert search("chool") == []
    assert search({"memo": "kame"}) == ["亀山小学校"]
    with pytest.raises(tk.ValidationError):
        search("school hall", plain=False)


def test_rank_filters_pages_and_totals(call, search, table, sysadmin):
    assert search("真岡小学校")[0] == "真岡小学校"
    assert search("小学校", sort="seats desc, name") == ["真岡小学校", "亀山小学校", "山前小学校"]
    assert search("小学校", filters={"seats": [280]}) == ["山前小学校"]
    assert search("小学校", filters={"name": "亀山小学校", "seats": {"gte": 300}}) == ["亀山小学校"]
    assert search("小学校", limit=2) + search("小学校", limit=2, offset=2) == SCHOOLS
    ask = {"user": sysadmin["name"], "resource_id": table, "q": "小学校"}
    assert call("datastore_search", **ask, limit=0)["total"] == 3
    result = call("datastore_search", **ask, fields=["name", "rank"], include_total=False)
    assert "total" not in result
    assert result["q"] == "小学校"
    assert [field["id"] for field in result["fields"]] == ["name", "rank"]
    assert call("datastore_search", **ask, fields="memo", sort="memo", distinct=True)["total"] == 3
    csv = call("datastore_search", **ask, records_format="csv", fields="name", sort="_id")["records"]
    assert csv.split() == SCHOOLS
    lists = call("datastore_search", **ask, records_format="lists", fields="name")["records"]
    assert lists == [[name] for name in SCHOOLS]


def test_full_text_finds_japanese_too(call, table, sysadmin):
    result = call("datastore_search", user=sysadmin["name"], resource_id=table, full_text="学習館")
    assert result["total"] == 1


def test_view_of_tables_searches_what_was_typed(app, call, table, sysadmin):
    view = call("resource_view_create", resource_id=table, title="表", view_type="datatables_view")
    headers = {"Authorization": sysadmin["token"]}

    def ask(text="", column=""):
        form = {
            "draw": 1,
            "start": 0,
            "length": 10,
            "search[value]": text,
            "order[0][column]": 3,
            "order[0][dir]": "desc",
            "columns[0][search][value]": column,
            "columns[0][name]": "name",
        }
        response = app.post(f"/datatables/ajax/{view['id']}", data=form, headers=headers, status=200)
        found = json.loads(response.body)
        assert found["recordsTotal"] == len(ROWS)
        assert found["recordsFiltered"] == len(found["data"])
        return [row["name"] for row in found["data"]]

    assert ask("小学校") == ["真岡小学校", "亀山小学校", "山前小学校"]
    assert ask("小学校 台町") == ["真岡小学校"]
    assert ask(column="亀山") == ["亀山小学校"]
    assert len(ask("schoo")) == 4
    assert ask("図書館") == []
