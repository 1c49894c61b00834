"""Workers that are killed: searches are counted once, changes reach the index. Real processes."""

from __future__ import annotations

import os
import random
import signal
import time
import uuid

import pytest
from test_search_rebuild_kill import PATIENCE, finish, make, site  # noqa: F401 (fixtures)

SEARCHES = 6000


def kill(process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def wait(condition, *processes) -> None:
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit and all(process.poll() is None for process in processes)
        time.sleep(0.02)


def test_every_search_counts_once_whenever_workers_are_killed(site):  # noqa: F811
    word = "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:12])
    chance = random.Random(word)

    def counted() -> int:
        query = "SELECT coalesce(sum(searches), 0) FROM moka_search_phrase WHERE phrase LIKE %s"
        return site.sql(query, f"{word}_")[0][0]

    searcher = site.start("script", "search", word, str(SEARCHES))
    kills = 0
    while counted() < SEARCHES and (searcher.poll() is None or kills < 8):
        before = counted()
        workers = [site.start("script", "count", "5") for _ in range(2)]
        wait(lambda before=before: counted() > before or searcher.poll() is not None, *workers)
        time.sleep(chance.random() * 0.3)
        for worker in workers:
            kill(worker)
            kills += 1
    said, code = finish(searcher)
    assert code == 0, said
    assert kills >= 2
    last = site.start("script", "count", "1000")
    try:
        wait(lambda: counted() >= SEARCHES, last)
        time.sleep(1)
    finally:
        kill(last)
    rows = site.sql(
        "SELECT phrase, sum(searches), sum(zero_results) FROM moka_search_phrase WHERE phrase LIKE %s "
        "GROUP BY phrase ORDER BY phrase",
        f"{word}_",
    )
    assert [(phrase[-1], searches) for phrase, searches, _ in rows] == [
        (chr(ord("a") + number), SEARCHES // 20) for number in range(20)
    ]
    assert sum(zero for _, _, zero in rows) == SEARCHES // 3


def test_changes_reach_the_index_though_workers_are_killed(site, make):  # noqa: F811
    prefix = make(40)
    for round_ in range(4):
        site.change(
            "UPDATE package SET title = title || %s WHERE name LIKE %s", f" 変{round_}", f"{prefix}-%"
        )
        worker = site.start("script", "drain")
        waiting = "SELECT count(DISTINCT w.package_id) FROM moka_search.waiting w JOIN package p ON p.id = w.package_id WHERE p.name LIKE %s"
        wait(lambda: 0 < site.sql(waiting, f"{prefix}-%")[0][0] < 35, worker)  # noqa: B023
        kill(worker)
    site.run("moka-search", "drain")
    assert site.different(prefix, 40) == []
    assert "equals the data" in site.run("search-index", "check")


@pytest.mark.parametrize("time_", range(3))
def test_two_processes_save_one_dataset_at_once(site, make, time_):  # noqa: F811
    prefix = make(1)
    savers = [site.start("script", "patch", word, "40", f"{prefix}-0") for word in ("赤", "青")]
    worker = site.start("script", "drain")
    try:
        for saver in savers:
            said, code = finish(saver)
            assert code == 0, said[-3000:]
    finally:
        kill(worker)
    site.run("moka-search", "drain")
    assert site.different(prefix, 1) == []
