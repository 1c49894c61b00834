"""A resource's table in the DataStore: made by CKAN's backend, filled by COPY in one transaction."""

from __future__ import annotations

import tempfile

import psycopg2
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.datastore.backend import DatastoreBackend
from ckanext.datastore.backend.postgres import get_write_engine, identifier

from ckanext.moka.publication.copytext import copy_line
from ckanext.moka.tables.api import LoadedTable

_IN_MEMORY = 16 * 1024 * 1024
MAX_COLUMNS = 1500  # PostgreSQL takes 1,600 at most, with those that the DataStore adds.
_UNFIT = (
    "表の形がデータベースに合いません（1行の長さ、数値や日付の範囲など）。"
    "表を見直して登録し直し、もう一度申請してください。"
)
_HOPELESS = ("22", "42", "54")  # SQLSTATE classes: data, statement, program limits. The next try fails too.


class Unstorable(Exception):
    """The table cannot be stored, however often one tries; the message is a Japanese sentence."""


def fill(resource_id: str, table: LoadedTable) -> int:
    """Make the resource's DataStore table anew from ``table``: typed columns, Japanese labels, all rows.

    Returns how many rows it wrote; raises ``Unstorable`` when PostgreSQL cannot hold the table. The dataset is not public at that time, so that nobody sees it half filled; run again, it starts anew.
    """
    if len(table.columns) > MAX_COLUMNS:
        raise Unstorable(
            f"列が多すぎます（{len(table.columns):,}列）。公開できる表は{MAX_COLUMNS:,}列までです。"
            "表を分けて登録し、もう一度申請してください。"
        )
    try:
        return _fill(resource_id, table)
    except (sa.exc.DBAPIError, psycopg2.Error) as error:
        code = getattr(getattr(error, "orig", error), "pgcode", None) or ""
        if not code.startswith(_HOPELESS):
            raise
        raise Unstorable(_UNFIT) from error
    except tk.ValidationError as error:
        raise Unstorable(_UNFIT) from error


def _fill(resource_id: str, table: LoadedTable) -> int:
    drop(resource_id)
    fields = [
        {"id": column.name, "type": column.pg_type, "info": {"label": column.label}}
        for column in table.columns
    ]
    backend = DatastoreBackend.get_active_backend()
    backend.create({}, {"resource_id": resource_id, "fields": fields}, {})
    written = _copy(resource_id, table)
    backend.clear_table_stats(resource_id)
    backend.calculate_record_count(resource_id)
    return written


def count(resource_id: str) -> int | None:
    """Return how many rows the resource's DataStore table has now, None when there is no table."""
    if not DatastoreBackend.get_active_backend().resource_exists(resource_id):
        return None
    query = sa.select(sa.func.count()).select_from(sa.table(resource_id))
    with get_write_engine().connect() as connection:
        return int(connection.execute(query).scalar_one())


def drop(resource_id: str) -> None:
    """Remove the resource's DataStore table; having none is no error."""
    backend = DatastoreBackend.get_active_backend()
    if backend.resource_exists(resource_id):
        backend.delete({}, {"resource_id": resource_id})


def _copy(resource_id: str, table: LoadedTable) -> int:
    columns = ", ".join(identifier(column.name) for column in table.columns)
    target = identifier(resource_id)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="") as spool:
        # A cell without text is a missing value: NULL, for text as for numbers.
        spool.writelines(copy_line(None if value == "" else value for value in row) for row in table.rows)
        spool.seek(0)
        connection = get_write_engine().raw_connection()
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {target}")
                cursor.copy_expert(f"COPY {target} ({columns}) FROM STDIN", spool)
                written = int(cursor.rowcount)
            connection.commit()
            return written
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.close()
