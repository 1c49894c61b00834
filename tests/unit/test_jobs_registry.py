"""The queue's rules that need no database: back-off, giving up, the timetable, the package's frozen SQL."""

from __future__ import annotations

import importlib.metadata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ckanext.moka.jobs import registry

MIGRATION = Path(__file__).parents[2] / "ckanext-moka/ckanext/moka/migration/moka_jobs"


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(registry, "_tasks", {})
    monkeypatch.setattr(registry, "_timers", {})


def test_waits_grow_fourfold_up_to_an_hour_and_end():
    spec = registry.TaskSpec("x", "q", print, retries=7)
    assert [spec.wait_seconds(n) for n in range(8)] == [10, 40, 160, 640, 2560, 3600, 3600, None]


def test_giving_up_is_not_tried_again():
    spec = registry.TaskSpec("x", "q", print)
    now = datetime(2026, 4, 1, tzinfo=UTC)
    assert registry.next_try(spec, 0, registry.GiveUp("壊れている"), now) is None
    assert registry.next_try(spec, 0, ValueError(), now) == now + timedelta(seconds=10)


def test_the_decorator_returns_the_function_itself():
    @registry.task("greet", "moka-test")
    def greet(name):
        return f"こんにちは、{name}"

    assert greet("真岡") == "こんにちは、真岡"
    assert registry.get("greet").queue == "moka-test"
    with pytest.raises(KeyError):
        registry.get("nobody")


def test_a_timetable_entry_needs_a_task_and_five_fields():
    with pytest.raises(ValueError, match="five fields"):
        registry.periodic("greet", "* * *")
    registry.periodic("greet", "0 3 * * *")
    with pytest.raises(LookupError, match="greet"):
        registry.timers()


def test_the_frozen_sql_is_that_of_the_installed_version():
    procrastinate = pytest.importorskip("procrastinate")
    version = importlib.metadata.version("procrastinate")
    frozen = MIGRATION / f"procrastinate-{version}.sql"
    assert frozen.exists(), f"procrastinate is now {version}: write a migration for its schema changes"
    shipped = Path(procrastinate.__file__).parent / "sql" / "schema.sql"
    assert frozen.read_text(encoding="utf-8") == shipped.read_text(encoding="utf-8")
