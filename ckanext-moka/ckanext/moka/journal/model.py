"""The journal's tables. They keep out of CKAN's metadata, whose ``delete_all`` their triggers would refuse."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

entry = sa.Table(
    "moka_journal_entry",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("dataset_id", sa.Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

anchor = sa.Table(
    "moka_journal_anchor",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_entry", sa.BigInteger, nullable=False),
    sa.Column("heads", sa.Integer, nullable=False),
    sa.Column("heads_hash", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
