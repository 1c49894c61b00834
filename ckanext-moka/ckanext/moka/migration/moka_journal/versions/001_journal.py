"""Create the journal: entries and seals that can be added and read, never changed.

Revision ID: 001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "moka_journal_entry",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("dataset_id", "seq", name="moka_journal_entry_chain"),
        sa.CheckConstraint("seq > 0", name="moka_journal_entry_seq"),
    )
    op.create_table(
        "moka_journal_anchor",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_entry", sa.BigInteger, nullable=False),
        sa.Column("heads", sa.Integer, nullable=False),
        sa.Column("heads_hash", sa.Text, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False, unique=True),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION moka_journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '公開の記録は変更も削除もできません（%）', TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END;
        $$
        """
    )
    for table in ("moka_journal_entry", "moka_journal_anchor"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION moka_journal_refuse_change()"
        )


def downgrade():
    op.drop_table("moka_journal_anchor")
    op.drop_table("moka_journal_entry")
    op.execute("DROP FUNCTION IF EXISTS moka_journal_refuse_change()")
