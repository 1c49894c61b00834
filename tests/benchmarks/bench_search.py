"""How fast the search is, how it grows, and beside what: ``python tests/benchmarks/bench_search.py --ckan-ini=PATH``.

1,000 and 10,000 synthetic datasets (``search_corpus.py``); 100,000 too with ``--large`` or ``MOKA_BENCH_LARGE=1``.
They are written under a site id of their own into the ini's index and removed at the end.

Each search is the call that ``package_search`` makes for the public: permission labels, six facets, 20 rows (CKAN
asks for one more) with the whole validated dataset. The peers run in the same minutes on the same texts and do
less: they match all words, count, and return the 20 newest titles, without facets, labels or rank. ``ILIKE`` scans
the texts; ``simple`` is PostgreSQL's full text with words at blanks, with its own GIN index: it does not find a
word inside an unspaced title, which the column of its hits shows.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # the runner starts Python without the script's own folder

import search_corpus as corpus

SIZES, LARGE = [1_000, 10_000], 100_000
BATCH = 100
FACETS = ["organization", "theme", "tags", "res_format", "license_id", "groups"]
PUBLIC = [f'+site_id:"{corpus.SITE}"', "+state:active", '+permission_labels:("public")']
TYPED = {
    "common word": corpus.COMMON,
    "rare word": corpus.RARE,
    "several words": "避難 真岡 一覧",
    "kana": "ひなん",
}
Row = tuple[str, float, float, int]


def main() -> None:
    """Build the index step by step; print the table after each step; clean up."""
    parser = argparse.ArgumentParser(description=__doc__)
    given = os.environ.get("MOKA_BENCH_INI")
    parser.add_argument("--ckan-ini", default=given, required=given is None)
    parser.add_argument("--large", action="store_true", default=bool(os.environ.get("MOKA_BENCH_LARGE")))
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    load_site(options.ckan_ini)
    sizes = [*SIZES, LARGE] if options.large else SIZES
    try:
        clean()
        prepare()
        before: dict[str, float] = {}
        for start, size in zip([0, *sizes], sizes, strict=False):
            print(f"\n━━ {size:,} datasets ━━", flush=True)
            build(start, size)
            before = report(options.runs, before)
        dictized()
    finally:
        clean()


def load_site(ini: str) -> None:
    """Load CKAN's configuration with the search engine."""
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    make_app(load_config(ini))


def prepare() -> None:
    """Make the table of the peers; read the dictionary, so that no figure has that second in it."""
    from ckanext.moka.search.index import indexer

    sql("CREATE TABLE moka_search.bench (name text, title text, body text, modified text, words tsvector)")
    sql("CREATE INDEX ON moka_search.bench USING gin (words)")
    for doc in corpus.documents(20, first=10_000_000):
        indexer.build_row(doc)


def sql(statement: str, **params: Any) -> list[Any]:
    """Run one statement on the engine's own pool, committed at once."""
    import sqlalchemy as sa

    from ckanext.moka.search.index import store

    with store.engine().connect() as connection:
        result = connection.execute(sa.text(statement), params)
        return list(result.all()) if result.returns_rows else []


def build(start: int, size: int) -> None:
    """Write the documents from ``start`` to ``size``, and the same texts for the peers; print the rates."""
    import sqlalchemy as sa

    from ckanext.moka.search.index import indexer, store, writer

    spent = {"analysis": 0.0, "writing": 0.0}
    plain = sa.text(
        "INSERT INTO moka_search.bench VALUES (:name, :title, :body, :modified, to_tsvector('simple', :body))"
    )

    def clocked(what: str, job: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def run(batch: Any) -> Any:
            began = time.perf_counter()
            try:
                return job(batch)
            finally:
                spent[what] += time.perf_counter() - began

        return run

    analyse = clocked("analysis", lambda docs: [indexer.build_row(doc) for doc in docs])
    docs = corpus.documents(size - start, first=start)
    count, seconds = size - start, 0.0
    while piece := list(itertools.islice(docs, 10 * BATCH)):
        batches = [piece[place : place + BATCH] for place in range(0, len(piece), BATCH)]
        began = time.perf_counter()
        for _ in writer.pipelined(batches, analyse, clocked("writing", writer.write)):
            pass
        seconds += time.perf_counter() - began
        with store.engine().connect() as connection:
            connection.execute(plain, [peer(doc) for doc in piece])
    sql("VACUUM ANALYZE moka_search.document")
    sql("VACUUM ANALYZE moka_search.bench")
    rates = ", ".join(f"{what} {count / took:,.0f}/s" for what, took in spent.items())
    print(f"rebuild in the engine: {count / seconds:,.0f} datasets/s ({rates}, one beside the other)")
    print(f"index size: {index_size()}")


def peer(doc: dict[str, Any]) -> dict[str, str]:
    """Return the row of the peers' table."""
    return {
        "name": doc["name"],
        "title": doc["title"],
        "body": f"{doc['title']} {doc['notes']} {' '.join(doc['tags'])}",
        "modified": doc["metadata_modified"],
    }


def index_size() -> str:
    """Return the size of the table, of what was moved out of its rows, and of its indexes."""
    found = sql(
        "SELECT pg_relation_size(c.oid), pg_total_relation_size(c.reltoastrelid), pg_indexes_size(c.oid) "
        "FROM pg_class c WHERE c.oid = 'moka_search.document'::regclass"
    )[0]
    names = ("small columns", "large columns", "indexes")
    parts = ", ".join(f"{name} {size / 2**20:,.1f} MB" for name, size in zip(names, found, strict=True))
    return f"{sum(found) / 2**20:,.1f} MB ({parts})"


def report(runs: int, before: dict[str, float]) -> dict[str, float]:
    """Measure everything once; return the medians by kind, for the growth of the next size."""
    print(f"{'':16}{'p50 ms':>9}{'p95 ms':>9}{'hits':>9}{'growth':>8}   peers: ILIKE (hits), simple (hits)")
    medians = {}
    for kind, query in searches().items():
        name, median, high, hits = timed(kind, lambda query=query: search(**query).hits, runs)
        medians[name] = median
        beside = peers(TYPED[kind], median, max(5, runs // 5)) if kind in TYPED else ""
        print(f"{name:16}{median:9.2f}{high:9.2f}{hits:9,}{growth(before, name, median)}   {beside}")
    for name, median, high, _ in others(runs):
        medians[name] = median
        print(f"{name:16}{median:9.2f}{high:9.2f}{'':9}{growth(before, name, median)}")
    return medians


def growth(before: dict[str, float], name: str, median: float) -> str:
    return f"{median / before[name]:7.1f}x" if name in before else f"{'':8}"


def searches() -> dict[str, dict[str, Any]]:
    """Return the five kinds of searches as parameters."""
    found: dict[str, dict[str, Any]] = {kind: {"q": text} for kind, text in TYPED.items()}
    newest = "metadata_modified desc"
    found["browse"] = {"q": "*:*", "fq": [*PUBLIC, 'organization:"org-03"'], "sort": newest}
    return found


def search(**query: Any) -> Any:
    """Search as ``package_search`` does (CKAN 2.12.0)."""
    from ckan.lib.search import make_connection

    params: dict[str, Any] = {
        "fq": PUBLIC,
        "rows": 21,
        "fl": "id validated_data_dict",
        "sort": "score desc, metadata_modified desc",
        "df": "text",
        "q.op": "AND",
        "wt": "json",
        "facet": "true",
        "facet.field": FACETS,
        "facet.limit": 50,
        "facet.mincount": 1,
    }
    if ":" not in query["q"]:
        params |= {
            "defType": "dismax",
            "tie": "0.1",
            "mm": "2<-1 5<80%",
            "qf": "name^4 title^4 tags^2 groups^2 text",
        }
    return make_connection(decode_dates=False).search(**(params | query))


def others(runs: int) -> Iterable[Row]:
    """Measure ``show`` by id and by name, the home page, and the update of one document."""
    from ckan.lib.search import make_connection

    connection = make_connection(decode_dates=False)
    docs = list(corpus.documents(runs))

    def show(reference: str) -> int:
        q = f'name:"{reference}" OR id:"{reference}"'
        return int(
            connection.search(
                q=q, rows=1, wt="json", fq=f'+site_id:"{corpus.SITE}" +entity_type:package'
            ).hits
        )

    def home() -> int:
        newest = {"q": "*:*", "sort": "metadata_modified desc"}
        search(q="*:*", rows=0)
        search(**newest, rows=7)
        search(**newest, rows=1, **{"facet.field": ["organization"]})
        search(**newest, rows=1, **{"facet.field": ["theme", "tags"]})
        return int(search(**newest, rows=6, fq=[*PUBLIC, 'organization:"org-05"']).hits)

    def update(doc: dict[str, Any]) -> int:
        connection.add([{**doc, "notes": f"{doc['notes']} {time.time()} に直しました。"}])
        return 1

    by_id, by_name = itertools.cycle(doc["id"] for doc in docs), itertools.cycle(doc["name"] for doc in docs)
    changed = itertools.cycle(docs)
    yield timed("show by id", lambda: show(next(by_id)), runs)
    yield timed("show by name", lambda: show(next(by_name)), runs)
    yield timed("home (5 calls)", home, runs)
    yield timed("update of one", lambda: update(next(changed)), runs)


def timed(name: str, call: Callable[[], int], runs: int) -> Row:
    """Return the name, the median, the 95th percentile (ms) and what the last call returned; one call to warm up."""
    result, times = call(), []
    for _ in range(runs):
        began = time.perf_counter()
        result = call()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return name, statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.95))], result


def peers(text: str, ours: float, runs: int) -> str:
    """Measure the peers for one typed text; a ratio above 1 means that we are faster."""
    words = {f"w{number}": word for number, word in enumerate(text.split())}
    like = " AND ".join(f"body ILIKE '%' || CAST(:{name} AS text) || '%'" for name in words)
    parts = []
    for where, params in ((like, words), ("words @@ plainto_tsquery('simple', :q)", {"q": text})):
        statement = (
            f"WITH hit AS (SELECT title, modified FROM moka_search.bench WHERE {where}) SELECT (SELECT count(*) FROM hit), "
            "(SELECT array_agg(title) FROM (SELECT title FROM hit ORDER BY modified DESC LIMIT 20) t)"
        )
        _, median, _, hits = timed("", lambda s=statement, p=params: int(sql(s, **p)[0][0]), runs)
        parts.append(f"{median:.2f} ms ({hits:,}) = {median / ours:.2f}x")
    return ", ".join(parts)


def dictized(count: int = 60) -> None:
    """Print the rate of ``ckan search-index rebuild``, which has CKAN and its plugins make each document."""
    from ckan import model

    from ckanext.moka.search.index import rebuild

    packages = list(corpus.packages(count))
    try:
        for package in packages:
            taken = {key: package[key] for key in ("id", "name", "title", "notes", "license_id", "author")}
            row = model.Package(**taken, type="dataset", state="active", private=True)
            for resource in package["resources"]:
                wanted = ("name", "description", "format", "url")
                row.resources_all.append(model.Resource(**{key: resource[key] for key in wanted}))
            model.Session.add(row)
        model.Session.commit()
        began = time.perf_counter()
        outcome = rebuild.rebuild([package["id"] for package in packages])
        seconds = time.perf_counter() - began
        print(
            f"\nrebuild with CKAN's own dictization and plugins: {outcome.indexed / seconds:,.0f} datasets/s"
        )
    finally:
        model.Session.rollback()
        ids = [package["id"] for package in packages]
        sql("DELETE FROM public.resource WHERE package_id = ANY(:ids)", ids=ids)
        sql("DELETE FROM public.package WHERE id = ANY(:ids)", ids=ids)
        sql("DELETE FROM moka_search.document WHERE id = ANY(:ids)", ids=ids)
        sql("DELETE FROM moka_search.waiting WHERE package_id = ANY(:ids)", ids=ids)


def clean() -> None:
    """Remove the documents and the peers' table."""
    from ckanext.moka.search.index import store

    store.ensure_tables()
    sql("DELETE FROM moka_search.document WHERE site_id = :site", site=corpus.SITE)
    sql("DROP TABLE IF EXISTS moka_search.bench")
    sql("VACUUM moka_search.document")


if __name__ == "__main__":
    main()
