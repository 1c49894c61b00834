"""Tell events only after the outermost commit.

SQLAlchemy's ``after_commit`` also fires when a savepoint is released, which CKAN does inside every
``package_update``. So an event waits with the (nested) transaction in which it was said: a released savepoint
hands it to its parent, a rolled back one forgets it, and the end of the committed root transaction tells it.
"""

from __future__ import annotations

import logging
from typing import Any

from ckan import model
from sqlalchemy import event as sa_event

from ckanext.moka.core.events import Event, publish

log = logging.getLogger(__name__)

_WAITING = "moka_jobs_events"
_COMMITTED = "moka_jobs_committed"


def after_commit(event: Event) -> None:
    """Publish ``event`` once the current transaction of ``model.Session`` has really been committed.

    Listeners run after the commit, outside any transaction, in the committing thread; one that writes commits
    its own work. A listener's error is logged and keeps neither the caller nor other events from going on.
    """
    session = model.Session()
    if session.get_transaction() is None:
        session.connection()
    current = session.get_nested_transaction() or session.get_transaction()
    session.info.setdefault(_WAITING, []).append((current, event))


def _committed(session: Any) -> None:
    nested = session.get_nested_transaction()
    if nested is None:
        session.info[_COMMITTED] = True
        return
    waiting = session.info.get(_WAITING)
    if waiting:
        session.info[_WAITING] = [(nested.parent if at is nested else at, event) for at, event in waiting]


def _rolled_back(session: Any, transaction: Any) -> None:
    waiting = session.info.get(_WAITING)
    if waiting:
        session.info[_WAITING] = [(at, event) for at, event in waiting if not _within(at, transaction)]


def _within(inner: Any, outer: Any) -> bool:
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False


def _ended(session: Any, transaction: Any) -> None:
    if transaction.parent is not None:
        return
    waiting = session.info.pop(_WAITING, [])
    if session.info.pop(_COMMITTED, False):
        for _at, event in waiting:
            _tell(event)


def _tell(event: Event) -> None:
    try:
        publish(event)
    except Exception:
        log.exception("a listener failed on %r", event)


def listen() -> None:
    """Attach to CKAN's session; attaching twice counts once."""
    for name, listener in (
        ("after_commit", _committed),
        ("after_soft_rollback", _rolled_back),
        ("after_transaction_end", _ended),
    ):
        if not sa_event.contains(model.Session, name, listener):
            sa_event.listen(model.Session, name, listener)


listen()
