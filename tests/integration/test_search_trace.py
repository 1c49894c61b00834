"""What a search leaves behind: one folded count for whoever asked, nothing personal, no SQL, nothing twice."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
import uuid

import pytest
import redis
import sqlalchemy as sa
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk

from ckanext.moka.core import events
from ckanext.moka.search import api
from ckanext.moka.search.index import store
from ckanext.moka.search.traces import phrases, trace

BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)


@pytest.fixture
def word():
    """A phrase that nobody else searches for, of letters only."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex)


@pytest.fixture
def get(app):
    """Return ``get(path, agent=BROWSER, **query)`` as a browser sends it."""

    def _get(path, agent=BROWSER, address="198.51.100.7", status=200, **query):
        return app.get(
            path,
            query_string=query,
            headers={"User-Agent": agent},
            environ_overrides={"REMOTE_ADDR": address},
            status=status,
        )

    return _get


def waiting(word):
    """Return the entries of the stream that have ``word``."""
    found = connect_to_redis().xrange(trace.stream_key())
    entries = [json.loads(values[b"search"]) for _, values in found]
    return [entry for entry in entries if word in entry["phrase"]]


def kept(word):
    """Return the counted rows of ``word``."""
    query = sa.text("SELECT * FROM moka_search_phrase WHERE phrase LIKE :like ORDER BY day, channel, filters")
    with store.engine().connect() as connection:
        return connection.execute(query, {"like": f"%{word}%"}).mappings().all()


def test_search_page_and_api_leave_one_entry_each(get, word):
    get("/dataset/", q=f"避難　{word.upper()}")
    get("/api/3/action/package_search", q=word)
    entries = waiting(word)
    assert [(entry["phrase"], entry["channel"], entry["results"]) for entry in entries] == [
        (f"避難 {word}", "ui", entries[0]["results"]),
        (word, "api", 0),
    ]


def test_api_by_post_counts_too(app, word):
    app.post("/api/action/package_search", json={"q": word, "fq": 'organization:kiki +tags:"防災"'})
    assert [(entry["channel"], entry["filters"]) for entry in waiting(word)] == [
        ("api", ["organization:kiki", "tags:防災"])
    ]


def test_an_organisations_own_search_box_counts_with_the_organisation(get, org, word):
    get(f"/organization/{org['name']}", q=word)
    assert [entry["filters"] for entry in waiting(word)] == [[f"organization:{org['name']}"]]


def test_pages_facets_sorting_and_a_second_enter_count_once(get, word):
    for query in ({}, {"page": 2}, {"organization": "kiki"}, {"sort": "title_string asc"}, {}, {"tags": "x"}):
        get("/dataset/", q=word, **query)
    get("/dataset/", q=f" {word.upper()}  ")
    assert len(waiting(word)) == 1
    get("/api/action/package_search", q=word)
    get("/api/action/package_search", q=word, start=10)
    get("/api/action/package_search", q=word, fq="tags:x")
    assert [entry["channel"] for entry in waiting(word)] == ["ui", "api"]


def test_a_further_page_alone_is_no_search(get, word):
    get("/dataset/", q=word, page=2)
    get("/api/action/package_search", q=word, start="20")
    assert waiting(word) == []


def test_two_people_count_twice(get, word):
    get("/dataset/", q=word)
    get("/dataset/", q=word, address="203.0.113.9")
    get("/dataset/", q=word, agent=BROWSER + " Edg/130")
    assert len(waiting(word)) == 3


def test_searches_that_nobody_typed_leave_nothing(app, get, call, word):
    before = connect_to_redis().xlen(trace.stream_key())
    call("package_search", q=word)
    for path in (
        "/",
        "/dataset/",
        "/organization/",
        "/api/action/package_search",
    ):
        get(path)
    for nothing in ("", "  ", "*", "*:*", "?", "　"):
        get("/dataset/", q=nothing)
    get("/api/action/package_autocomplete", q=word)
    get("/api/action/moka_search_suggest", q=word)
    get("/api/action/package_search", fq=f"tags:{word}")
    with app.flask_app.test_request_context(f"/?q={word}"):  # as the home page, and as a job of the worker
        call("package_search", q=word)
    assert connect_to_redis().xlen(trace.stream_key()) == before
    assert waiting(word) == []


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "GPTBot/1.0",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
    ],
)
def test_robots_leave_nothing(get, word, agent):
    get("/dataset/", agent=agent, q=word)
    get("/api/action/package_search", agent=agent, q=word)
    assert waiting(word) == []


def test_previews_of_the_browser_leave_nothing(app, word):
    app.get("/dataset/", query_string={"q": word}, headers={"Sec-Purpose": "prefetch;prerender"})
    assert waiting(word) == []


def test_tracing_adds_no_sql(get, word, monkeypatch):
    seen, here = [], threading.get_ident()

    def count(_connection, _cursor, statement, *_rest):
        if threading.get_ident() == here:  # the thread that keeps the index warm has statements of its own
            seen.append(statement)

    engines = [model.meta.engine, store.engine()]
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", count)
    try:
        numbers = {}
        for path in ("/dataset/", "/api/action/package_search"):
            get(path, q=f"warm{word}")
            for traced in (False, True, False, True):
                with monkeypatch.context() as patch:
                    if not traced:
                        patch.setattr(trace, "note", lambda *_: None)
                    seen.clear()
                    get(path, q=word + ("y" if traced else "n"))
                    numbers.setdefault((path, traced), []).append(len(seen))
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", count)
    for path in ("/dataset/", "/api/action/package_search"):
        assert numbers[path, True] == numbers[path, False]
        assert min(numbers[path, True]) > 0
    assert len(waiting(word + "y")) == 2  # each channel once


def everything_in_redis():
    client = connect_to_redis()
    for key in client.scan_iter(count=1000):
        yield key
        kind = client.type(key)
        if kind == b"string":
            yield client.get(key)
        elif kind == b"hash":
            yield repr(client.hgetall(key)).encode()
        elif kind == b"stream":
            for _, values in client.xrange(key):
                yield from values.values()
        else:
            assert kind in (b"list", b"set", b"zset", b"none"), kind
            yield client.dump(key) or b""


def tables_with(text):
    """Return the tables of all schemas that hold ``text`` in some row."""
    with store.engine().connect() as connection:
        names = connection.execute(
            sa.text(
                "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
                "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
            )
        ).all()
        return [
            (schema, name)
            for schema, name in names
            if connection.execute(
                sa.text(
                    f'SELECT EXISTS (SELECT FROM "{schema}"."{name}" t WHERE CAST(t AS text) ILIKE :like)'
                ),
                {"like": f"%{text}%"},
            ).scalar()
        ]


def test_no_personal_data_in_redis_or_sql(get, word):
    mail, address, agent = f"{word}@example.jp", "198.51.100.77", f"{BROWSER} Reader{word}"
    for phrase in (mail, f"連絡先 {mail}", f"{word} 090-1234-5678", f"{word} 1234 5678 9012"):
        get("/dataset/", q=phrase, agent=agent, address=address)
        get(
            "/api/action/package_search",
            q=phrase,
            fq=f"tags:{mail} notes:{mail}",
            agent=agent,
            address=address,
        )
    get("/dataset/", q="避難所", tags=mail, organization=mail, agent=agent, address=address, x=word)
    for stage in ("waiting", "counted"):
        for data in everything_in_redis():
            for secret in (word, address, "090-1234-5678", "1234 5678 9012"):
                assert secret.encode() not in data, (stage, secret, data[:200])
        if stage == "waiting":
            phrases.drain()
    assert tables_with(word) == []
    assert tables_with(address) == []
    masked = [row["phrase"] for row in kept("らしい語")]
    assert any("メールアドレス" in phrase for phrase in masked)
    assert any("番号" in phrase for phrase in masked)


def test_what_tells_people_apart_lives_for_a_day_at_most(get, word):
    get("/dataset/", q=word)
    client = connect_to_redis()
    keys = list(client.scan_iter(f"moka-search:{tk.config['ckan.site_id']}:*"))
    assert any(b":salt:" in key for key in keys) and any(b":told:" in key for key in keys)
    for key in keys:
        limit = 24 * 3600 if b":salt:" in key else trace.WINDOW if b":told:" in key else None
        if limit:
            assert 0 < client.ttl(key) <= limit
        else:
            assert key == trace.stream_key().encode()


def test_counts_by_day_phrase_channel_and_filters(get, word):
    for number in range(3):
        get("/dataset/", q=word, address=f"203.0.113.{number}")
    get("/dataset/", q=word, address="203.0.113.50", organization="kiki")
    get("/api/action/package_search", q=word)
    phrases.drain()
    rows = kept(word)
    assert [(row["channel"], row["filters"], row["searches"], row["zero_results"]) for row in rows] == [
        ("api", "", 1, 1),
        ("ui", "", 3, 3),
        ("ui", "organization:kiki", 1, 1),
    ]
    assert {row["day"] for row in rows} <= {phrases.today(), phrases.today() - dt.timedelta(days=1)}
    assert phrases.drain() == 0 and kept(word) == rows
    (phrase,) = [found for found in api.failed_searches(rows[0]["day"], 100_000) if found.phrase == word]
    assert (phrase.searches, phrase.zero_results, phrase.channels) == (4, 4, ("api", "ui"))
    (phrase,) = [found for found in api.top_searches(rows[0]["day"], 100_000) if found.phrase == word]
    assert (phrase.searches, phrase.days, phrase.last_results) == (5, 1, 0)


def test_found_only_by_some_words_counts_as_low(app, call, org, sysadmin, unique, word):
    title, name = word[:16], unique("trace")
    call("package_create", name=name, title=f"{title} 一覧", notes="説明", owner_org=org["id"], private=True)
    for q in (f"{title} {word[16:]}", title):
        app.get("/dataset/", query_string={"q": q}, headers={"Authorization": sysadmin["token"]})
    phrases.drain()
    rows = {row["phrase"]: row for row in kept(title)}
    both = rows[f"{title} {word[16:]}"]
    assert (both["zero_results"], both["low_results"], both["last_results"]) == (0, 1, 1)
    assert (rows[title]["zero_results"], rows[title]["low_results"], rows[title]["last_results"]) == (0, 0, 1)


def test_listeners_hear_of_each_counted_search_after_the_commit(get, word):
    heard = []

    def listener(event):
        heard.append((event, len(kept(word))))

    events.subscribe(events.SearchPerformed, listener)
    try:
        get("/dataset/", q=word)
        assert heard == []
        phrases.drain()
    finally:
        events.unsubscribe(events.SearchPerformed, listener)
    mine = [(event, rows) for event, rows in heard if event.phrase == word]
    assert [(event.channel, event.results, event.exact, rows) for event, rows in mine] == [("ui", 0, 0, 1)]


def test_failure_before_the_commit_counts_later_and_failure_after_it_not_again(get, word, monkeypatch):
    get("/dataset/", q=word)

    def fail():
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(model.Session, "commit", fail)
        with pytest.raises(RuntimeError):
            phrases.drain()
    model.Session.rollback()
    assert kept(word) == [] and len(waiting(word)) == 1

    class Dying:
        """Redis, until the counted entries should be taken away."""

        def __init__(self, client):
            self._client = client

        def __getattr__(self, name):
            if name == "xdel":
                raise RuntimeError("killed")
            return getattr(self._client, name)

    with monkeypatch.context() as patch:
        patch.setattr(phrases, "connect_to_redis", lambda: Dying(connect_to_redis()))
        with pytest.raises(RuntimeError):
            phrases.drain()
    model.Session.rollback()
    assert [row["searches"] for row in kept(word)] == [1] and len(waiting(word)) == 1
    phrases.drain()
    assert [row["searches"] for row in kept(word)] == [1] and waiting(word) == []


def test_search_goes_on_without_redis(get, word, monkeypatch):
    class Gone:
        def pipeline(self, **_options):
            raise redis.ConnectionError("gone")

    monkeypatch.setattr(trace, "_client", Gone)
    monkeypatch.setattr(trace, "_rests_until", 0.0)
    assert "検索" in get("/dataset/", q=word).body
    assert get("/api/action/package_search", q=word).json["success"] is True
    assert trace._rests_until > time.monotonic()  # not tried again for every search


def test_old_counts_are_deleted(word):
    days = (phrases.today() - dt.timedelta(days=age) for age in (401, 400, 0))
    for day in days:
        model.Session.execute(
            sa.text("INSERT INTO moka_search_phrase VALUES (:day, :phrase, 'ui', '', 1, 0, 0, 1)"),
            {"day": day, "phrase": word},
        )
    model.Session.commit()
    assert phrases.forget_old() >= 1
    assert [(phrases.today() - row["day"]).days for row in kept(word)] == [400, 0]


def test_rare_phrases_are_for_administrators_only(get, call, org, make_user, sysadmin, word):
    common = f"{word}x"
    get("/dataset/", q=word)
    for number in range(3):
        get("/dataset/", q=common, address=f"203.0.113.{number}")
    phrases.drain()
    clerk, nobody = make_user(), make_user()
    call("organization_member_create", id=org["id"], username=clerk["name"], role="editor")

    def seen(user):
        found = call("moka_search_phrase_list", user=user, limit=1000)["results"]
        return {item["phrase"] for item in found} & {word, common}

    assert seen(sysadmin["name"]) == {word, common}
    assert seen(clerk["name"]) == {common}
    for user in (nobody["name"], ""):
        with pytest.raises(tk.NotAuthorized):
            call("moka_search_phrase_list", user=user)
    with pytest.raises(tk.ValidationError):
        call("moka_search_phrase_list", kind="x")


def test_page_for_staff(app, get, sysadmin, make_user, word):
    get("/dataset/", q=word)
    phrases.drain()
    headers = {"Authorization": sysadmin["token"]}
    page = app.get("/moka/searches?kind=failed", headers=headers)
    assert word in page.body
    assert app.get("/moka/searches?kind=x", headers=headers, status=404)
    assert "このページには何もありません" in app.get("/moka/searches?page=1000", headers=headers).body
    assert app.get("/moka/searches?page=99999999999", headers=headers, status=404)
    assert app.get("/moka/searches", headers={"Authorization": make_user()["token"]}, status=403)
    assert "/user/login" in app.get("/moka/searches", follow_redirects=False).headers["Location"]
