"""Writes rows of the index, one statement for a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from ckanext.moka.search.index import schema_sql, store, terms

__all__ = ["collecting", "pipelined", "put", "with_terms", "write"]

_Batch = TypeVar("_Batch")
_Ready = TypeVar("_Ready")
_Done = TypeVar("_Done")

_TYPES = {
    "index_id": "text",
    "id": "text",
    "name": "text",
    "site_id": "text",
    "state": "text",
    "modified": "bigint",
    "created": "bigint",
    "title_words": "integer",
    "year": "integer",
    "views": "integer",
    "extent": "box",
    "labels": "integer[]",
    "terms": "integer[]",
    "title_string": "text",
    "title_fold": "text",
    "title_reading": "text",
    "head": "tsvector",
    "words": "tsvector",
    "found": "tsvector",
    "fielded": "tsvector",
    "fields": "jsonb",
    "doc": "jsonb",
}
_ARRAYS = ("labels", "terms")  # sent as text, since unnest takes arrays of arrays apart

# One row for each place of the arrays; ordered so that two writers meet in the same order.
_PUT = (
    f"INSERT INTO moka_search.document AS old ({', '.join(_TYPES)}) "  # noqa: S608 (fixed names)
    f"SELECT {', '.join(f'CAST(new.{name} AS {kind})' for name, kind in _TYPES.items())} FROM unnest("
    f"{', '.join(f'CAST(%({name})s AS text[])' for name in _TYPES)}) AS new({', '.join(_TYPES)}) "
    "ORDER BY new.index_id "
    "ON CONFLICT (index_id) DO UPDATE SET version = nextval('moka_search.version'), "
    f"{', '.join(f'{name} = excluded.{name}' for name in _TYPES if name != 'index_id')}"
)
# Indexed in the transaction that changed it: nothing is left to do for it.
_INDEXED = "DELETE FROM moka_search.waiting WHERE package_id = ANY(%(ids)s) AND tx = txid_current()"


_collector: ContextVar[list[dict[str, Any]] | None] = ContextVar("moka_search_collector", default=None)


@contextmanager
def collecting() -> Iterator[list[dict[str, Any]]]:
    """Within the block, rows are put on the list that is given instead of being written."""
    rows: list[dict[str, Any]] = []
    token = _collector.set(rows)
    try:
        yield rows
    finally:
        _collector.reset(token)


def pipelined(
    batches: Iterable[_Batch], prepare: Callable[[_Batch], _Ready], write: Callable[[_Ready], _Done]
) -> Iterator[_Done]:
    """Yield what ``write`` returns for each batch; the next batch is prepared while PostgreSQL works on one.

    ``write`` runs in one thread of its own, one batch after the other. An error of either is raised when the
    batches before are written.
    """
    with ThreadPoolExecutor(1, "moka-search-writer") as thread:
        before: Future[_Done] | None = None
        for batch in batches:
            ready = prepare(batch)
            if before is not None:
                yield before.result()
            before = thread.submit(copy_context().run, write, ready)
        if before is not None:
            yield before.result()


def write(rows: list[dict[str, Any]]) -> None:
    """Write rows of ``indexer.build_row`` by the transaction rule of ``store``."""
    collected = _collector.get()
    if collected is not None:
        collected.extend(rows)
        return
    ready = with_terms(rows)
    store.write(lambda connection: put(connection, ready))


def with_terms(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with the numbers of their terms, new ones included."""
    pairs = {pair for row in rows for name in _ARRAYS for pair in row[name]}
    ids = terms.make_ids(store.epoch(), pairs)
    return [{**row, **{name: sorted(ids[pair] for pair in row[name]) for name in _ARRAYS}} for row in rows]


def put(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert or replace rows; of two with the same key the last one counts."""
    unique = list({row["index_id"]: row for row in rows}.values())
    if not unique:
        return
    connection.exec_driver_sql(_PUT, {name: [_text(row[name]) for row in unique] for name in _TYPES})
    connection.exec_driver_sql(f"{_INDEXED}; {schema_sql.SORT_IN}", {"ids": [row["id"] for row in unique]})


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return None if value is None else str(value)
