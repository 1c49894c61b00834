"""Read requests and rank them; nothing here writes. One query for requests, one for supports, whatever the list."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from ckan import model

from . import ranking
from .model import ParameterVersion, Request, Step, Support
from .words import OPEN

__all__ = ["by_id", "parameters", "ranked", "recent_tallies", "requests", "steps", "supported", "tallies"]


def now() -> datetime:
    """Return the moment for which a ranking is computed."""
    return datetime.now(ranking.JST)


def by_id(request_id: str) -> Request | None:
    """Return the request, visible or not; None where there is none or the text is no identifier."""
    try:
        return model.Session.get(Request, str(uuid.UUID(request_id)))
    except ValueError:
        return None


def requests(*, statuses: Iterable[str] | None = None, moderation: str = "visible") -> list[Request]:
    """Return requests in these states, oldest first."""
    query = sa.select(Request).where(Request.moderation == moderation).order_by(Request.number)
    if statuses is not None:
        query = query.where(Request.status.in_(list(statuses)))
    return list(model.Session.scalars(query))


def tallies(request_ids: Sequence[str], today: date) -> dict[str, ranking.Tally]:
    """Return the supports of each request, plain and with decay, counted by the database."""
    age = sa.func.greatest(sa.literal(today, sa.Date) - Support.created, 0)
    decayed = sa.func.sum(
        sa.func.power(sa.literal(0.5, sa.Float), sa.cast(age, sa.Float) / ranking.HALF_LIFE_DAYS)
    )
    rows = model.Session.execute(
        sa.select(Support.request_id, Support.kind, sa.func.count(), decayed)
        .where(Support.request_id.in_(list(request_ids)), Support.held.is_(False), Support.created <= today)
        .group_by(Support.request_id, Support.kind)
    )
    counts: dict[str, dict[str, int]] = {}
    weights: dict[str, dict[str, float]] = {}
    for request_id, kind, count, weight in rows:
        counts.setdefault(request_id, {})[kind] = count
        weights.setdefault(request_id, {})[kind] = float(weight)
    return {key: ranking.Tally(counts.get(key, {}), weights.get(key, {})) for key in request_ids}


def recent_tallies(today: date) -> list[ranking.Tally]:
    """Return the plain counts of the last 12 months, one tally a request (for the rule of the cap)."""
    rows = model.Session.execute(
        sa.select(Support.request_id, Support.kind, sa.func.count())
        .where(Support.held.is_(False), Support.created > today - sa.literal(365, sa.Integer))
        .group_by(Support.request_id, Support.kind)
    )
    counts: dict[str, dict[str, int]] = {}
    for request_id, kind, count in rows:
        counts.setdefault(request_id, {})[kind] = count
    return [ranking.Tally(one) for one in counts.values()]


def parameters() -> ranking.Parameters:
    """Return the newest version of the ranking's numbers, or the published ones before the first fit.

    Until then the cap on e-mail support is off: it only works once some people are verified.
    """
    row = model.Session.scalars(
        sa.select(ParameterVersion).order_by(ParameterVersion.id.desc()).limit(1)
    ).first()
    if row is None:
        return ranking.Parameters(email_cap=False)
    return ranking.Parameters(row.version, row.k, row.rate, dict(row.category_rates), row.email_cap)


def as_item(request: Request, tally: ranking.Tally) -> ranking.Item:
    """Return the request as the ranking sees it."""
    return ranking.Item(
        id=request.id,
        opened_at=request.created,
        tally=tally,
        category=request.category,
        gate=request.gate,
        value=request.value,
        effort=request.effort,
    )


def ranked(moment: datetime | None = None) -> list[tuple[Request, ranking.Ranked]]:
    """Return all visible open requests, best first, with their rank."""
    moment = moment or now()
    rows = requests(statuses=OPEN)
    support = tallies([row.id for row in rows], moment.date())
    by_key = {row.id: row for row in rows}
    order = ranking.rank((as_item(row, support[row.id]) for row in rows), moment, parameters())
    return [(by_key[one.item.id], one) for one in order]


def steps(request_id: str) -> list[Step]:
    """Return the history of a request, oldest first."""
    return list(model.Session.scalars(sa.select(Step).where(Step.request_id == request_id).order_by(Step.id)))


def held_supports(request_id: str) -> int:
    """Return how many supports of a request wait for a look."""
    query = sa.select(sa.func.count()).where(Support.request_id == request_id, Support.held.is_(True))
    return int(model.Session.scalar(query) or 0)


def supported(hashes: dict[str, str]) -> set[str]:
    """Return the ids of those requests that the person behind ``hashes`` (request id to hash) supports."""
    if not hashes:
        return set()
    pairs = sa.tuple_(Support.request_id, Support.person_hash)
    return set(model.Session.scalars(sa.select(Support.request_id).where(pairs.in_(list(hashes.items())))))


def with_held_supports() -> list[tuple[Request, int]]:
    """Return the visible requests that have held supports, with their number."""
    query = (
        sa.select(Request, sa.func.count())
        .join(Support, Support.request_id == Request.id)
        .where(Support.held.is_(True), Request.moderation == "visible")
        .group_by(Request.id)
        .order_by(Request.number)
    )
    return [(row, count) for row, count in model.Session.execute(query)]


def waiting() -> int:
    """Return how many requests wait for a look."""
    return int(model.Session.scalar(sa.select(sa.func.count()).where(Request.moderation == "held")) or 0)


def support_keys(request_ids: Sequence[str]) -> dict[str, str]:
    """Return the keys of those requests that still take supports."""
    rows = model.Session.execute(
        sa.select(Request.id, Request.support_key).where(
            Request.id.in_(list(request_ids)), Request.support_key.is_not(None)
        )
    )
    return {row.id: row.support_key for row in rows}
