"""Create the tables of demand: requests, supports, steps of a request, versions of the ranking's numbers.

No column holds an IP address, a user agent, an e-mail address, a name or a user id. A support is a hash that
is keyed per request; the key is a column of the request and is emptied when the request is closed.

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
        "moka_demand_request",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, sa.Identity(always=True), nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False, server_default=""),
        sa.Column("period", sa.Text, nullable=False, server_default=""),
        sa.Column("granularity", sa.Text, nullable=False, server_default=""),
        sa.Column("beneficiary", sa.Text, nullable=False, server_default=""),
        sa.Column("category", sa.Text, nullable=False, server_default=""),
        sa.Column("status", sa.Text, nullable=False, server_default="received"),
        sa.Column("moderation", sa.Text, nullable=False, server_default="visible"),
        sa.Column("held_for", sa.Text, nullable=False, server_default=""),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_code", sa.Text, nullable=False, server_default=""),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.Column("planned_for", sa.Text, nullable=False, server_default=""),
        sa.Column("dataset_id", sa.Text, nullable=False, server_default=""),
        sa.Column("gate", sa.Text, nullable=False, server_default="unknown"),
        sa.Column("value", sa.Float, nullable=False, server_default="1"),
        sa.Column("effort", sa.Integer, nullable=False, server_default="8"),
        sa.Column("support_key", sa.Text),
        sa.CheckConstraint(
            "status IN ('received', 'reviewing', 'planned', 'published', 'declined')", name="moka_demand_request_status"
        ),
        sa.CheckConstraint("moderation IN ('visible', 'held', 'rejected')", name="moka_demand_request_moderation"),
        sa.CheckConstraint("gate IN ('clear', 'clear_after', 'unknown', 'blocked')", name="moka_demand_request_gate"),
    )
    op.create_index("moka_demand_request_open", "moka_demand_request", ["moderation", "status"])
    op.create_table(
        "moka_demand_support",
        sa.Column("request_id", sa.Text, sa.ForeignKey("moka_demand_request.id", ondelete="CASCADE"), nullable=False),
        sa.Column("person_hash", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created", sa.Date, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("request_id", "person_hash", name="moka_demand_support_once"),
        sa.CheckConstraint(
            "kind IN ('verified', 'offline', 'use', 'email', 'anonymous')", name="moka_demand_support_kind"
        ),
    )
    op.create_table(
        "moka_demand_step",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("request_id", sa.Text, sa.ForeignKey("moka_demand_request.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("moka_demand_step_request", "moka_demand_step", ["request_id", "id"])
    op.create_table(
        "moka_demand_parameters",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("version", sa.Text, nullable=False, unique=True),
        sa.Column("fitted", sa.DateTime(timezone=True), nullable=False),
        sa.Column("k", sa.Float, nullable=False),
        sa.Column("rate", sa.Float, nullable=False),
        sa.Column("category_rates", JSONB, nullable=False),
        sa.Column("email_cap", sa.Boolean, nullable=False),
    )


def downgrade():
    for table in ("parameters", "step", "support", "request"):
        op.drop_table(f"moka_demand_{table}")
