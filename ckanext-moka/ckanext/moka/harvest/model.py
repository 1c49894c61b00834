"""Tables of the stage: sources, their runs, and what each source's data sets became."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

__all__ = ["HarvestObject", "HarvestRun", "HarvestSource", "now"]


def now() -> datetime:
    """Return the present moment with its time zone."""
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


class HarvestSource(tk.BaseModel):
    """A place to harvest from, and the department its data sets belong to."""

    __tablename__ = "moka_harvest_source"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=_new_id)
    name: Mapped[str] = mapped_column(sa.Text, nullable=False, unique=True)
    title: Mapped[str] = mapped_column(sa.Text, nullable=False)
    kind: Mapped[str] = mapped_column(sa.Text, nullable=False)
    url: Mapped[str] = mapped_column(sa.Text, nullable=False)
    organization_id: Mapped[str] = mapped_column(sa.Text, nullable=False)
    active: Mapped[bool] = mapped_column(sa.Boolean, nullable=False, default=True)
    created: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), nullable=False, default=now)

    def as_dict(self) -> dict[str, Any]:
        """Return the source as plain values."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "url": self.url,
            "organization_id": self.organization_id,
            "active": self.active,
            "created": self.created.isoformat(),
        }


class HarvestRun(tk.BaseModel):
    """One run of a source; ``waiting`` and ``running`` exist at most once for a source.

    ``actor`` is the name of the user who started it, ``@cli`` or ``@nightly``.
    """

    __tablename__ = "moka_harvest_run"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=_new_id)
    source_id: Mapped[str] = mapped_column(sa.Text, nullable=False)
    status: Mapped[str] = mapped_column(sa.Text, nullable=False, default="waiting")
    actor: Mapped[str] = mapped_column(sa.Text, nullable=False)
    confirmed: Mapped[bool] = mapped_column(sa.Boolean, nullable=False, default=False)
    created: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), nullable=False, default=now)
    started: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    heartbeat: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    finished: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    message: Mapped[str] = mapped_column(sa.Text, nullable=False, default="")
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False, default=dict)
    log: Mapped[list[Any]] = mapped_column(JSONB, nullable=False, default=list)

    def as_dict(self, *, with_log: bool = False) -> dict[str, Any]:
        """Return the run as plain values; the log only if asked for."""
        values: dict[str, Any] = {
            "id": self.id,
            "source_id": self.source_id,
            "status": self.status,
            "actor": self.actor,
            "confirmed": self.confirmed,
            "message": self.message,
            "counts": dict(self.counts),
        }
        for key in ("created", "started", "finished"):
            moment = getattr(self, key)
            values[key] = moment.isoformat() if moment else None
        if with_log:
            values["log"] = list(self.log)
        return values


class HarvestObject(tk.BaseModel):
    """What one data set of a source became.

    ``state``: ``creating`` (a run began to make the dataset), ``current``, ``incomplete`` (a file was
    refused), ``revision`` (released, waits for a revision: 改訂待ち), ``gone`` (no longer in the source; the
    dataset stays), ``removed`` (somebody deleted the dataset in the portal).
    ``metadata_`` and ``files`` are what was last taken over, so that people's own edits are kept.
    """

    __tablename__ = "moka_harvest_object"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=_new_id)
    source_id: Mapped[str] = mapped_column(sa.Text, nullable=False)
    guid: Mapped[str] = mapped_column(sa.Text, nullable=False)
    dataset_id: Mapped[str | None] = mapped_column(sa.Text)
    dataset_name: Mapped[str] = mapped_column(sa.Text, nullable=False)
    content_hash: Mapped[str] = mapped_column(sa.Text, nullable=False, default="")
    state: Mapped[str] = mapped_column(sa.Text, nullable=False)
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, nullable=False, default=dict)
    files: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False, default=dict)
    last_run_id: Mapped[str | None] = mapped_column(sa.Text)
    first_seen: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), nullable=False, default=now)
    last_seen: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), nullable=False, default=now)
    gone_since: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
