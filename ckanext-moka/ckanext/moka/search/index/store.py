"""Where the engine's SQL runs: a small pool for reads, and CKAN's own transaction for writes.

Reads: an engine of its own in autocommit with a statement timeout; a failing query never touches
the transaction of the editor's save. Writes: they join CKAN's session when it has work that is not
committed (inside a savepoint), and commit at once when it has none, because ``ckan search-index
clear`` and code like it never commits the session.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from ckan import model
from ckan.common import config
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from ckanext.moka.search import config as search_config
from ckanext.moka.search.index import schema_sql

__all__ = [
    "PATIENT",
    "Query",
    "budget",
    "begin_work",
    "commit_joined",
    "create_tables",
    "ensure_tables",
    "read",
    "snapshot",
    "write",
    "writing_now",
]

# Settings of the reading pool's own sessions; nothing else in PostgreSQL is changed.
_SESSION = {
    "statement_timeout": "10000",  # ms
    "lock_timeout": "5000",  # ms
    "jit": "off",  # compiling takes longer than these queries
    "work_mem": "32MB",  # sets of hits stay exact in bitmaps and in memory in sorts
}
_MISSING = frozenset({"42P01", "3F000", "42703"})  # undefined table, schema, column (an older version)
_WORK = "moka_search_work"
_JOINED = "moka_search_joined"
_engines: dict[tuple[int, str], Engine] = {}
_lock = threading.Lock()
_Result = TypeVar("_Result")


def engine() -> Engine:
    """Return this process's engine; a forked child makes its own, never the parent's connections."""
    url = config["sqlalchemy.url"]
    key = (os.getpid(), url)
    if key not in _engines:
        with _lock:
            if key not in _engines:
                options = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
                _engines[key] = sa.create_engine(
                    url,
                    pool_size=4,
                    max_overflow=8,
                    isolation_level="AUTOCOMMIT",
                    connect_args={"options": options, "application_name": "moka_search"},
                )
    return _engines[key]


def create_tables() -> None:
    """Create what is missing or of an older version; two processes may do so at once.

    Where documents have to be built anew, every dataset is noted for indexing.
    """
    with (
        engine().connect() as connection,
        connection.execution_options(isolation_level="READ COMMITTED").begin(),
    ):
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7268245)"))
        anew = _version(connection) < schema_sql.VERSION  # a newer one is that of a process started later
        for statement in (*(schema_sql.DROP_DOCUMENTS if anew else ()), *schema_sql.CREATE):
            connection.execute(sa.text(statement))
        if anew and connection.execute(sa.text("SELECT to_regclass('public.package')")).scalar():
            connection.execute(_NOTE_ALL)


_NOTE_ALL = sa.text(
    "INSERT INTO moka_search.waiting (package_id, tx, reason) "
    "SELECT id, txid_current(), 'index made anew' FROM public.package ON CONFLICT DO NOTHING"
)


def _version(connection: Connection) -> int:
    if not connection.execute(sa.text("SELECT to_regclass('moka_search.about')")).scalar():
        return 0
    return connection.execute(sa.text("SELECT max(version) FROM moka_search.about")).scalar() or 0


def read(job: Callable[[Connection], _Result]) -> _Result:
    """Run ``job`` on a reading connection (autocommit); it must be one that may run twice.

    It runs again when tables were missing (they are created) and when the connection turned out to be dead
    (asking before each use whether it lives would double the round trips).
    """
    try:
        with engine().connect() as connection:
            return job(connection)
    except sa.exc.DBAPIError as error:
        missing = getattr(error.orig, "pgcode", "") in _MISSING
        if not missing and not error.connection_invalidated:
            raise
    if missing:
        create_tables()
    with engine().connect() as connection:
        return job(connection)


PATIENT = f"SET LOCAL statement_timeout = {_SESSION['statement_timeout']};"


def budget() -> str:
    """Return the setting by which a statement of a search is stopped after the configured time."""
    return f"SET LOCAL statement_timeout = {search_config.timeout_ms()};"


class Query:
    """Runs statements in one snapshot; the first one opens it, so that it costs no round trip of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._opened = False

    def __call__(self, sql: str, params: dict[str, Any], settings: str = "") -> Any:
        """Return all rows; parameters stand as ``:name``. ``settings``: ``SET LOCAL`` before the statement."""
        sql = f"{settings} {sql}"
        if not self._opened:
            sql = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {sql}"
            self._opened = True
        return run(self._connection, sql, params)

    def end(self) -> None:
        """End the snapshot."""
        if self._opened and not self._connection.invalidated:
            self._connection.exec_driver_sql("ROLLBACK")


def run(connection: Connection, sql: str, params: dict[str, Any]) -> Any:
    """Return all rows of one statement (parameters as ``:name``), without SQLAlchemy's compiling of it."""
    return connection.exec_driver_sql(named(sql), params).all()


def named(sql: str) -> str:
    """Return ``sql`` with its parameters as the driver wants them."""
    return _NAMED.sub(r"%(\1)s", sql)


_NAMED = re.compile(r"(?<!:):([a-z]\w*)")


def snapshot(job: Callable[[Query], _Result]) -> _Result:
    """Run ``job`` with a :class:`Query`: all its statements see the same state of the index."""

    def run(connection: Connection) -> _Result:
        query = Query(connection)
        try:
            return job(query)
        finally:
            query.end()

    return read(run)


def write(job: Callable[[Connection], _Result]) -> _Result:
    """Run ``job`` inside CKAN's transaction when that has work under way, else commit it at once."""
    if not writing_now():
        return read(in_transaction(job))
    epoch()  # creates tables before the save: doing so inside it would hold locks
    connection = model.Session.connection()
    savepoint = connection.begin_nested()
    try:
        result = job(connection)
    except BaseException:
        savepoint.rollback()
        raise
    savepoint.commit()
    _mark(model.Session(), _JOINED)
    return result


def writing_now() -> bool:
    """Tell whether CKAN's session has unsaved or flushed work in its present transaction."""
    session = model.Session()
    if session.new or session.dirty or session.deleted:
        return True
    if not session.in_transaction():
        return False
    if session.in_nested_transaction() or _has_cache(session):
        return True
    return _root(session) in (session.info.get(_WORK), session.info.get(_JOINED))


def ensure_tables() -> None:
    """Create the tables unless this database has them."""
    epoch()


def epoch() -> str:
    """Return the epoch of the tables; they are created when they are missing or of an older version."""
    found, version = read(_epoch)
    if version < schema_sql.VERSION:
        create_tables()
        found, _ = read(_epoch)
    return found


def begin_work() -> None:
    """Let index writes join the present transaction of CKAN's session, though nothing has been changed yet."""
    model.Session.connection()
    _mark(model.Session(), _WORK)


def commit_joined() -> None:
    """Commit CKAN's transaction when index writes wait in it (an explicit ``commit()`` of the index)."""
    session = model.Session()
    if session.in_transaction() and session.info.get(_JOINED) is _root(session):
        model.Session.commit()


def in_transaction(job: Callable[[Connection], _Result]) -> Callable[[Connection], _Result]:
    """Return ``job`` so that all it does on a reading connection is committed together."""

    def run(connection: Connection) -> _Result:
        with connection.execution_options(isolation_level="READ COMMITTED").begin():
            return job(connection)

    return run


# Names tables, so that it is noticed when one is missing.
_EPOCH = (
    "SELECT epoch, version, (SELECT labels FROM moka_search.document LIMIT 0), "
    "(SELECT tx FROM moka_search.waiting LIMIT 0) FROM moka_search.about"
)


def remembered_epoch() -> str:
    """Return the epoch that this process last saw; whoever relies on it compares it with that of the data."""
    url = config["sqlalchemy.url"]
    if url not in _epochs:
        _epochs[url] = epoch()
    return _epochs[url]


def remember_epoch(value: str) -> None:
    """Take ``value`` for the present epoch."""
    _epochs[config["sqlalchemy.url"]] = value


_epochs: dict[str, str] = {}


def _epoch(connection: Connection) -> tuple[str, int]:
    row = connection.exec_driver_sql(_EPOCH).one()
    return str(row[0]), int(row[1])


def _has_cache(session: Any) -> bool:
    cache = getattr(session, "_object_cache", None) or {}
    return any(cache.values())


def _root(session: Any) -> Any:
    return session.get_transaction()


def _mark(session: Any, key: str) -> None:
    transaction = _root(session)
    if transaction is not None:
        session.info[key] = transaction


def listen() -> None:
    """Watch CKAN's session for flushes and bulk statements; doing so twice counts once."""
    if not event.contains(model.Session, "after_flush", _after_flush):
        event.listen(model.Session, "after_flush", _after_flush)
        event.listen(model.Session, "do_orm_execute", _on_execute)
        event.listen(model.Session, "after_transaction_end", _after_end)


def _after_flush(session: Any, _context: Any) -> None:
    _mark(session, _WORK)


def _on_execute(state: Any) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _mark(state.session, _WORK)


def _after_end(session: Any, transaction: Any) -> None:
    for key in (_WORK, _JOINED):
        if session.info.get(key) is transaction:
            del session.info[key]
