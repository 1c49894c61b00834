"""Create the daily counts of searches; they are a record, not part of the index, and hold no personal data.

Revision ID: 002_moka_search
Revises: 001_moka_search
Create Date: 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

revision = "002_moka_search"
down_revision = "001_moka_search"
branch_labels = None
depends_on = None


def upgrade():
    """Create the counts, and the mark of the last counted entry."""
    op.create_table(
        "moka_search_phrase",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("phrase", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("filters", sa.Text, primary_key=True, server_default=""),
        sa.Column("searches", sa.Integer, nullable=False),
        sa.Column("zero_results", sa.Integer, nullable=False),
        sa.Column("low_results", sa.Integer, nullable=False),
        sa.Column("last_results", sa.Integer, nullable=False),
        sa.CheckConstraint("channel IN ('ui', 'api')", name="moka_search_phrase_channel"),
    )
    op.create_table(
        "moka_search_phrase_mark",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("entry", sa.Text, nullable=False),
    )


def downgrade():
    """Drop both tables."""
    op.drop_table("moka_search_phrase_mark")
    op.drop_table("moka_search_phrase")
