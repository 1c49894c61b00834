"""Facets: how many of the hits have each value of a field."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from ckanext.moka.search.index import store, terms
from ckanext.moka.search.index.columns import Columns, Ints

__all__ = ["Shape", "count", "shape"]

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


@dataclass(frozen=True)
class Shape:
    """How the counts of a field are shown: ``facet.limit``, ``.mincount``, ``.sort`` and ``.prefix``."""

    limit: int = 100
    minimum: int = 0
    by_value: bool = False
    prefix: str = ""


def shape(counts: dict[str, dict[str, int]], shapes: dict[str, Shape]) -> dict[str, list[Any]]:
    """Return Solr's shape: for each field a flat list value, count, value, count …, most frequent first.

    With a ``minimum`` of 0 all known values of the fields are there. A negative ``limit`` means no limit.
    """
    empty = [name for name in counts if shapes[name].minimum <= 0]
    if empty:
        for field, value in store.read(lambda c: c.execute(_ALL, {"names": empty}).all()):
            counts[field].setdefault(value, 0)
    found: dict[str, list[Any]] = {}
    for name, values in counts.items():
        asked = shapes[name]
        items = [(v, n) for v, n in values.items() if n >= asked.minimum and v.startswith(asked.prefix)]
        order = sorted(items, key=lambda i: i[0] if asked.by_value else (-i[1], i[0]))
        kept = order if asked.limit < 0 else order[: asked.limit]
        found[name] = [part for item in kept for part in item]
    return found
