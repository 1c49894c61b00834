"""Facets: every value that can be counted is a small integer; one pass over the hits counts them all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from ckanext.moka.search import store

__all__ = ["FACET_SQL", "facet_fields", "term_ids"]

# Counts by term id of all hits; the fields' names are bound.
FACET_SQL = """
    SELECT coalesce(jsonb_agg(jsonb_build_array(t.field, t.value, c.amount)), '[]'::jsonb)
    FROM (SELECT term, count(*) AS amount FROM hit, unnest(hit.terms) AS term GROUP BY term) AS c
    JOIN moka_search.term t ON t.id = c.term
    WHERE t.field = ANY(:facet_fields)
"""


def term_ids(pairs: Iterable[tuple[str, str]]) -> list[int]:
    """Return the ids of (field, value) pairs, new ones included.

    New terms are committed at once on a connection of their own: two saves that use the same new tag
    never wait for each other, and a term that nobody uses in the end harms nothing.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return []

    def find(connection: Any) -> dict[tuple[str, str], int]:
        rows = connection.execute(
            sa.text(
                "SELECT t.field, t.value, t.id FROM moka_search.term t JOIN unnest("
                "CAST(:fields AS text[]), CAST(:values AS text[])) AS w(field, value) USING (field, value)"
            ),
            {"fields": [field for field, _ in wanted], "values": [value for _, value in wanted]},
        )
        return {(field, value): number for field, value, number in rows}

    known = store.read(find)
    missing = [pair for pair in wanted if pair not in known]
    if missing:
        with store.fresh_connection() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO moka_search.term (field, value) VALUES (:field, :value) ON CONFLICT DO NOTHING"
                ),
                [{"field": field, "value": value} for field, value in missing],
            )
        known = store.read(find)
    return sorted(known.values())


def facet_fields(
    rows: list[list[Any]], names: list[str], limit: int, minimum: int, everything: dict[str, list[str]]
) -> dict[str, list[Any]]:
    """Return Solr's shape: for each field a flat list value, count, value, count …, most frequent first.

    ``everything``: all known values by field, needed only when ``minimum`` is 0. A negative
    ``limit`` means no limit.
    """
    counts: dict[str, dict[str, int]] = {name: dict.fromkeys(everything.get(name, []), 0) for name in names}
    for field, value, amount in rows:
        counts[field][value] = amount
    found: dict[str, list[Any]] = {}
    for name, values in counts.items():
        order = sorted((item for item in values.items() if item[1] >= minimum), key=lambda i: (-i[1], i[0]))
        kept = order if limit < 0 else order[:limit]
        found[name] = [part for item in kept for part in item]
    return found
