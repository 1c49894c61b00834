"""The databases and roles inside PostgreSQL: who owns what, who may connect where."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ckanext.moka.stack import processes
from ckanext.moka.stack.postgres import SUPERUSER, Placement
from ckanext.moka.stack.preflight import Problem
from ckanext.moka.stack.settings import Settings

SITE, DATASTORE = "site", "datastore"
SITE_USER, WRITER, READER = "moka_site", "moka_datastore", "moka_reader"


def connect(placement: Placement, settings: Settings, database: str = "postgres") -> Any:
    """Return an autocommitting psycopg2 connection of the superuser."""
    import psycopg2

    connection = psycopg2.connect(
        host=str(placement.sockets),
        user=SUPERUSER,
        password=settings.superuser_password,
        dbname=database,
        connect_timeout=5,
    )
    connection.autocommit = True
    return connection


def wait_ready(
    placement: Placement,
    settings: Settings,
    alive: Callable[[], bool],
    sleep: Callable[[float], None],
    log: Path,
) -> None:
    """Wait until the server takes connections (recovery after a kill included); raise ``Problem`` when it died."""
    import psycopg2

    limit = time.monotonic() + 120
    while True:
        try:
            connect(placement, settings).close()
            return
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Problem(
                    "var/settings.json の合い言葉がデータベースと合いません。var を元に戻すか moka reset で作りなおしてください。",
                    "var/settings.json does not fit the database.",
                ) from None
            if not alive() or time.monotonic() > limit:
                raise Problem(
                    f"PostgreSQL を始められません。詳しくは {processes.shown(log)}",
                    f"PostgreSQL does not start; see {processes.shown(log)}.",
                ) from None
        sleep(0.05)


def ensure(placement: Placement, settings: Settings) -> None:
    """Bring roles, databases and rights to what they should be; safe to repeat."""
    roles = {
        SITE_USER: settings.site_password,
        WRITER: settings.datastore_password,
        READER: settings.reader_password,
    }
    connection = connect(placement, settings)
    try:
        with connection.cursor() as cursor:
            for role, password in roles.items():
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
                verb = "ALTER" if cursor.fetchone() else "CREATE"
                cursor.execute(f"{verb} ROLE {role} LOGIN PASSWORD %s", (password,))
            for database, owner in ((SITE, SITE_USER), (DATASTORE, WRITER)):
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
                if not cursor.fetchone():
                    cursor.execute(
                        f"CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'"
                    )
                cursor.execute(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
            cursor.execute(f"GRANT CONNECT ON DATABASE {DATASTORE} TO {SITE_USER}")
    finally:
        connection.close()
    _datastore_permissions(placement, settings)


def _datastore_permissions(placement: Placement, settings: Settings) -> None:
    """Run CKAN's own script for the DataStore's rights (``ckan datastore set-permissions``) on the DataStore."""
    script = permissions_script().read_text(encoding="utf-8")
    script = script.format(
        maindb=f'"{SITE}"',
        datastoredb=f'"{DATASTORE}"',
        mainuser=f'"{SITE_USER}"',
        writeuser=f'"{WRITER}"',
        readuser=f'"{READER}"',
    )
    statements = "\n".join(line for line in script.splitlines() if not line.startswith("\\connect"))
    connection = connect(placement, settings, DATASTORE)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statements)
    finally:
        connection.close()


def permissions_script() -> Path:
    """Return the path of the script that CKAN ships."""
    spec = importlib.util.find_spec("ckanext.datastore")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "set_permissions.sql"
