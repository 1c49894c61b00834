"""Datasets whose index row may be out of date: written with the change, drained afterwards.

CKAN indexes a dataset inside the actions that save it. What else changes a dataset's row (a renamed
organisation or group, a tag, membership, an attribute set on the object) is noted here in the same
transaction and goes with it, be it committed or rolled back. :func:`drain` indexes what is noted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import logic, model
from ckan.lib import search as ckan_search
from sqlalchemy import event

from ckanext.moka.search import store

__all__ = ["drain", "listen", "pending"]

log = logging.getLogger(__name__)

_OF_GROUP = sa.text(
    "SELECT id FROM package WHERE owner_org = ANY(:ids) "
    "UNION SELECT table_id FROM member WHERE group_id = ANY(:ids) AND table_name = 'package'"
)
_OF_TAG = sa.text("SELECT package_id FROM package_tag WHERE tag_id = ANY(:ids)")
_NOTE = sa.text(
    "INSERT INTO moka_search.waiting (package_id, tx, reason) "
    "SELECT unnest(CAST(:ids AS text[])), txid_current(), :reason ON CONFLICT DO NOTHING"
)
_SHOWN_OF_GROUP = ("name", "title", "state", "type")


def listen() -> None:
    """Note changes at every flush of CKAN's session; calling it twice counts once."""
    if not event.contains(model.Session, "after_flush", _after_flush):
        event.listen(model.Session, "after_flush", _after_flush)


def pending(limit: int = 100) -> list[str]:
    """Return ids of datasets that wait for indexing, the longest waiting first."""
    return [package_id for package_id, _ in _noted(limit)]


def drain(limit: int = 1000) -> int:
    """Index the datasets that wait (at most ``limit``); return how many were done.

    A note is removed only after its dataset was indexed, and only the notes that were there before:
    a change that is committed meanwhile keeps its own. A dataset that fails stays noted and is
    reported in the log; the others go on.
    """
    noted = _noted(limit)
    done = 0
    for package_id in dict.fromkeys(package_id for package_id, _ in noted):
        try:
            _index(package_id)
        except (ckan_search.SearchIndexError, logic.ValidationError) as error:
            log.error("Dataset %s stays on the list of stale ones: %s", package_id, error)
            model.Session.rollback()
            continue
        numbers = [tx for noted_id, tx in noted if noted_id == package_id]
        _forget(package_id, numbers)
        done += 1
    return done


def _forget(package_id: str, numbers: list[int]) -> None:
    store.read(lambda connection: connection.execute(_FORGET, {"id": package_id, "tx": numbers}))


_FORGET = sa.text("DELETE FROM moka_search.waiting WHERE package_id = :id AND tx = ANY(:tx)")


def _noted(limit: int) -> list[tuple[str, int]]:
    query = sa.text("SELECT package_id, tx FROM moka_search.waiting ORDER BY since, package_id LIMIT :limit")
    return [
        (row.package_id, row.tx) for row in store.read(lambda c: c.execute(query, {"limit": limit}).all())
    ]


def _index(package_id: str) -> None:
    try:
        logic.index_update_package({"ignore_auth": True}, package_id)
    except logic.NotFound:
        ckan_search.clear(package_id)


def _after_flush(session: Any, _context: Any) -> None:
    ids = _affected(session)
    if not ids:
        return
    store.ensure_tables()
    savepoint = session.connection().begin_nested()
    try:
        session.connection().execute(_NOTE, {"ids": sorted(ids), "reason": "changed"})
    except sa.exc.SQLAlchemyError:
        savepoint.rollback()
        log.exception("Could not note datasets for indexing: %s", sorted(ids))
    else:
        savepoint.commit()


def _affected(session: Any) -> set[str]:
    """Return the ids of the datasets whose index row the flushed objects change."""
    changed = [obj for obj in session.dirty if session.is_modified(obj)]
    found: set[str] = set()
    groups, tags = [], []
    for obj in [*session.new, *changed, *session.deleted]:
        if isinstance(obj, model.Package):
            found.add(obj.id)
        elif isinstance(obj, (model.PackageTag, model.Resource)):
            found.add(obj.package_id)
        elif isinstance(obj, model.Member) and obj.table_name == "package":
            found.add(obj.table_id)
        elif isinstance(obj, model.Group) and _shown_changed(obj):
            groups.append(obj.id)
        elif isinstance(obj, model.Tag):
            tags.append(obj.id)
    found.update(_ids(session, _OF_GROUP, groups))
    found.update(_ids(session, _OF_TAG, tags))
    return {package_id for package_id in found if package_id}


def _shown_changed(group: Any) -> bool:
    attributes = sa.inspect(group).attrs
    return any(attributes[name].history.has_changes() for name in _SHOWN_OF_GROUP)


def _ids(session: Any, query: Any, ids: Iterable[str]) -> list[str]:
    ids = list(ids)
    return list(session.connection().execute(query, {"ids": ids}).scalars()) if ids else []
