"""Searches that are malformed, hostile or absurd: an answer or a clean error, never a server error or a long wait.

Through the engine, the API (GET and POST), the search page, the page of a department, feeds and proposals.
"""

from __future__ import annotations

import json
import logging
import time

import pytest
from ckan.lib.search import SearchError, make_connection
from ckan.plugins import toolkit as tk
from hypothesis import HealthCheck, given, settings
from search_hostile import FUNCTIONS, HOSTILE, PARAMETERS, TEXTS, wrong_kind

from ckanext.moka.search.index import store

CLEAN = (SearchError, tk.ValidationError)
WAIT = 20.0  # seconds; a statement of a search is stopped after 3


@pytest.fixture(autouse=True)
def _no_failure_in_the_log(caplog):
    """No search may make the database or the engine fail: both are logged as errors."""
    caplog.set_level(logging.WARNING)
    yield
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    failures = [
        record for record in failures if record.name.startswith(("ckanext.moka.search", "sqlalchemy"))
    ]
    assert not failures, [record.getMessage() for record in failures]


@pytest.fixture
def ask(call):
    """Search as a client does; returns the answer, or the error when it is one that a client can read."""

    def _ask(**params):
        started = time.monotonic()
        try:
            return call("package_search", user="", **params)
        except CLEAN as error:
            return error
        finally:
            assert time.monotonic() - started < WAIT

    return _ask


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_person_types_is_a_search(ask, text):
    for parser in ({}, {"defType": "edismax"}, {"defType": "lucene"}):
        answer = ask(q=text, **parser)
        too_long = len(text) > 8000 or len(text.split()) > 1000 or text.startswith("{!") or "_query_" in text
        assert isinstance(answer, dict) or too_long, (parser, answer)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_filter_is_read_or_refused(ask, text):
    for name in ("fq", "sort", "qf", "mm", "bf", "boost", "tie", "defType", "fl"):
        ask(**{"q": "避難", name: text})
    ask(q="避難", fq_list=[text, "tags:a"])
    ask(q="避難", **{"facet.field": [text]})
    ask(q="避難", ext_bbox=text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_pages_answer(app, org, text):
    text = text.encode("utf-8", "replace").decode("utf-8")  # an address holds no surrogates
    for url in (
        tk.url_for("dataset.search", q=text),
        tk.url_for("dataset.search", q="a", sort=text, ext_bbox=text, tags=text),
        tk.url_for("organization.read", id=org["name"], q=text, sort=text),
        tk.url_for("feeds.custom", q=text),
        tk.url_for("feeds.custom", tags=text),
        tk.url_for("api.action", ver=3, logic_function="package_search", q=text),
        tk.url_for("api.action", ver=3, logic_function="package_search", fq=text, sort=text),
        tk.url_for("api.dataset_autocomplete", ver=2, incomplete=text),
    ):
        if len(url) > 60_000:  # no server takes such an address
            continue
        started = time.monotonic()
        assert app.get(url, expect_errors=True).status_code < 500, url[:200]
        assert time.monotonic() - started < WAIT


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_api_takes_posts(app, text):
    for name in ("q", "fq", "sort", "defType", "bf"):
        answer = app.post("/api/3/action/package_search", json={name: text}, expect_errors=True)
        assert answer.status_code in (200, 400, 409), answer.body[:300]
        assert json.loads(answer.body)["success"] is (answer.status_code == 200)


@pytest.mark.parametrize("name, value", wrong_kind())
def test_values_of_a_wrong_kind_are_refused(app, name, value):
    answer = app.post("/api/3/action/package_search", json={"q": "a", name: value}, expect_errors=True)
    assert answer.status_code in (200, 400, 409), answer.body[:300]


@pytest.mark.parametrize(
    "params",
    [
        {"fq": "title:("}, {"fq": "metadata_modified:[soon TO NOW]"}, {"fq": "/a.*b/"}, {"fq": 'tags:"x'},
        {"fq": "a" * 9000}, {"fq": "views_recent:[1 TO x]"}, {"fq": "title:a~5"}, {"fq": "title:a^-1"},
        {"fq": "title:*a*b*c*d*e*f*g*h*"}, {"sort": "title_string"}, {"sort": "unknown(x) desc"},
        {"sort": "title_string sideways"}, {"bf": "query($q)"}, {"boost": "scale(views_recent,0,1)"},
        {"bf": "recip(ms(NOW,title),1,1,1)"}, {"mm": "many"}, {"tie": "2"}, {"qf": "title^x"},
        {"defType": "func"}, {"defType": "surround"}, {"fl": "[child]"}, {"fl": "a:title"},
        {"ext_bbox": "1,2,3"}, {"ext_bbox": "140,37,139,36"}, {"ext_bbox": "a,b,c,d"}, {"ext_bbox": "1,2,3,NaN"},
        {"q": "{!join from=a to=b}x"}, {"q": "{!func}views"}, {"pf": "title"}, {"facet.sort": "index"},
        {"group": "true"}, {"include_private": "maybe"}, {"rows": "many"}, {"start": "-1"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_done_is_refused(ask, params):
    """Nothing that would change the answer is ignored."""
    answer = ask(**{"q": "避難", **params})
    assert isinstance(answer, CLEAN), answer["count"]


@pytest.mark.parametrize(
    "params",
    [
        {"group": "true"}, {"hl": "true"}, {"stats": "true"}, {"spellcheck": "true"}, {"cursorMark": "*"},
        {"facet.query": "a:b"}, {"facet.range": "x"}, {"facet.pivot": "a,b"}, {"q.op": "XOR"}, {"uf": "*"},
        {"fq": "{!collapse field=x}"}, {"fq": "{!lucene v=$q}"}, {"fq": "{!term f=tags cache=false x=y}a"},
        {"facet": "true", "facet.field": "{!ex=dt}tags"}, {"facet.sort": "name", "facet": "true", "facet.field": "tags"},
    ],
    ids=str,
)  # fmt: skip
def test_the_connection_refuses_what_it_does_not_do(params):
    import pysolr

    with pytest.raises(pysolr.SolrError):
        make_connection().search("避難", **params)


def test_errors_have_the_codes_of_ckan(app):
    def status(**params):
        return app.post("/api/3/action/package_search", json=params, expect_errors=True).status_code

    assert status(q="a", fq="title:(") == 409
    assert status(q="a", sort="title") == 400
    assert status(q="a", ext_bbox="x") == 400
    assert status(q="a", nothing="x") == 400
    assert status(q="a", include_private="maybe") == 409
    assert app.get("/feeds/custom.atom?tags=%22(", expect_errors=True).status_code < 500


def test_a_search_that_takes_too_long_is_stopped(ask, app, monkeypatch):
    """The budget holds for what really runs in PostgreSQL, and the page says so."""
    from ckanext.moka.search import config

    monkeypatch.setattr(config, "timeout_ms", lambda: 50)
    monkeypatch.setattr(store, "budget", lambda: "SET LOCAL statement_timeout = 50; SELECT pg_sleep(2);")
    started = time.monotonic()
    assert isinstance(ask(q="避難"), SearchError)
    page = app.get("/dataset/?q=避難", expect_errors=True)
    assert page.status_code < 500 and time.monotonic() - started < 2
    assert app.get("/feeds/custom.atom?q=避難", expect_errors=True).status_code == 400
    monkeypatch.undo()
    assert isinstance(ask(q="避難"), dict)


SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


@SETTINGS
@given(PARAMETERS)
def test_random_parameters_never_fail(ask, params):
    ask(**params)


@SETTINGS
@given(TEXTS)
def test_random_texts_are_searches(ask, text):
    assert isinstance(ask(q=text), dict) or text.strip().startswith("{!") or "_" in text or "{!" in text


@SETTINGS
@given(FUNCTIONS)
def test_random_functions_are_reckoned_or_refused(ask, text):
    ask(q="*:*", bf=text, boost=text, defType="edismax")
    ask(q="一覧", sort=f"{text} desc")
