"""Sources, runs and objects of the harvest

Revision ID: 001
Revises:
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "moka_harvest_source",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("organization_id", sa.Text, nullable=False, index=True),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "moka_harvest_run",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column(
            "source_id", sa.Text, sa.ForeignKey("moka_harvest_source.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("started", sa.DateTime(timezone=True)),
        sa.Column("heartbeat", sa.DateTime(timezone=True)),
        sa.Column("finished", sa.DateTime(timezone=True)),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
        sa.Column("counts", JSONB, nullable=False, server_default="{}"),
        sa.Column("log", JSONB, nullable=False, server_default="[]"),
        sa.CheckConstraint(
            "status IN ('waiting', 'running', 'done', 'partial', 'failed', 'held')",
            name="moka_harvest_run_status",
        ),
    )
    op.create_index("moka_harvest_run_by_source", "moka_harvest_run", ["source_id", "created"])
    op.create_index(
        "moka_harvest_run_one_at_a_time",
        "moka_harvest_run",
        ["source_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('waiting', 'running')"),
    )
    op.create_table(
        "moka_harvest_object",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column(
            "source_id", sa.Text, sa.ForeignKey("moka_harvest_source.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, index=True),
        sa.Column("dataset_name", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("metadata", JSONB, nullable=False, server_default="{}"),
        sa.Column("files", JSONB, nullable=False, server_default="{}"),
        sa.Column("last_run_id", sa.Text),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("gone_since", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("source_id", "guid", name="moka_harvest_object_identity"),
        sa.CheckConstraint(
            "state IN ('creating', 'current', 'incomplete', 'revision', 'gone', 'removed')",
            name="moka_harvest_object_state",
        ),
    )


def downgrade():
    op.drop_table("moka_harvest_object")
    op.drop_table("moka_harvest_run")
    op.drop_table("moka_harvest_source")
