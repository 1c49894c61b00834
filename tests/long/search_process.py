"""What the processes of ``test_search_*_kill.py`` do: ``python search_process.py INI make|patch|compare …``."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from ckan.cli import load_config
from ckan.config.middleware import make_app


def main() -> None:
    ini, what, *arguments = sys.argv[1:]
    app = make_app(load_config(ini))
    with app._wsgi_app.test_request_context():
        known = (make, patch, compare, remove, search, count, drain)
        {function.__name__: function for function in known}[what](*arguments)


def call(action: str, **data: Any) -> Any:
    from ckan.plugins import toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"ignore_auth": True, "user": user}, data)


def make(prefix: str, count: str) -> None:
    """Create datasets prefix-0 … with an organisation of their own."""
    org = call("organization_create", name=prefix, title="危機管理課")
    for number in range(int(count)):
        call(
            "package_create",
            name=f"{prefix}-{number}",
            title=f"指定緊急避難場所 {number} 号",
            notes="災害のときの避難にお役立てください。",
            owner_org=org["id"],
            tags=[{"name": "防災"}, {"name": f"地区{number % 7}"}],
            resources=[{"name": "避難場所.csv", "url": f"https://example.jp/{number}.csv", "format": "CSV"}],
        )


def patch(word: str, times: str, *names: str) -> None:
    """Change title, tags and notes of the datasets in turn."""
    for number in range(int(times)):
        name = names[number % len(names)]
        call(
            "package_patch",
            id=name,
            title=f"{word} {number} 回目の避難所",
            notes=f"{word}が{number}回直しました。",
            tags=[{"name": f"{word}{number}"}],
        )
        time.sleep(0.005)


def remove(*names: str) -> None:
    """Purge datasets."""
    for name in names:
        call("dataset_purge", id=name)


def search(word: str, times: str) -> None:
    """Note searches for 20 phrases with ``word``, each of another client, as requests do."""
    from flask import current_app

    from ckanext.moka.search.traces import trace

    for number in range(int(times)):
        path = f"/dataset/?q={word}{chr(ord('a') + number % 20)}"
        address = {"REMOTE_ADDR": f"2001:db8:{number:x}::1"}
        with current_app.test_request_context(path, environ_overrides=address):
            trace.note("", number % 3, None, {})


def count(batch: str) -> None:
    """Count searches in small batches until killed, as a worker does that never rests."""
    from ckanext.moka.search.traces import phrases

    phrases.BATCH = int(batch)
    while True:
        phrases.drain()


def drain() -> None:
    """Index what waits until killed, as a worker does that never rests."""
    from ckan import model

    from ckanext.moka.search.index import stale

    while True:
        stale.drain(7)
        model.Session.remove()


def compare(prefix: str) -> None:
    """Print as JSON the names of the datasets whose index row is not what indexing them now would write.

    Everything that indexing writes is compared: the document that is shown, all words, the terms.
    """
    import sqlalchemy as sa
    from ckan import logic, model

    from ckanext.moka.search.index import store, writer

    vectors = ("head", "words", "found", "fielded")
    equal = " AND ".join(f"{name} = CAST(:{name} AS tsvector)" for name in vectors)
    statement = sa.text(
        "SELECT doc - 'indexed_ts' = CAST(:doc AS jsonb) - 'indexed_ts' AND terms = CAST(:terms AS integer[]) "
        "AND labels = CAST(:labels AS integer[]) AND title_fold = :title_fold AND modified = :modified "
        f"AND {equal} FROM moka_search.document WHERE index_id = :index_id"
    )
    different = []
    names = [name for (name,) in model.Session.query(model.Package.name) if name.startswith(f"{prefix}-")]
    for name in names:
        with writer.collecting() as rows:
            logic.index_update_package({"ignore_auth": True}, name, True)
        row = writer.with_terms(rows)[0]
        if store.read(lambda c, row=row: c.execute(statement, row).scalar()) is not True:
            different.append(name)
    print("RESULT " + json.dumps({"datasets": len(names), "different": different}))


if __name__ == "__main__":
    main()
