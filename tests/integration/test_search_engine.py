"""The engine behind CKAN's search, on a real site."""

from __future__ import annotations

import contextlib

import pytest
import sqlalchemy as sa
from ckan import model, plugins
from ckan.lib import search as ckan_search
from ckan.lib.search import SearchError, make_connection
from ckan.plugins import toolkit as tk

from ckanext.moka.search.index import stale, store


def make(call, private=False, **fields):
    """Make a dataset; a public one counts as released, since without files there is nothing to review."""
    made = call("package_create", **fields, private=True)
    if private:
        return made
    if plugins.plugin_loaded("moka_publication"):
        model.Session.execute(
            sa.text(
                "INSERT INTO moka_publication_state (dataset_id, state, note, reason, release_no, contents, updated_at)"
                " VALUES (:id, 'released', '', '', 1, '[]', now())"
            ),
            {"id": made["id"]},
        )
        model.Session.commit()
    return call("package_patch", id=made["id"], private=False)


@pytest.fixture
def dataset(call, org, unique):
    """Return a function that makes a dataset of the department; ``mark`` is a word only this test has."""

    def _make(title, **more):
        return make(call, **{"name": unique("ds"), "title": title, "owner_org": org["id"], **more})

    return _make


def found(call, org, q, user=None, **more):
    """Names of this test's datasets that ``q`` finds, best first."""
    result = call("package_search", user=user, q=q, fq=f"owner_org:{org['id']}", include_private=True, **more)
    return [item["name"] for item in result["results"]]


_CITY: dict[str, dict] = {}


@pytest.fixture
def city(call, unique):
    """A handful of municipal datasets by a short key, and their department; made once, never changed."""
    if not _CITY:
        org = call("organization_create", name=unique("org"), title="危機管理課")
        for key, fields in _DATASETS.items():
            name = unique("ds")
            _CITY[key] = make(call, name=name, owner_org=org["id"], **fields)
        _CITY["org"] = org
    return _CITY


_DATASETS = {
    "shelters": {"title": "指定緊急避難場所一覧", "notes": "災害のときに避難する場所です。"},
    "aed": {"title": "AED設置箇所一覧", "tags": [{"name": "防災"}]},
    "gomi": {"title": "家庭ごみ収集カレンダー", "notes": "地区ごとの収集日"},
    "toilet": {"title": "公衆トイレ一覧"},
    "people": {"title": "令和7年10月 人口と世帯", "notes": "住民基本台帳による。避難者数は含まない。"},
    "children": {"title": "保育所一覧"},
    "strawberry": {"title": "いちごの生産量", "notes": "Strawberries grown in the city"},
}


@pytest.mark.parametrize(
    "typed, best",
    [
        ("避難", "shelters"),
        ("ひなん", "shelters"),
        ("ヒナン", "shelters"),
        ("ﾋﾅﾝ", "shelters"),
        ("ひなんばしょ", "shelters"),
        ("ほいくじょ", "children"),
        ("避難所", "shelters"),
        ("緊急避難", "shelters"),
        ("避難場", "shelters"),
        ("aed", "aed"),
        ("ＡＥＤ", "aed"),
        ("ごみの日", "gomi"),
        ("ゴミ", "gomi"),
        ("廃棄物", "gomi"),
        ("トイレ", "toilet"),
        ("といれ", "toilet"),
        ("便所", "toilet"),
        ("子育て", "children"),
        ("じんこう", "people"),
        ("苺", "strawberry"),
        ("イチゴ", "strawberry"),
        ("strawberry", "strawberry"),
    ],
)
def test_residents_words_find_the_dataset_first(call, city, typed, best):
    names = found(call, city["org"], typed)
    assert names and names[0] == city[best]["name"]


@pytest.mark.ckan_config("ckanext.moka.search.optional_words", "真岡市")
def test_filler_words_and_the_citys_name_hide_nothing(call, city):
    for typed in ("トイレ 場所", "真岡市 トイレ", "トイレ 一覧 どこ"):
        assert found(call, city["org"], typed)[:1] == [city["toilet"]["name"]]


def test_a_word_inside_another_word_is_not_found(call, org, dataset):
    dataset("東京都の人口")
    assert found(call, org, "京都") == []


def test_title_counts_more_than_description(call, city):
    assert found(call, city["org"], "避難") == [city["shelters"]["name"], city["people"]["name"]]


def test_department_is_found_by_its_title(call, city):
    assert len(found(call, city["org"], "危機管理課", rows=50)) == len(_DATASETS)


def test_phrase_plus_and_minus(call, city):
    assert found(call, city["org"], '"避難場所"') == [city["shelters"]["name"]]
    assert found(call, city["org"], '"場所避難"') == []
    assert set(found(call, city["org"], "一覧 -AED -保育所")) == {
        city["shelters"]["name"],
        city["toilet"]["name"],
    }
    assert found(call, city["org"], "+一覧 +AED") == [city["aed"]["name"]]
    assert set(found(call, city["org"], "AED OR 人口")) >= {city["aed"]["name"], city["people"]["name"]}


def test_fields_ranges_and_wildcards(call, city):
    assert found(call, city["org"], "tags:防災") == [city["aed"]["name"]]
    assert found(call, city["org"], "tags:防") == []
    assert found(call, city["org"], "tags:防*") == [city["aed"]["name"]]
    assert found(call, city["org"], "title:トイ*") == [city["toilet"]["name"]]
    assert len(found(call, city["org"], "metadata_modified:[NOW-1DAY TO NOW+1HOUR]", rows=50)) == len(
        _DATASETS
    )
    assert found(call, city["org"], "metadata_modified:[NOW+1DAY TO *]") == []
    assert found(call, city["org"], 'title:(保育所 OR "公衆トイレ") AND NOT title:トイレ') == [
        city["children"]["name"]
    ]


def test_facets_count_the_hits_only(call, org, dataset, unique):
    tag, other = unique("tag"), unique("tag")
    for number in range(3):
        dataset(f"統計 {number}", tags=[{"name": tag}, {"name": other}] if number else [{"name": tag}])
    dataset("別の話", tags=[{"name": other}])
    result = call(
        "package_search", q="統計", fq=f"owner_org:{org['id']}", **{"facet.field": ["tags", "organization"]}
    )
    assert result["facets"]["tags"] == {tag: 3, other: 2}
    assert result["facets"]["organization"] == {org["name"]: 3}
    limited = call(
        "package_search",
        q="統計",
        fq=f"owner_org:{org['id']}",
        **{"facet.field": ["tags"], "facet.limit": 1, "facet.mincount": 3},
    )
    assert limited["facets"]["tags"] == {tag: 3}


def test_sort_and_pages(call, org, dataset):
    names = [dataset(f"並び替え {letter}", version=version)["name"] for letter, version in ("c1", "a2", "b1")]
    by_title = found(call, org, "並び替え", sort="title_string asc")
    assert by_title == [names[1], names[2], names[0]]
    assert found(call, org, "並び替え", sort="version asc, title_string desc") == [
        names[0],
        names[2],
        names[1],
    ]
    assert found(call, org, "並び替え", sort="title_string asc", start=1, rows=1) == [names[2]]


def test_private_datasets_are_for_their_department_only(call, org, dataset, make_user, unique):
    secret = dataset("内部検討資料", private=True)
    member, stranger = make_user(), make_user()
    call("organization_member_create", id=org["id"], username=member["name"], role="member")
    other = call("organization_create", name=unique("org"), title="別の課")
    call("organization_member_create", id=other["id"], username=stranger["name"], role="admin")
    assert found(call, org, "内部検討", user=member["name"]) == [secret["name"]]
    assert found(call, org, "内部検討", user=stranger["name"]) == []
    assert found(call, org, "内部検討", user="") == []
    assert call("package_autocomplete", user="", q="内部検討") == []


def test_autocomplete_by_part_and_by_reading(call, dataset, unique):
    mark = unique("x").replace("-", "")
    made = dataset(f"水道料金表{mark}")
    assert [item["name"] for item in call("package_autocomplete", q=f"金表{mark}")] == [made["name"]]
    assert made["name"] in [
        item["name"] for item in call("package_autocomplete", q="りょうきんひょう", limit=100)
    ]


def test_rollback_leaves_the_index_as_it_was(call, org, dataset):
    made = dataset("公開済みの題名")
    stale.drain(10_000)

    def refuse(session):
        if not session.in_nested_transaction():
            raise RuntimeError("refused at the very end")

    sa.event.listen(model.Session, "before_commit", refuse)
    try:
        with pytest.raises(RuntimeError):
            call("package_patch", id=made["id"], title="書きかけの題名")
    finally:
        sa.event.remove(model.Session, "before_commit", refuse)
    model.Session.rollback()
    assert found(call, org, "書きかけ") == []
    assert found(call, org, "公開済み") == [made["name"]]
    assert stale.pending(1000).count(made["id"]) == 0


def test_engine_failure_inside_a_save_leaves_the_transaction_usable(call, org, dataset):
    made = dataset("壊れない保存")
    package = model.Package.get(made["id"])
    package.title = "壊れない保存 改"
    model.Session.flush()
    with pytest.raises(sa.exc.SQLAlchemyError):
        store.write(lambda connection: connection.execute(sa.text("SELECT 1/0")))
    model.Session.commit()
    assert model.Package.get(made["id"]).title == "壊れない保存 改"


def test_renamed_department_reaches_the_index(call, org, dataset, unique):
    made = dataset("部署が変わる")
    title = "危機" + unique("課")
    call("organization_patch", id=org["id"], title=title)
    assert made["id"] in stale.pending(10_000)
    assert stale.drain(10_000) >= 1
    assert found(call, org, title) == [made["name"]]
    assert made["id"] not in stale.pending(10_000)


def test_a_plain_save_leaves_nothing_to_do(call, dataset):
    made = dataset("保存だけ")
    stale.drain(10_000)  # CKAN sets metadata_modified once more after it indexed a new dataset
    call("package_patch", id=made["id"], notes="更新")
    assert made["id"] not in stale.pending(10_000)


@pytest.mark.parametrize(
    "q",
    [
        "'; DROP TABLE moka_search.document; --",
        "' OR 1=1 --",
        "%(p0)s :p0 {0} %s \\",
        "a' & 'b' | !'c",
        "避難' <-> 'x",
        "title:'; DELETE FROM package; --",
        "\x00\ud800",
        "((((((",
        '"unfinished',
        "title:(",
        "[a TO",
        "a:b:c:d",
        "12:30 http://example.com/?x=1&y=2",
        "~ ^ * ? ! && || AND OR NOT",
        "+ - + -",
        "*",
        "の",
        "（避難）・「場所」",
        "𠮷野家🏃",
        "x" * 3000,
        "(" * 150 + "a" + ")" * 150,
    ],
)
def test_any_text_is_a_search(call, city, q):
    """Whatever is typed gives an answer or CKAN's own SearchError, never another failure."""
    before = store.read(lambda c: c.execute(sa.text("SELECT count(*) FROM moka_search.document")).scalar())
    with contextlib.suppress(SearchError, tk.ValidationError):
        call("package_search", q=q)
    after = store.read(lambda c: c.execute(sa.text("SELECT count(*) FROM moka_search.document")).scalar())
    assert before == after
    assert found(call, city["org"], "AED") == [city["aed"]["name"]]


@pytest.mark.parametrize(
    "name", ["x'); DROP TABLE moka_search.document; --", 'a"b', "x->>'y'", "tags' OR '1'='1", "日本語"]
)
def test_names_from_outside_are_only_names(call, city, name):
    """Facet, sort, field list and weights take any name without touching the SQL."""
    asked = {"facet.field": [name], "fl": name, "qf": f"{name} text"}
    result = call("package_search", q="AED", fq=f"owner_org:{city['org']['id']}", defType="edismax", **asked)
    assert result["count"] == 1
    one_word = name.replace(" ", "").replace(",", "")
    assert (
        call("package_search", q="AED", fq=f"owner_org:{city['org']['id']}", sort=f"{one_word} asc")["count"]
        == 1
    )


@pytest.mark.parametrize("bad", [{"fq": "title:("}, {"sort": "title_string"}, {"sort": "x sideways"}])
def test_programs_get_an_error_for_a_malformed_filter(call, bad):
    with pytest.raises(SearchError):
        call("package_search", q="*:*", **bad)


def test_search_page_never_fails(app, city):
    for query in ("?q=((((", "?q=a:b(", "?q=%00", "?tags='", "?q=避難&sort=score+desc", "?page=100000"):
        assert app.get(f"/dataset/{query}", expect_errors=True).status_code < 500


def test_clear_and_rebuild_by_command(call, city, cli):
    from ckan.cli.cli import ckan

    made = city["aed"]["name"]
    assert cli.invoke(ckan, ["search-index", "clear", made]).exit_code == 0
    assert found(call, city["org"], "AED") == []
    check = cli.invoke(ckan, ["search-index", "check"])
    assert made in check.output
    assert cli.invoke(ckan, ["search-index", "rebuild", made]).exit_code == 0
    assert found(call, city["org"], "AED") == [made]
    shown = cli.invoke(ckan, ["search-index", "show", made])
    assert shown.exit_code == 0 and "AED設置箇所一覧" in shown.output
    refused = cli.invoke(ckan, ["search-index", "rebuild-fast"])
    assert refused.exit_code != 0 and "search-index rebuild" in refused.output


def test_one_dataset_on_two_sites_is_two_documents(unique):
    connection, name = make_connection(), unique("two")
    base = {"id": name, "name": name, "state": "active", "entity_type": "package"}
    connection.add([{**base, "index_id": f"{name}-{site}", "site_id": site} for site in ("a", "b")])
    assert connection.search(f"name:{name}").hits == 2
    connection.delete(q=f'+id:"{name}" +site_id:"a"')
    assert [doc["site_id"] for doc in connection.search(f"name:{name}").docs] == ["b"]
    connection.delete(id=f"{name}-b")
    assert connection.search(f"name:{name}").hits == 0


def test_missing_tables_come_back(call, org, dataset):
    made = dataset("表が消えても")
    with store.engine().connect() as connection:
        connection.execute(sa.text("ALTER TABLE moka_search.document RENAME TO document_away"))
    try:
        assert found(call, org, "消えても") == []
    finally:
        with store.engine().connect() as connection:
            connection.execute(sa.text("DROP TABLE moka_search.document"))
            connection.execute(sa.text("ALTER TABLE moka_search.document_away RENAME TO document"))
    assert found(call, org, "消えても") == [made["name"]]


def test_dead_database_is_a_search_error(monkeypatch):
    away = sa.create_engine("postgresql://nobody@127.0.0.1:1/none", isolation_level="AUTOCOMMIT")
    monkeypatch.setattr(store, "engine", lambda: away)
    with pytest.raises(ckan_search.SolrConnectionError):
        ckan_search.query_for(model.Package).run({"q": "x"})
