"""Keeps a web process warm: the dictionary, the synonyms and the numbers of all documents (``columns``) are read by a
thread of its own, at the start and after changes, so that nobody's search waits for them.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

import click
import pysolr
import sqlalchemy as sa

from ckanext.moka.search import config
from ckanext.moka.search.index import columns, store
from ckanext.moka.search.japanese.words import word_query

__all__ = ["keep", "keep_in_server", "refresh"]

log = logging.getLogger(__name__)

PAUSE = 20.0  # seconds
_STATE = "SELECT epoch, (SELECT last_value FROM moka_search.version) FROM moka_search.about"
_ALL = "SELECT epoch, (SELECT array_send(array_agg(d.version)) FROM moka_search.document d) FROM moka_search.about"
_lock = threading.Lock()
_keepers: set[int] = set()  # processes: a forked child has no thread of its parent


def keep_in_server() -> None:
    """Keep this process warm, unless it is a command that ends soon."""
    if click.get_current_context(silent=True) is None:
        keep()


def keep() -> None:
    """Start the thread, once in a process; Solr needs none."""
    if os.getpid() in _keepers or config.uses_solr():
        return
    with _lock:
        if os.getpid() in _keepers:
            return
        _keepers.add(os.getpid())
    threading.Thread(target=_run, name="moka-search-warmth", daemon=True).start()


def refresh(seen: Any = None) -> Any:
    """Read what changed since ``seen``; return the state that was read, to be given the next time."""

    def job(query: store.Query) -> Any:
        state = tuple(query(_STATE, {}, store.PATIENT)[0])
        if state != seen:
            epoch, versions = query(_ALL, {}, store.PATIENT)[0]
            columns.current(
                epoch, columns.numbers(versions), lambda sql, p: query(sql, p, store.PATIENT)[0], tidy=True
            )
        return state

    return store.snapshot(job)


def _run() -> None:
    seen = None
    word_query("避難場所")
    while True:
        try:
            seen = refresh(seen)
        except (sa.exc.SQLAlchemyError, pysolr.SolrError) as error:
            log.warning("The numbers of the search index are read when somebody searches: %s", error)
        time.sleep(PAUSE)
