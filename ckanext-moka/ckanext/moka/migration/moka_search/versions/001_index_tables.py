"""Create the tables of the search index in their own schema.

Revision ID: 001_moka_search
Revises:
Create Date: 2026-11-23
"""

from alembic import op

from ckanext.moka.search.index import schema_sql

revision = "001_moka_search"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    """Create the schema and its tables where they are missing."""
    for statement in schema_sql.CREATE:
        op.execute(statement)


def downgrade():
    """Drop the whole schema; ``ckan search-index rebuild`` makes it again."""
    for statement in schema_sql.DROP:
        op.execute(statement)
