"""Write and read the journal, and prove that nobody changed it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.moka.journal import chain
from ckanext.moka.journal.chain import Entry, Problem
from ckanext.moka.journal.model import anchor as anchors
from ckanext.moka.journal.model import entry as table

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('moka_journal:' || :id, 0))")
_SHARE = sa.text("LOCK TABLE moka_journal_entry IN SHARE MODE")
_HEADS = sa.text(
    "SELECT DISTINCT ON (dataset_id) dataset_id, seq, hash FROM moka_journal_entry WHERE id <= :last"
    " ORDER BY dataset_id, seq DESC"
)


def record(dataset_id: str, kind: str, actor: str, detail: dict[str, Any]) -> Entry:
    """Append an entry to the dataset's chain in ``model.Session``'s transaction; never commits.

    Writers of one dataset wait for each other (an advisory lock until the transaction's end), so that a chain
    never forks. ``detail`` is what JSON can carry; it holds no personal data beyond the actor's user name.
    """
    connection = model.Session.connection()
    connection.execute(_LOCK, {"id": dataset_id})
    last = connection.execute(
        table.select().where(table.c.dataset_id == dataset_id).order_by(table.c.seq.desc()).limit(1)
    ).one_or_none()
    new = chain.follow(last and _entry(last), dataset_id, kind, actor, datetime.now(UTC), detail)
    connection.execute(
        table.insert().values(
            dataset_id=new.dataset_id,
            seq=new.seq,
            kind=new.kind,
            actor=new.actor,
            at=new.at,
            detail=new.detail,
            prev_hash=new.prev_hash,
            hash=new.hash,
        )
    )
    return new


def entries(dataset_id: str, *, limit: int | None = None, offset: int = 0) -> list[Entry]:
    """Return the dataset's entries, newest first."""
    query = table.select().where(table.c.dataset_id == dataset_id).order_by(table.c.seq.desc())
    return [_entry(row) for row in model.Session.execute(query.limit(limit).offset(offset))]


def count(dataset_id: str) -> int:
    """Return how many entries the dataset has."""
    query = sa.select(sa.func.count()).where(table.c.dataset_id == dataset_id)
    return int(model.Session.execute(query).scalar_one())


def anchor() -> str:
    """Seal all chains as they are now, in one chain of seals; return the seal's hash. Never commits.

    A chain alone does not show that its newest entries were cut off; a seal does. To be kept outside the
    database as well (it is printed by the daily task's log and by ``moka journal verify``).
    """
    connection = model.Session.connection()
    connection.execute(_SHARE)
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
    heads, heads_hash = _heads(connection, last)
    previous = connection.execute(sa.select(anchors.c.hash).order_by(anchors.c.id.desc()).limit(1)).scalar()
    values = {
        "at": datetime.now(UTC),
        "last_entry": last,
        "heads": heads,
        "heads_hash": heads_hash,
        "prev_hash": previous or chain.GENESIS,
    }
    seal = _seal_hash(values)
    connection.execute(anchors.insert().values(hash=seal, **values))
    return seal


def last_anchor() -> dict[str, Any] | None:
    """Return the newest seal (at, hash, heads), None when there is none yet."""
    row = model.Session.execute(anchors.select().order_by(anchors.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else {"at": row.at, "hash": row.hash, "heads": row.heads}


def verify() -> list[Problem]:
    """Recompute every chain and every seal; return what does not hold (an empty list: all is well)."""
    query = table.select().order_by(table.c.dataset_id, table.c.seq)
    rows = model.Session.execute(query, execution_options={"yield_per": 2000})
    found = list(chain.problems(_entry(row) for row in rows))
    return found + _anchor_problems()


def _anchor_problems() -> list[Problem]:
    connection = model.Session.connection()
    found, previous = [], chain.GENESIS
    for row in connection.execute(anchors.select().order_by(anchors.c.id)).all():
        values = dict(row._mapping)
        when = row.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        if row.prev_hash != previous:
            found.append(Problem("", row.id, f"封印（{when}）が直前の封印とつながっていません"))
        if row.hash != _seal_hash(values):
            found.append(Problem("", row.id, f"封印（{when}）が書き換えられています"))
        if _heads(connection, row.last_entry) != (row.heads, row.heads_hash):
            found.append(Problem("", row.id, f"封印（{when}）の時点にあった記録が失われています"))
        previous = row.hash
    return found


def _heads(connection: Any, last: int) -> tuple[int, str]:
    heads = [list(row) for row in connection.execute(_HEADS, {"last": last})]
    return len(heads), chain.digest(sorted(heads))


def _seal_hash(values: dict[str, Any]) -> str:
    at = values["at"].astimezone(UTC).isoformat(timespec="microseconds")
    covered = {name: values[name] for name in ("last_entry", "heads", "heads_hash", "prev_hash")}
    return chain.digest({"v": 1, "at": at, **covered})


def _entry(row: Any) -> Entry:
    return Entry(row.dataset_id, row.seq, row.kind, row.actor, row.at, row.detail, row.prev_hash, row.hash)
