"""The journal in the database: joins the caller's transaction, never forks, refuses and shows tampering."""

from __future__ import annotations

import threading

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ckanext.moka.journal import api


@pytest.fixture
def dataset(unique):
    """An id with three entries."""
    name = unique("journal")
    for number in range(3):
        api.record(name, "submitted", "tanaka", {"note": f"髙橋{number}", "rate": 1e16, "none": None})
    model.Session.commit()
    return name


def problems(dataset):
    return [problem for problem in api.verify() if problem.dataset_id == dataset]


def test_entries_come_newest_first_and_hold(dataset):
    assert [entry.seq for entry in api.entries(dataset)] == [3, 2, 1]
    assert [entry.seq for entry in api.entries(dataset, limit=1, offset=1)] == [2]
    assert api.count(dataset) == 3
    assert problems(dataset) == []


def test_a_rollback_takes_the_entry_with_it(dataset):
    api.record(dataset, "approved", "suzuki", {})
    model.Session.rollback()
    assert api.count(dataset) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moka_journal_entry SET actor = 'x' WHERE dataset_id = :d",
        "DELETE FROM moka_journal_entry WHERE dataset_id = :d",
        "TRUNCATE moka_journal_entry",
        "DELETE FROM moka_journal_anchor",
    ],
)
def test_the_database_refuses_changes(dataset, statement):
    with pytest.raises(DBAPIError, match="変更も削除もできません"):
        model.Session.execute(text(statement), {"d": dataset} if ":d" in statement else {})
    model.Session.rollback()
    assert api.count(dataset) == 3


@pytest.fixture
def behind_the_trigger():
    """Run SQL as somebody who owns the database and switches the triggers off; undone afterwards."""

    def _run(statement, **values):
        for table in ("moka_journal_entry", "moka_journal_anchor"):
            model.Session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        model.Session.execute(text(statement), values)

    yield _run
    model.Session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moka_journal_entry SET actor = 'x' WHERE dataset_id = :d AND seq = 2",
        "UPDATE moka_journal_entry SET detail = '{}' WHERE dataset_id = :d AND seq = 1",
        "UPDATE moka_journal_entry SET at = at + interval '1 microsecond' WHERE dataset_id = :d AND seq = 3",
        "DELETE FROM moka_journal_entry WHERE dataset_id = :d AND seq = 1",
        "DELETE FROM moka_journal_entry WHERE dataset_id = :d AND seq = 2",
    ],
)
def test_tampering_behind_the_trigger_shows(dataset, statement, behind_the_trigger):
    behind_the_trigger(statement, d=dataset)
    assert problems(dataset)


def test_cutting_off_the_newest_entries_shows_in_the_seal(dataset, behind_the_trigger):
    api.anchor()
    assert [problem for problem in api.verify() if not problem.dataset_id] == []
    behind_the_trigger("DELETE FROM moka_journal_entry WHERE dataset_id = :d AND seq = 3", d=dataset)
    assert problems(dataset) == []
    assert any("失われて" in problem.message for problem in api.verify())


def test_a_rewritten_seal_shows(dataset, behind_the_trigger):
    api.anchor()
    behind_the_trigger("UPDATE moka_journal_anchor SET heads = heads + 1")
    assert any("書き換え" in problem.message for problem in api.verify())


def test_writers_at_the_same_time_make_one_chain(unique):
    name = unique("journal")

    def write():
        for number in range(10):
            api.record(name, "note", threading.current_thread().name, {"n": number})
            model.Session.commit()
        model.Session.remove()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert api.count(name) == 40
    assert problems(name) == []


def test_only_those_who_may_edit_read_it(call, org, make_user, unique):
    stranger, editor = make_user(), make_user()
    call("organization_member_create", id=org["id"], username=editor["name"], role="editor")
    package = call("package_create", name=unique("ds"), owner_org=org["id"], private=True, title="避難所")
    api.record(package["id"], "submitted", "tanaka", {"note": "四月分"})
    model.Session.commit()
    listed = call("moka_journal_list", user=editor["name"], id=package["name"])
    assert (listed["count"], listed["results"][0]["detail"]) == (1, {"note": "四月分"})
    for user in (stranger["name"], ""):
        with pytest.raises(tk.NotAuthorized):
            call("moka_journal_list", user=user, id=package["name"])
