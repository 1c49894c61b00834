"""Builds the whole index anew while it is in use.

Batch by batch: read the datasets, analyse them, write their rows in one transaction (while the next batch is
read). Readers see the old row or
the new row of a dataset at every moment; a process that is killed leaves whole batches. What no longer exists is
removed at the end.

A dataset that is saved meanwhile is never overwritten by what was read before: the row of the dataset is locked
while its index row is written, and left alone when it is another version than the one that was read (``xmin``) or
is being written. Whoever saved it has indexed it in the same transaction; it is read once more all the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import logic, model
from ckan.common import config
from sqlalchemy.engine import Connection

from ckanext.moka.search.index import store, writer

__all__ = ["Outcome", "rebuild", "remove_vanished"]

log = logging.getLogger(__name__)

BATCH = 100
_ROUNDS = 3  # how often a dataset that is being saved is tried
_PAUSE = 0.2

_ALL = sa.text("SELECT id FROM public.package WHERE state <> ALL(:without) ORDER BY id")
_INDEXED = sa.text("SELECT id FROM moka_search.document WHERE site_id = :site")
_MARKS = sa.text("SELECT id, CAST(xmin AS text) FROM public.package WHERE id = ANY(:ids)")
_NOTES = sa.text("SELECT package_id, tx FROM moka_search.waiting WHERE package_id = ANY(:ids)")
_LOCK = sa.text(
    "SELECT id, CAST(xmin AS text) FROM public.package WHERE id = ANY(:ids) ORDER BY id FOR SHARE SKIP LOCKED"
)
_FORGET = sa.text("DELETE FROM moka_search.waiting WHERE package_id = :id AND tx = :tx")
_NOTE = sa.text(
    "INSERT INTO moka_search.waiting (package_id, tx, reason) "
    "SELECT id, txid_current(), 'saved during rebuild' FROM unnest(CAST(:ids AS text[])) AS id ON CONFLICT DO NOTHING"
)
_REMOVE = sa.text(
    "DELETE FROM moka_search.document d WHERE d.site_id = :site AND NOT EXISTS "
    "(SELECT 1 FROM public.package p WHERE p.id = d.id AND (p.state <> ALL(:without) OR p.state = d.state))"
)
_NOTHING_LEFT = sa.text(
    "DELETE FROM moka_search.waiting w WHERE NOT EXISTS (SELECT 1 FROM public.package p WHERE p.id = w.package_id)"
)


@dataclass
class Outcome:
    """What a rebuild did: numbers of datasets, and those that could not be indexed with the reason."""

    read: int = 0
    indexed: int = 0
    removed: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def rebuild(
    ids: Iterable[str] | None = None,
    *,
    only_missing: bool = False,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Index the datasets ``ids`` (None: all; ``only_missing``: those that the index lacks).

    With ``force`` a dataset that cannot be indexed is reported and the others go on; without, its error is
    raised after the batches before it were committed. ``progress(done, total)`` is called for every dataset.
    """
    wanted = _wanted(only_missing) if ids is None else list(ids)
    outcome, total = Outcome(), len(wanted)

    def step() -> None:
        outcome.read += 1
        if progress and outcome.read <= total:
            progress(outcome.read, total)

    for _ in range(_ROUNDS):
        wanted = _index(wanted, outcome, force, step)
        if not wanted:
            return outcome
        time.sleep(_PAUSE)
    store.read(lambda connection: connection.execute(_NOTE, {"ids": wanted}))
    log.warning("Left to their own saves and to the list of stale ones: %s", wanted)
    return outcome


def remove_vanished() -> int:
    """Remove the documents of this site whose dataset is gone or deleted; return how many.

    A document that says itself that its dataset is deleted may stay: nobody finds it without asking for such.
    """
    params = {"site": config["ckan.site_id"], "without": _without()}

    def remove(connection: Connection) -> int:
        removed = connection.execute(_REMOVE, params).rowcount
        connection.execute(_NOTHING_LEFT)
        return removed

    return store.read(store.in_transaction(remove))


def _wanted(only_missing: bool) -> list[str]:
    def read(connection: Connection) -> list[str]:
        everything = list(connection.execute(_ALL, {"without": _without()}).scalars())
        if not only_missing:
            return everything
        indexed = set(connection.execute(_INDEXED, {"site": config["ckan.site_id"]}).scalars())
        return [package_id for package_id in everything if package_id not in indexed]

    return store.read(read)


def _without() -> list[str]:
    """Return the states of datasets that are not to be found."""
    return ["deleted"] if config.get("ckan.search.remove_deleted_packages") else []


def _batches(ids: list[str]) -> Iterator[list[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


@dataclass
class _Batch:
    """Rows to be written, the versions of their datasets that were read, and the notes there were before."""

    rows: list[dict[str, Any]]
    marks: dict[str, str]
    notes: list[tuple[str, int]]


def _index(ids: list[str], outcome: Outcome, force: bool, step: Callable[[], None]) -> list[str]:
    """Index datasets; return the ids of those that were saved or being saved meanwhile."""
    missed = []
    for batch, written in writer.pipelined(
        _batches(ids), lambda some: _prepare(some, outcome, force, step), lambda batch: (batch, _write(batch))
    ):
        outcome.indexed += len(written)
        missed += [row["id"] for row in batch.rows if row["id"] not in written]
    return missed


def _prepare(ids: list[str], outcome: Outcome, force: bool, step: Callable[[], None]) -> _Batch:
    """Read one batch of datasets and analyse them."""
    model.Session.rollback()  # what the session remembers may be older than the marks
    marks: dict[str, str] = dict(store.read(lambda c: c.execute(_MARKS, {"ids": ids}).tuples().all()))
    notes = [(row[0], row[1]) for row in store.read(lambda c: c.execute(_NOTES, {"ids": ids}).all())]
    try:
        rows = _read([package_id for package_id in ids if package_id in marks], outcome, force, step)
    finally:
        model.Session.rollback()
    return _Batch(rows, marks, notes)


def _write(batch: _Batch) -> set[str]:
    """Write one batch in a transaction; return the ids of those that are the same as when they were read."""
    if not batch.rows:
        return set()
    ready = writer.with_terms(batch.rows)

    def put(connection: Connection) -> set[str]:
        locked = connection.execute(_LOCK, {"ids": [row["id"] for row in ready]}).tuples().all()
        same = {package_id for package_id, mark in locked if batch.marks[package_id] == mark}
        writer.put(connection, [row for row in ready if row["id"] in same])
        for package_id, tx in batch.notes:
            if package_id in same:
                connection.execute(_FORGET, {"id": package_id, "tx": tx})
        return same

    return store.read(store.in_transaction(put))


def _read(ids: list[str], outcome: Outcome, force: bool, step: Callable[[], None]) -> list[dict[str, Any]]:
    """Return the rows for the datasets as CKAN and its plugins make them."""
    with writer.collecting() as rows:
        for package_id in ids:
            try:
                logic.index_update_package({"ignore_auth": True}, package_id, True)
            except logic.NotFound:
                log.info("Dataset %s is gone", package_id)
            except Exception as error:
                log.error("Error while indexing dataset %s: %r", package_id, error)
                if not force:
                    raise
                outcome.failed[package_id] = f"{type(error).__name__}: {error}"
                model.Session.rollback()
            step()
    return rows
