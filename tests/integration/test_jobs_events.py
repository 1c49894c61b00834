"""Events are told after the outermost commit only."""

from __future__ import annotations

import logging

import pytest
from ckan import model

from ckanext.moka.core.events import RequestOpened, subscribe, unsubscribe
from ckanext.moka.jobs.api import after_commit


@pytest.fixture
def heard():
    events = []
    listener = lambda event: events.append(event.request_id)  # noqa: E731
    subscribe(RequestOpened, listener)
    yield events
    unsubscribe(RequestOpened, listener)


def test_told_once_after_the_commit_only(heard):
    after_commit(RequestOpened("a"))
    model.Session.flush()
    assert heard == []
    model.Session.commit()
    assert heard == ["a"]
    model.Session.commit()
    assert heard == ["a"]


def test_a_rollback_forgets(heard):
    after_commit(RequestOpened("a"))
    model.Session.rollback()
    after_commit(RequestOpened("b"))
    model.Session.commit()
    assert heard == ["b"]


def test_a_session_thrown_away_forgets(heard):
    after_commit(RequestOpened("a"))
    model.Session.remove()
    model.Session.commit()
    assert heard == []


def test_a_released_savepoint_does_not_tell_but_hands_on(heard):
    with model.Session.begin_nested():
        after_commit(RequestOpened("inner"))
        with model.Session.begin_nested():
            after_commit(RequestOpened("innermost"))
    assert heard == []
    model.Session.commit()
    assert heard == ["inner", "innermost"]


def test_a_rolled_back_savepoint_forgets_only_its_own(heard):
    after_commit(RequestOpened("outer"))
    outer = model.Session.begin_nested()
    with model.Session.begin_nested():
        after_commit(RequestOpened("released into the one rolled back"))
    outer.rollback()
    after_commit(RequestOpened("later"))
    model.Session.commit()
    assert heard == ["outer", "later"]


def test_a_released_savepoint_in_a_rolled_back_transaction_is_forgotten(heard):
    with model.Session.begin_nested():
        after_commit(RequestOpened("inner"))
    model.Session.rollback()
    model.Session.commit()
    assert heard == []


def test_a_listener_may_use_the_session_and_may_fail(heard, caplog):
    def listener(event):
        model.Session.query(model.Package).limit(1).all()
        model.Session.rollback()
        raise RuntimeError(event.request_id)

    subscribe(RequestOpened, listener)
    try:
        with caplog.at_level(logging.ERROR):
            after_commit(RequestOpened("a"))
            after_commit(RequestOpened("b"))
            model.Session.commit()
    finally:
        unsubscribe(RequestOpened, listener)
    assert heard == ["a", "b"]
    assert sum("a listener failed" in record.message for record in caplog.records) == 2
