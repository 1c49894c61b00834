"""Search over 10,000 datasets: our index against PostgreSQL's own ILIKE on the same texts, in the same run.

``python tests/benchmarks/bench_search.py --ckan-ini=PATH [--documents 10000]``

The documents are written under a site id of their own into the ini's index and removed at the end.
Each figure is the median of the runs; a ratio above 1 means that the index is faster than the scan.
What both do per query: match all words, count the hits, return the first ten titles. The index also
ranks and counts the facets of three fields, which the scan does not.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

SUBJECTS = [
    "指定緊急避難場所一覧",
    "AED設置箇所一覧",
    "家庭ごみ収集カレンダー",
    "公衆トイレ一覧",
    "人口と世帯数",
    "子育て施設一覧",
    "保育所一覧",
    "公共施設一覧",
    "文化財一覧",
    "観光施設一覧",
    "消防水利施設一覧",
    "医療機関一覧",
    "介護サービス事業所一覧",
    "公衆無線LANアクセスポイント一覧",
    "食品等営業許可一覧",
    "学校給食献立",
    "都市計画基礎調査",
    "いちごの生産量",
    "決算の状況",
    "路線バス時刻表",
]
PLACES = [
    "真岡",
    "二宮",
    "山前",
    "大内",
    "中村",
    "長田",
    "物部",
    "久下田",
    "田町",
    "荒町",
    "台町",
    "亀山",
    "長沼",
    "高田",
    "西郷",
    "東郷",
    "熊倉",
    "下籠谷",
    "根本",
    "青谷",
]
NOTES = (
    "真岡市が公開する{subject}です。{place}地区の{year}年度の内容をまとめました。名称、所在地、緯度、経度、電話番号を含みます。"
    "災害時の避難や日々の暮らしにお役立てください。更新は年に一度です。"
)
QUERIES = ["避難", "AED", "ごみ 二宮", "子育て施設", "避難場所 真岡 1919", "ないことば", "人口"]
BATCH = 500


def main() -> None:
    """Build the index, run the queries, print the table, clean up."""
    parser = argparse.ArgumentParser(description=__doc__)
    given = os.environ.get("MOKA_BENCH_INI")
    parser.add_argument("--ckan-ini", default=given, required=given is None)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    load_site(options.ckan_ini)
    docs = list(itertools.islice(documents(), options.documents))
    try:
        seconds = build(docs)
        print(f"indexing: {len(docs)} documents in {seconds:.1f} s = {len(docs) / seconds:.0f} per second")
        compare(options.runs)
    finally:
        clean()


def load_site(ini: str) -> None:
    """Load CKAN's configuration with the search engine."""
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    make_app(load_config(ini))


def documents() -> Any:
    """Yield index documents as CKAN makes them; titles and notes as a city writes them."""
    for number, (year, place, subject) in enumerate(itertools.product(range(1900, 2030), PLACES, SUBJECTS)):
        name = f"bench-{number:06d}"
        yield {
            "index_id": name,
            "id": name,
            "name": name,
            "site_id": "bench",
            "state": "active",
            "entity_type": "package",
            "title": f"{subject}（{place}地区・{year}年度）",
            "title_string": subject,
            "notes": NOTES.format(subject=subject, place=place, year=year),
            "tags": [subject[:4], place],
            "organization": f"org-{number % 30}",
            "res_format": ["CSV", "XLSX"][: number % 2 + 1],
            "res_name": [f"{subject}.csv"],
            "permission_labels": ["public"],
            "metadata_modified": "2026-04-01T00:00:00Z",
        }


def build(docs: list[dict[str, Any]]) -> float:
    """Write the documents to the index and, as plain rows, to the peer's table; return our seconds."""
    import sqlalchemy as sa
    from ckan.lib.search import make_connection

    from ckanext.moka.search import store

    connection, started = make_connection(), time.perf_counter()
    for start in range(0, len(docs), BATCH):
        connection.add(docs[start : start + BATCH])
    seconds = time.perf_counter() - started
    with store.engine().connect() as plain:
        plain.execute(
            sa.text("CREATE TABLE IF NOT EXISTS moka_search.bench (name text, title text, body text)")
        )
        plain.execute(
            sa.text("INSERT INTO moka_search.bench VALUES (:name, :title, :body)"),
            [{"name": d["name"], "title": d["title"], "body": d["title"] + " " + d["notes"]} for d in docs],
        )
        plain.execute(sa.text("ANALYZE moka_search.bench"))
        plain.execute(sa.text("VACUUM ANALYZE moka_search.document"))
    return seconds


def ours(query: str) -> int:
    """Search as ``package_search`` does for the public; return the number of hits."""
    from ckan.lib.search import make_connection

    found = make_connection().search(
        q=query,
        fq=['+site_id:"bench"', "+state:active", '+permission_labels:("public")'],
        defType="dismax",
        qf="name^4 title^4 tags^2 groups^2 text",
        mm="100%",
        rows=11,
        fl="id title",
        sort="score desc, metadata_modified desc",
        facet="true",
        **{"q.op": "AND", "facet.field": ["organization", "tags", "res_format"], "facet.limit": 50},
    )
    return int(found.hits)


def scan(query: str) -> int:
    """The peer: every word by ILIKE, count and first ten titles."""
    import sqlalchemy as sa

    from ckanext.moka.search import store

    words = {f"w{number}": f"%{word}%" for number, word in enumerate(query.split())}
    where = " AND ".join(f"body ILIKE :{name}" for name in words)
    statement = sa.text(
        f"WITH hit AS (SELECT name, title FROM moka_search.bench WHERE {where}) "
        "SELECT (SELECT count(*) FROM hit), (SELECT array_agg(title) FROM (SELECT title FROM hit LIMIT 10) t)"
    )
    return int(store.read(lambda c: c.execute(statement, words).one())[0])


def compare(runs: int) -> None:
    """Print, per query, the medians of both and their ratio."""
    print(f"{'query':　<14}{'ours hits':>10}{'ms':>8}{'ILIKE hits':>12}{'ms':>8}{'ratio':>7}")
    ratios = []
    for query in QUERIES:
        (our_hits, our_ms), (scan_hits, scan_ms) = timed(ours, query, runs), timed(scan, query, runs)
        ratios.append(scan_ms / our_ms)
        print(f"{query:　<14}{our_hits:>10}{our_ms:>8.1f}{scan_hits:>12}{scan_ms:>8.1f}{ratios[-1]:>7.2f}")
    print(f"ratio (median over queries, ILIKE time / our time): {statistics.median(ratios):.2f}")


def timed(function: Callable[[str], int], query: str, runs: int) -> tuple[int, float]:
    """Return the hits and the median milliseconds of ``runs`` calls after one that warms up."""
    hits = function(query)
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        function(query)
        times.append((time.perf_counter() - started) * 1000)
    return hits, statistics.median(times)


def clean() -> None:
    """Remove the documents and the peer's table."""
    import sqlalchemy as sa
    from ckan.lib.search import make_connection

    from ckanext.moka.search import store

    make_connection().delete(q='+site_id:"bench"')
    with store.engine().connect() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS moka_search.bench"))


if __name__ == "__main__":
    main()
