"""Create publication: states, clearances, and the gate in the database.

The rule stands in one function, moka_publication_obstacles: an active, public dataset has been released, and
each of its active resources has a clearance for exactly its address, kind and bytes. The actions ask the same
function, so that people get a sentence; the deferred triggers refuse whatever reaches the rows otherwise.

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

OBSTACLES = """
CREATE OR REPLACE FUNCTION moka_publication_obstacles(the_dataset text) RETURNS TABLE (resource_id text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT NULL::text FROM package p
    WHERE p.id = the_dataset AND p.state = 'active' AND NOT coalesce(p.private, false) AND p.type = 'dataset'
        AND NOT EXISTS (
            SELECT 1 FROM moka_publication_state s WHERE s.dataset_id = p.id AND s.state = 'released')
    UNION ALL
    SELECT r.id FROM resource r JOIN package p ON p.id = r.package_id
    WHERE p.id = the_dataset AND p.state = 'active' AND NOT coalesce(p.private, false) AND r.state = 'active'
        AND NOT EXISTS (
            SELECT 1 FROM moka_publication_clearance c WHERE c.resource_id = r.id
            AND c.url IS NOT DISTINCT FROM r.url AND c.url_type IS NOT DISTINCT FROM r.url_type
            AND c.hash IS NOT DISTINCT FROM r.hash)
$$
"""

GUARD = """
CREATE OR REPLACE FUNCTION moka_publication_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    the_dataset text := CASE TG_TABLE_NAME
        WHEN 'package' THEN changed ->> 'id'
        WHEN 'resource' THEN changed ->> 'package_id'
        ELSE changed ->> 'dataset_id' END;
BEGIN
    IF EXISTS (SELECT 1 FROM moka_publication_setting WHERE name = 'enforce' AND value = 'on')
        AND EXISTS (SELECT 1 FROM moka_publication_obstacles(the_dataset)) THEN
        -- ASCII: at COMMIT the driver cannot decode anything else.
        RAISE EXCEPTION 'moka_publication_gate: this content was not approved (dataset %)', the_dataset
            USING ERRCODE = 'check_violation', CONSTRAINT = 'moka_publication_gate';
    END IF;
    RETURN NULL;
END;
$$
"""

TRIGGERS = {
    "package": "INSERT OR UPDATE OF state, private, type",
    "resource": "INSERT OR UPDATE OF url, url_type, hash, state, package_id",
    "moka_publication_state": "UPDATE OR DELETE",
    "moka_publication_clearance": "UPDATE OR DELETE",
}


def upgrade():
    op.create_table(
        "moka_publication_setting",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.execute("INSERT INTO moka_publication_setting VALUES ('enforce', 'on')")
    op.create_table(
        "moka_publication_state",
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("submitted_by", sa.Text),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("approved_by", sa.Text),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("release_no", sa.Integer, nullable=False, server_default="0"),
        sa.Column("contents", JSONB, nullable=False, server_default="[]"),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'released', 'returned', 'withdrawn')",
            name="moka_publication_state_known",
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'released') OR approved_by <> submitted_by",
            name="moka_publication_state_four_eyes",
        ),
    )
    op.create_index("moka_publication_state_list", "moka_publication_state", ["state", "updated_at"])
    op.create_table(
        "moka_publication_clearance",
        sa.Column("resource_id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False, index=True),
        sa.Column("url", sa.Text),
        sa.Column("url_type", sa.Text),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("release_no", sa.Integer, nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(OBSTACLES)
    op.execute(GUARD)
    for table, events in TRIGGERS.items():
        op.execute(f"DROP TRIGGER IF EXISTS moka_publication_gate ON {table}")
        op.execute(
            f"CREATE CONSTRAINT TRIGGER moka_publication_gate AFTER {events} ON {table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION moka_publication_guard()"
        )


def downgrade():
    for table in TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS moka_publication_gate ON {table}")
    for table in ("moka_publication_clearance", "moka_publication_state", "moka_publication_setting"):
        op.drop_table(table)
    op.execute("DROP FUNCTION IF EXISTS moka_publication_guard()")
    op.execute("DROP FUNCTION IF EXISTS moka_publication_obstacles(text)")
