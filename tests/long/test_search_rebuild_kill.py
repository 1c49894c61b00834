"""The index equals the data whatever happens: rebuilds that are killed, saves at the same time. Real processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from configparser import RawConfigParser
from pathlib import Path

import psycopg2
import pytest

from ckanext.moka.stack import testing

SCRIPT = Path(__file__).with_name("search_process.py")
PATIENCE = 180
MANY = 260


class Site:
    """A plain CKAN with the search engine, used by processes of its own only."""

    def __init__(self, ini: Path) -> None:
        self.ini = ini
        parser = RawConfigParser(strict=False)
        parser.read(ini, encoding="utf-8")
        self.connection = psycopg2.connect(parser["app:main"]["sqlalchemy.url"])
        self.connection.autocommit = True

    def sql(self, statement: str, *values: object) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def change(self, statement: str, *values: object) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start ``ckan …``, or with ``script`` first: the script of this test."""
        if words[0] == "script":
            command = [sys.executable, str(SCRIPT), str(self.ini), *words[1:]]
        else:
            command = [str(Path(sys.executable).with_name("ckan")), "-c", str(self.ini), *words]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=testing.clean_environment(),
        )

    def run(self, *words: str) -> str:
        said, code = finish(self.start(*words))
        assert code == 0, said
        return said

    def indexed(self, prefix: str) -> int:
        return self.sql("SELECT count(*) FROM moka_search.document WHERE name LIKE %s", f"{prefix}-%")[0][0]

    def different(self, prefix: str, expected: int) -> list[str]:
        """Return the datasets whose index row is not what indexing them now would write."""
        said = self.run("script", "compare", prefix)
        found = json.loads(said.partition("RESULT ")[2].splitlines()[0])
        assert found["datasets"] == expected
        return found["different"]

    def missing(self) -> int:
        """Return what ``ckan search-index check`` says is missing."""
        return int(re.search(r"missing: (\d+)", self.run("search-index", "check")).group(1))


def finish(process: subprocess.Popen[str]) -> tuple[str, int]:
    said, _ = process.communicate(timeout=PATIENCE)
    return said, process.returncode


@pytest.fixture(scope="module")
def site():
    given = os.environ.get("MOKA_LONG_SEARCH_INI")
    if given:
        yield Site(Path(given))
        return
    with testing.site("--option", "ckan.plugins=moka_search") as throwaway:
        yield Site(throwaway.ini)


@pytest.fixture
def make(site):
    def _make(count: int) -> str:
        prefix = f"kill-{uuid.uuid4().hex[:8]}"
        site.run("script", "make", prefix, str(count))
        assert site.indexed(prefix) == count
        return prefix

    return _make


def test_killed_rebuild_of_an_empty_index_says_what_is_missing_and_can_be_run_again(site, make):
    prefix = make(MANY)
    site.run("search-index", "clear")
    assert site.indexed(prefix) == 0
    worker = site.start("search-index", "rebuild", "--quiet")
    limit = time.monotonic() + PATIENCE
    while site.indexed(prefix) < 50:
        assert worker.poll() is None and time.monotonic() < limit
        time.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    left = site.indexed(prefix)
    assert 50 <= left < MANY, "the rebuild was over before it was killed"
    assert site.missing() == MANY - left + others_missing(site, prefix)
    assert "指定緊急避難場所" in site.run("search-index", "show", any_indexed(site, prefix))
    site.run("search-index", "rebuild", "-o")
    assert site.missing() == 0
    assert site.different(prefix, MANY) == []
    assert "equals the data" in site.run("search-index", "check")


def others_missing(site, prefix: str) -> int:
    return site.sql(
        "SELECT count(*) FROM package p WHERE state = 'active' AND name NOT LIKE %s AND NOT EXISTS "
        "(SELECT 1 FROM moka_search.document d WHERE d.id = p.id)",
        f"{prefix}-%",
    )[0][0]


def any_indexed(site, prefix: str) -> str:
    return site.sql("SELECT name FROM moka_search.document WHERE name LIKE %s LIMIT 1", f"{prefix}-%")[0][0]


def test_readers_see_every_dataset_at_every_moment_of_a_rebuild(site, make):
    prefix = make(60)
    worker = site.start("search-index", "rebuild")
    seen = set()
    while worker.poll() is None:
        seen.add(site.indexed(prefix))
        time.sleep(0.002)
    said, code = finish(worker)
    assert code == 0 and "件を索引に入れました" in said
    assert seen == {60}


def test_saves_by_two_processes_during_rebuilds_are_never_overwritten_by_older_data(site, make):
    prefix = make(12)
    names = [f"{prefix}-{number}" for number in range(12)]
    savers = [
        site.start("script", "patch", "赤", "60", *names[:1]),
        site.start("script", "patch", "青", "60", *names[:1]),
        site.start("script", "patch", "緑", "120", *names),
    ]
    rebuilds = 0
    while any(saver.poll() is None for saver in savers):
        site.run("search-index", "rebuild", "--quiet")
        rebuilds += 1
    for saver in savers:
        said, code = finish(saver)
        assert code == 0, said[-3000:]
    assert rebuilds >= 1
    assert site.different(prefix, 12) == []


def test_saver_that_is_killed_leaves_the_index_as_the_data(site, make):
    prefix = make(3)
    names = [f"{prefix}-{number}" for number in range(3)]
    for _ in range(4):
        saver = site.start("script", "patch", "黄", "1000", *names)
        before = site.sql("SELECT max(metadata_modified) FROM package WHERE name = %s", names[0])
        limit = time.monotonic() + PATIENCE
        while site.sql("SELECT max(metadata_modified) FROM package WHERE name = %s", names[0]) == before:
            assert saver.poll() is None and time.monotonic() < limit
        os.kill(saver.pid, signal.SIGKILL)
        saver.wait()
        assert site.different(prefix, 3) == []


def test_what_vanished_meanwhile_is_not_brought_back(site, make):
    prefix = make(40)
    gone = [f"{prefix}-{number}" for number in range(0, 40, 2)]
    worker = site.start("search-index", "rebuild", "--quiet")
    site.run("script", "remove", *gone)
    said, code = finish(worker)
    assert code == 0, said
    site.run("search-index", "rebuild", "--quiet")
    assert site.different(prefix, 20) == []
    assert site.indexed(prefix) == 20
