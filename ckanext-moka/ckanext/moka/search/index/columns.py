"""The few numbers of every document that ordering and counting need, kept in this process as arrays.

A search asks PostgreSQL which versions of documents match; order and facets are then arithmetic on these
arrays (10,000 hits: well under a millisecond a facet). Nothing has to be invalidated: a version's numbers
never change, a document that changes gets a new version, and a version that is not here yet is read when it
is first met, in the snapshot of the search that met it; mostly ``warmth`` has met it before. Versions that no
longer exist are forgotten when the arrays have grown to several times the size of what was last read.

Memory: about 120 bytes a document.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["NONE", "Columns", "current", "decimals", "numbers"]

NONE = np.iinfo(np.int64).min  # no such date
# Versions that are asked for one by one; when more, and more than half of all, are missing, the table is read.
_FEW = 2000
_SPARE = 2000
_GROWTH = 4  # times the size of what was last read; ``tidy`` is content with half of it
Ints = np.ndarray[Any, np.dtype[np.int64]]
Query = Callable[[str, dict[str, Any]], Any]

_READ = """
    SELECT array_send(array_agg(version)), array_send(array_agg(seq)),
        array_send(array_agg(coalesce(modified, {none}))), array_send(array_agg(coalesce(created, {none}))),
        array_send(array_agg(title_words::bigint)), array_send(array_agg(cardinality(terms)::bigint)),
        string_agg(array_to_string(terms, ' '), ' ')
    FROM (SELECT version, seq, modified, created, title_words, terms FROM moka_search.document {where}
          ORDER BY version) d"""


def numbers(sent: Any) -> Ints:
    """Return the numbers of a ``bigint[]`` that was sent with ``array_send`` (none: an empty array)."""
    if sent is None:
        return np.empty(0, dtype=np.int64)
    raw = np.frombuffer(sent, dtype=[("size", ">i4"), ("value", ">i8")], offset=20)
    return raw["value"].astype(np.int64)


def decimals(sent: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the numbers of a ``double precision[]`` that was sent with ``array_send``."""
    if sent is None:
        return np.empty(0, dtype=np.float64)
    raw = np.frombuffer(sent, dtype=[("size", ">i4"), ("value", ">f8")], offset=20)
    return raw["value"].astype(np.float64)


@dataclass
class Columns:
    """The numbers of the versions that are known; position ``i`` of every array is the same version."""

    versions: Ints  # rising
    seq: Ints
    modified: Ints
    created: Ints
    title_words: Ints
    of_term: Ints  # for every term of every version: the position of the version …
    terms: Ints  # … and the term
    by_field: dict[str, tuple[Ints, Ints]] = field(init=False, default_factory=dict)

    def positions(self, versions: Ints) -> Ints:
        """Return the position of each version, -1 for one that is not known."""
        if not len(self.versions):
            return np.full(len(versions), -1)
        found = np.searchsorted(self.versions, versions)
        found[found == len(self.versions)] = 0
        return np.where(self.versions[found] == versions, found, -1)

    def joined(self, other: Columns) -> Columns:
        """Return these and ``other``, whose versions are all new, in the order of versions."""
        versions = np.concatenate([self.versions, other.versions])
        order = np.argsort(versions, kind="stable")
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        seq, modified, created, title_words = (
            np.concatenate([getattr(self, name), getattr(other, name)])[order] for name in _PLAIN
        )
        owners = np.concatenate([self.of_term, other.of_term + len(self.versions)])
        terms = np.concatenate([self.terms, other.terms])
        return Columns(versions[order], seq, modified, created, title_words, place[owners], terms)

    def counts(self, hits: Ints, name: str, is_of_field: Callable[[Ints], Ints]) -> dict[int, int]:
        """Return how many of ``hits`` (positions) have each term of the field ``name``.

        ``is_of_field`` returns those of an array of different terms that are of the field; it is asked once
        for each state of the columns.
        """
        if name not in self.by_field:
            self.by_field[name] = self._of_field(is_of_field)
        owners, terms = self.by_field[name]
        if not len(terms):
            return {}
        if len(hits) < len(self.versions):
            hit = np.zeros(len(self.versions), dtype=bool)
            hit[hits] = True
            terms = terms[hit[owners]]
        amounts = np.bincount(terms)
        return {int(term): int(amounts[term]) for term in np.flatnonzero(amounts)}

    def _of_field(self, is_of_field: Callable[[Ints], Ints]) -> tuple[Ints, Ints]:
        if not len(self.terms):
            return self.of_term, self.terms
        wanted = np.zeros(int(self.terms.max()) + 1, dtype=bool)
        wanted[is_of_field(np.flatnonzero(np.bincount(self.terms)))] = True
        kept = wanted[self.terms]
        return self.of_term[kept], self.terms[kept]


_PLAIN = ("seq", "modified", "created", "title_words")


@dataclass
class _Kept:
    epoch: str
    columns: Columns
    last_read: int  # how many versions there were after the whole table was read


_lock = threading.Lock()
_kept: _Kept | None = None


def _empty() -> Columns:
    return Columns(*(np.empty(0, dtype=np.int64) for _ in range(7)))


def current(epoch: str, versions: Ints, query: Query, tidy: bool = False) -> tuple[Columns, Ints]:
    """Return the columns and the positions of ``versions`` in them.

    ``query(sql, params)`` runs a statement in the snapshot in which the versions were found and returns its
    one row. ``tidy``: nobody waits, so what is no longer there may be forgotten earlier.
    """
    global _kept
    kept = _kept
    if kept is None or kept.epoch != epoch:
        kept = _Kept(epoch, _empty(), 0)
    found = kept.columns.positions(versions)
    missing = versions[found < 0]
    if not len(missing):
        return kept.columns, found
    amount, growth = len(kept.columns.versions), _GROWTH // 2 if tidy else _GROWTH
    if len(missing) > max(_FEW, amount // 2) or amount > growth * kept.last_read + _SPARE:
        columns = _read(query, "", {})
        last_read = len(columns.versions)
    else:
        columns = kept.columns.joined(
            _read(query, "WHERE version = ANY(:versions)", {"versions": missing.tolist()})
        )
        last_read = kept.last_read
    with _lock:
        _kept = _Kept(epoch, columns, last_read)
    return columns, columns.positions(versions)


def _read(query: Query, where: str, params: dict[str, Any]) -> Columns:
    row = query(_READ.format(where=where, none=NONE), params)
    versions, seq, modified, created, title_words, sizes = (numbers(column) for column in row[:-1])
    terms = np.fromstring(row[-1] or "", dtype=np.int64, sep=" ")
    owners = np.repeat(np.arange(len(sizes)), sizes)
    return Columns(versions, seq, modified, created, title_words, owners, terms)
