"""Where the engine's SQL runs: a small pool for reads, and CKAN's own transaction for writes.

Reads: an engine of its own in autocommit with a statement timeout; a failing query never touches
the transaction of the editor's save. Writes: they join CKAN's session when it has work that is not
committed (inside a savepoint), and commit at once when it has none, because ``ckan search-index
clear`` and code like it never commits the session.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from ckan import model
from ckan.common import config
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from ckanext.moka.search import schema_sql

__all__ = ["commit_joined", "create_tables", "ensure_tables", "read", "write", "writing_now"]

_STATEMENT_TIMEOUT_MS = 10_000
_LOCK_TIMEOUT_MS = 5_000
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
                options = f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c lock_timeout={_LOCK_TIMEOUT_MS}"
                _engines[key] = sa.create_engine(
                    url,
                    pool_size=4,
                    max_overflow=8,
                    pool_pre_ping=True,
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
        anew = _version(connection) != schema_sql.VERSION
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
    """Run ``job`` on a reading connection (autocommit); missing tables are created, then it runs again."""
    try:
        with engine().connect() as connection:
            return job(connection)
    except sa.exc.ProgrammingError as error:
        if getattr(error.orig, "pgcode", "") not in _MISSING:
            raise
    create_tables()
    with engine().connect() as connection:
        return job(connection)


def write(job: Callable[[Connection], _Result]) -> _Result:
    """Run ``job`` inside CKAN's transaction when that has work under way, else commit it at once."""
    if not writing_now():
        return read(_in_transaction(job))
    ensure_tables()  # before the save: creating them inside it would hold locks
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
    """Create the tables unless this database is known to have them."""
    read(_probe)


def commit_joined() -> None:
    """Commit CKAN's transaction when index writes wait in it (an explicit ``commit()`` of the index)."""
    session = model.Session()
    if session.in_transaction() and session.info.get(_JOINED) is _root(session):
        model.Session.commit()


def _in_transaction(job: Callable[[Connection], _Result]) -> Callable[[Connection], _Result]:
    def run(connection: Connection) -> _Result:
        with connection.execution_options(isolation_level="READ COMMITTED").begin():
            return job(connection)

    return run


def _probe(connection: Connection) -> None:
    connection.execute(sa.text("SELECT head, reads FROM moka_search.document, moka_search.waiting LIMIT 0"))


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


@contextmanager
def fresh_connection() -> Iterator[Connection]:
    """Give one reading connection (for terms, which are committed at once and never rolled back)."""
    with engine().connect() as connection:
        yield connection
