"""Facets: how many of the hits have each value of a field."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa

from ckanext.moka.search import store, terms
from ckanext.moka.search.columns import Columns, Ints

__all__ = ["count", "shape"]

_ALL = sa.text("SELECT field, value FROM moka_search.term WHERE field = ANY(:names) ORDER BY value")


def count(epoch: str, columns: Columns, hits: Ints, names: list[str]) -> dict[str, dict[str, int]]:
    """Return for each field name how many of ``hits`` (positions in ``columns``) have each value."""
    found: dict[str, dict[str, int]] = {}
    for name in names:
        amounts = columns.counts(hits, name, partial(_of_field, epoch, name))
        pairs = terms.pairs_of(epoch, amounts)
        found[name] = {pairs[number][1]: amount for number, amount in amounts.items()}
    return found


def _of_field(epoch: str, name: str, ids: Ints) -> Ints:
    pairs = terms.pairs_of(epoch, ids.tolist())
    return ids[[pairs[number][0] == name for number in ids.tolist()]]


def shape(counts: dict[str, dict[str, int]], limit: int, minimum: int) -> dict[str, list[Any]]:
    """Return Solr's shape: for each field a flat list value, count, value, count …, most frequent first.

    With a ``minimum`` of 0 all known values of the fields are there. A negative ``limit`` means no limit.
    """
    if counts and minimum <= 0:
        for field, value in store.read(lambda c: c.execute(_ALL, {"names": list(counts)}).all()):
            counts[field].setdefault(value, 0)
    found: dict[str, list[Any]] = {}
    for name, values in counts.items():
        order = sorted((item for item in values.items() if item[1] >= minimum), key=lambda i: (-i[1], i[0]))
        kept = order if limit < 0 else order[:limit]
        found[name] = [part for item in kept for part in item]
    return found
