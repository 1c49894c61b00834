"""The table of reports; it is a cache that can be thrown away, since a report follows from bytes and engine."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import JSONB

__all__ = ["CHECKING", "report_table"]

CHECKING = "checking"

report_table = sa.Table(
    "moka_quality_report",
    model.meta.metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("engine_version", sa.Text, primary_key=True),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("report", JSONB),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    extend_existing=True,
)
