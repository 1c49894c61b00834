"""The rules of demand: who may ask, agree and answer, and what is written down. Callers commit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.moka.core.events import RequestOpened, RequestSupported
from ckanext.moka.jobs.api import after_commit

from . import config, identity, queries, ranking, screening
from .model import ParameterVersion, Request, Step, Support
from .words import OPEN

__all__ = ["Refused", "answer", "create", "moderate", "publish_with", "refit", "release_supports", "support"]

RESIDENT, STAFF, SYSTEM = "市民", "市の担当者", "自動"
FIELDS = ("title", "problem", "area", "period", "granularity", "beneficiary")


class Refused(ValueError):
    """The wish cannot be granted; the message is a Japanese sentence for the person who asked."""


def _step(request: Request, role: str, step: str, note: str = "") -> None:
    model.Session.add(Step(request_id=request.id, at=request.changed, role=role, step=step, note=note))


def create(data: Mapping[str, Any], *, staff: bool = False) -> Request:
    """Write a validated request. It is held when its text looks personal, or moderation is ``pre`` and it is not staff's.

    Tells :class:`RequestOpened` after the commit if visible.
    """
    found = screening.findings(*(data.get(field) for field in FIELDS))
    held = bool(found) or (config.pre_moderation() and not staff)
    now = queries.now()
    request = Request(
        id=str(uuid.uuid4()),
        **{field: data.get(field) or "" for field in FIELDS},
        category=data.get("category") or "",
        status="received",
        moderation="held" if held else "visible",
        held_for=" ".join(found) if held else "",
        created=now,
        changed=now,
        support_key=identity.new_key(),
    )
    model.Session.add(request)
    model.Session.flush()
    _step(request, STAFF if staff else RESIDENT, "received")
    if held:
        _step(request, SYSTEM, "held")
    else:
        after_commit(RequestOpened(request.id))
    model.Session.flush()
    return request


def _must_hold(request: Request, kind: str, today: datetime) -> bool:
    """E-mail support beyond the 99.9 % point of the request's past daily rate waits for a look."""
    if kind != "email":
        return False
    own = sa.select(sa.func.count()).where(Support.request_id == request.id, Support.kind == "email")
    before = model.Session.scalar(own.where(Support.created < today.date(), Support.held.is_(False))) or 0
    days = max(1, (today.date() - request.created.astimezone(ranking.JST).date()).days)
    taken = model.Session.scalar(own.where(Support.created == today.date(), Support.held.is_(False))) or 0
    return taken >= ranking.hold_limit(before / days)


def support(request: Request, kind: str, person: str) -> bool:
    """Count ``person`` (an identity that stays in memory) once; return False if already counted.

    The database refuses the second row, also under parallel requests. Raises :class:`Refused` when the
    request is not open to support.
    """
    if request.moderation != "visible":
        raise Refused("このリクエストは内容を確認しているところです。公開されてから賛同してください。")
    if request.status == "published" or not request.support_key:
        raise Refused("このリクエストのデータはすでに公開されているため、賛同の受付を終えました。")
    now = queries.now()
    row = {
        "request_id": request.id,
        "person_hash": identity.person_hash(request.support_key, person),
        "kind": kind,
        "created": now.date(),
        "held": _must_hold(request, kind, now),
    }
    added = model.Session.execute(
        insert(Support).values(row).on_conflict_do_nothing().returning(Support.request_id)
    )
    if added.first() is None:
        return False
    after_commit(RequestSupported(request.id, kind))
    return True


def answer(request: Request, data: Mapping[str, Any]) -> None:
    """Write the city's public answer; closing as published destroys the key of the supports."""
    request.changed = queries.now()
    for field in ("status", "reason_code", "answer", "planned_for", "dataset_id", "gate", "value", "effort"):
        if field in data:
            setattr(request, field, data[field])
    if request.status != "declined":
        request.reason_code = ""
    if request.status == "published":
        request.support_key = None
    elif not request.support_key:
        raise Refused(
            "公開済みにしたリクエストは、賛同の重複を防ぐ鍵を消したため戻せません。新しいリクエストとして登録してください。"
        )
    _step(request, STAFF, request.status, request.answer)
    model.Session.flush()


def publish_with(request: Request, dataset_id: str) -> None:
    """Close the request because the dataset that answers it became public."""
    request.changed = queries.now()
    request.status, request.dataset_id, request.support_key = "published", dataset_id, None
    _step(request, SYSTEM, "published")
    model.Session.flush()


def moderate(request: Request, *, approve: bool, note: str = "") -> None:
    """Show a held request, or keep it off the list for a stated reason (its text is erased)."""
    if request.moderation != "held":
        raise Refused("このリクエストは確認待ちではありません。")
    request.changed = queries.now()
    request.held_for = ""
    if approve:
        request.moderation = "visible"
        _step(request, STAFF, "approved")
        after_commit(RequestOpened(request.id))
    else:
        request.moderation = "rejected"
        for field in FIELDS:
            setattr(request, field, "")
        request.support_key = None
        _step(request, STAFF, "rejected", note)
    model.Session.flush()


def release_supports(request: Request) -> int:
    """Count the held supports of a request from their true day on; return how many."""
    done = model.Session.execute(
        sa.update(Support).where(Support.request_id == request.id, Support.held.is_(True)).values(held=False)
    )
    count = int(getattr(done, "rowcount", 0))
    if count:
        request.changed = queries.now()
        _step(request, STAFF, "released_supports", f"{count}人分")
        model.Session.flush()
    return count


def refit() -> ParameterVersion:
    """Fit the ranking's numbers to what is known now and publish them as a new version."""
    now = queries.now()
    rows = queries.requests(statuses=(*OPEN, "declined"))
    support = queries.tallies([row.id for row in rows], now.date())
    cap = ranking.email_cap_on(queries.recent_tallies(now.date()))
    items = [queries.as_item(row, support[row.id]) for row in rows]
    fitted = ranking.fit(items, now, version=now.strftime("%Y-%m-%dT%H%M%S"), email_cap=cap)
    row = ParameterVersion(
        version=fitted.version,
        fitted=now,
        k=fitted.k,
        rate=fitted.rate,
        category_rates=dict(fitted.category_rates),
        email_cap=fitted.email_cap,
    )
    model.Session.add(row)
    model.Session.flush()
    return row
