"""Terms: each exact value that can be counted or filtered by is a small integer (table ``moka_search.term``).

A term is never changed or deleted while its epoch lasts, so every process remembers those it has met.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

import sqlalchemy as sa

from ckanext.moka.search.index import store

__all__ = ["Pair", "known_ids", "make_ids", "pairs_of"]

Pair = tuple[str, str]  # field, value

_BY_PAIR = sa.text(
    "SELECT t.field, t.value, t.id FROM moka_search.term t JOIN unnest("
    "CAST(:fields AS text[]), CAST(:values AS text[])) AS w(field, value) USING (field, value)"
)
_BY_ID = sa.text("SELECT field, value, id FROM moka_search.term WHERE id = ANY(:ids)")
_ADD = sa.text(
    "INSERT INTO moka_search.term (field, value) SELECT field, value FROM unnest("
    "CAST(:fields AS text[]), CAST(:values AS text[])) AS w(field, value) ON CONFLICT DO NOTHING"
)


class _Memory:
    """The terms that this process has met in one epoch of the tables."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.ids: dict[Pair, int] = {}
        self.pairs: dict[int, Pair] = {}

    def learn(self, rows: Iterable[tuple[str, str, int]]) -> None:
        for field, value, number in rows:
            self.ids[field, value] = number
            self.pairs[number] = (field, value)


_lock = threading.Lock()
_memory = _Memory("")


def _of(epoch: str) -> _Memory:
    global _memory
    with _lock:
        if _memory.epoch != epoch:
            _memory = _Memory(epoch)
        return _memory


def known_ids(epoch: str, pairs: Iterable[Pair]) -> dict[Pair, int]:
    """Return the ids of those pairs that are terms; the others stand in no document."""
    memory, wanted = _of(epoch), set(pairs)
    unknown = sorted(wanted - memory.ids.keys())
    if unknown:
        rows = store.read(lambda connection: connection.execute(_BY_PAIR, _columns(unknown)).all())
        memory.learn((field, value, number) for field, value, number in rows)
    return {pair: memory.ids[pair] for pair in wanted if pair in memory.ids}


def make_ids(epoch: str, pairs: Iterable[Pair]) -> dict[Pair, int]:
    """Return the ids of all ``pairs``, new terms included.

    New terms are committed at once on a connection of their own: two saves that use the same new tag
    never wait for each other, and a term that nobody uses in the end harms nothing.
    """
    wanted = set(pairs)
    known = known_ids(epoch, wanted)
    missing = sorted(wanted - known.keys())
    if missing:
        store.read(lambda connection: connection.execute(_ADD, _columns(missing)))
        known |= known_ids(epoch, missing)
    return known


def pairs_of(epoch: str, ids: Iterable[int]) -> dict[int, Pair]:
    """Return field and value of each id."""
    memory, wanted = _of(epoch), set(ids)
    unknown = sorted(wanted - memory.pairs.keys())
    if unknown:
        rows = store.read(lambda connection: connection.execute(_BY_ID, {"ids": unknown}).all())
        memory.learn((field, value, number) for field, value, number in rows)
    return {number: memory.pairs[number] for number in wanted if number in memory.pairs}


def _columns(pairs: list[Pair]) -> dict[str, list[str]]:
    return {"fields": [field for field, _ in pairs], "values": [value for _, value in pairs]}
