"""Datasets whose index row may be out of date: noted with the change by triggers, indexed here afterwards.

CKAN indexes a dataset inside the actions that save it, which clears its notes. What else changes a dataset's row (a
renamed organisation or group, a tag, membership, plain SQL) is noted by ``triggers`` in the same transaction and
goes with it, be it committed or rolled back. :func:`drain` indexes what is noted.

What no table tells is compared each time: the licences and the site's address, which stand in every row.
"""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

import sqlalchemy as sa
from ckan import logic, model, plugins
from ckan.common import config
from ckan.lib import search as ckan_search
from sqlalchemy.engine import Connection

from ckanext.moka.jobs import api as jobs
from ckanext.moka.search.index import store, triggers

__all__ = ["TASK", "drain", "pending", "soon", "watch"]

TASK = "search.drain_stale"
log = logging.getLogger(__name__)

_FORGET = sa.text("DELETE FROM moka_search.waiting WHERE package_id = :id AND tx = ANY(:tx)")
_NOTE_ALL = sa.text(
    "INSERT INTO moka_search.waiting (package_id, tx, reason) SELECT id, txid_current(), :reason "
    "FROM public.package WHERE state <> 'deleted' ON CONFLICT DO NOTHING"
)
_KNOWN = "CREATE TABLE IF NOT EXISTS moka_search.known (site_id text PRIMARY KEY, surroundings text NOT NULL)"
_KEEP = sa.text(
    "INSERT INTO moka_search.known (site_id, surroundings) VALUES (:site, :surroundings) "
    "ON CONFLICT (site_id) DO UPDATE SET surroundings = excluded.surroundings"
)


def pending(limit: int = 100) -> list[str]:
    """Return ids of datasets that wait for indexing, the longest waiting first."""
    return [package_id for package_id, _ in _noted(limit)]


def drain(limit: int = 1000) -> int:
    """Index the datasets that wait (at most ``limit``); return how many were done.

    A note is removed only after its dataset was indexed, and only the notes that were there before:
    a change that is committed meanwhile keeps its own. A dataset that fails stays noted and is
    reported in the log; the others go on.
    """
    watch()
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


def soon(entity: Any) -> None:
    """Have the list drained at once, not only at the next full minute, for a group or organisation being saved."""
    if isinstance(entity, model.Group) and plugins.plugin_loaded("moka_jobs"):
        jobs.defer(TASK, queueing_lock=TASK)


def watch() -> None:
    """Bring back missing triggers, and notice other licences or another address of the site; then all wait.

    A save under way may keep the triggers from coming back; then it is tried again the next time.
    """
    store.ensure_tables()
    try:
        store.read(store.in_transaction(_watch))
    except sa.exc.OperationalError as error:
        log.warning("Could not see to the triggers of the search index: %s", error.orig)


def _watch(connection: Connection) -> None:
    if triggers.ensure(connection):
        log.warning("Triggers of the search index were missing; every dataset is indexed again")
        connection.execute(_NOTE_ALL, {"reason": "triggers were missing"})
    connection.execute(sa.text(_KNOWN))
    site, now = config["ckan.site_id"], _surroundings()
    query = sa.text("SELECT surroundings FROM moka_search.known WHERE site_id = :site FOR UPDATE")
    before = connection.execute(query, {"site": site}).scalar()
    if before == now:
        return
    if before is not None:
        connection.execute(_NOTE_ALL, {"reason": "licences or address of the site changed"})
    connection.execute(_KEEP, {"site": site, "surroundings": now})


def _surroundings() -> str:
    """Return a digest of what stands in index rows without being in a table of the dataset."""
    licences = model.Package.get_license_register()
    told = [config["ckan.site_url"], *sorted((key, each.title, each.url) for key, each in licences.items())]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def _forget(package_id: str, numbers: list[int]) -> None:
    store.read(lambda connection: connection.execute(_FORGET, {"id": package_id, "tx": numbers}))


def _noted(limit: int) -> list[tuple[str, int]]:
    query = sa.text("SELECT package_id, tx FROM moka_search.waiting ORDER BY since, package_id LIMIT :limit")
    return [
        (row.package_id, row.tx) for row in store.read(lambda c: c.execute(query, {"limit": limit}).all())
    ]


def _index(package_id: str) -> None:
    model.Session.expire_all()  # what the session remembers may be older than the change
    try:
        logic.index_update_package({"ignore_auth": True}, package_id)
    except logic.NotFound:
        ckan_search.clear(package_id)
