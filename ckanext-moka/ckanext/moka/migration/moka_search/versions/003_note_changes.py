"""Note changes of datasets by triggers, so that plain SQL and every rename reach the index.

Revision ID: 003_moka_search
Revises: 002_moka_search
Create Date: 2026-11-24
"""

from alembic import op

from ckanext.moka.search.index import (schema_sql, triggers)

revision = "003_moka_search"
down_revision = "002_moka_search"
branch_labels = None
depends_on = None


def upgrade():
    """Create the triggers; the tables they write to where they are missing."""
    for statement in schema_sql.CREATE:
        op.execute(statement)
    triggers.ensure(op.get_bind())


def downgrade():
    """Drop the functions and, with them, their triggers."""
    for table in triggers.TABLES:
        op.execute(f"DROP FUNCTION IF EXISTS moka_search.note_{table}() CASCADE")
