"""Create the task queue: procrastinate 3.10.0's own SQL, frozen beside this file, in the schema moka_jobs.

The queue lives outside ``public`` because ``ckan db clean`` cannot drop its tables (circular keys). So the
queue survives a clean while the version table does not, and this migration finds it already there.
Every function gets a fixed search path: CKAN's session calls them without one.

Revision ID: 001
Revises:
"""

from pathlib import Path

from alembic import op

revision = "001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "moka_jobs"
SQL_FILE = Path(__file__).parent.parent / "procrastinate-3.10.0.sql"

FIX_SEARCH_PATH = """
DO $fix$
DECLARE
    signature regprocedure;
BEGIN
    FOR signature IN
        SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'moka_jobs'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = moka_jobs, pg_temp', signature);
    END LOOP;
END;
$fix$
"""


def upgrade():
    connection = op.get_bind()
    there = connection.exec_driver_sql("SELECT to_regclass('moka_jobs.procrastinate_jobs') IS NOT NULL").scalar()
    if there:
        return
    connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS moka_jobs")
    before = connection.exec_driver_sql("SHOW search_path").scalar()
    connection.exec_driver_sql("SET LOCAL search_path = moka_jobs")
    cursor = connection.connection.cursor()
    cursor.execute(SQL_FILE.read_text(encoding="utf-8"))
    cursor.execute(FIX_SEARCH_PATH)
    cursor.execute("SELECT set_config('search_path', %s, true)", [before])
    cursor.execute("COMMENT ON SCHEMA moka_jobs IS 'procrastinate 3.10.0'")


def downgrade():
    op.execute("DROP SCHEMA IF EXISTS moka_jobs CASCADE")
