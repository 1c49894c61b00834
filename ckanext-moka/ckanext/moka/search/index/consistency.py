"""Compares the index with the datasets: what is missing, older than its dataset, or without a dataset."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from ckan.common import config
from sqlalchemy.engine import Connection

from ckanext.moka.search.index import store

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """Ids of datasets by what is wrong, and how many changes wait for the task that indexes them."""

    missing: list[str]
    outdated: list[str]
    vanished: list[str]
    waiting: int

    @property
    def equal(self) -> bool:
        return not (self.missing or self.outdated or self.vanished or self.waiting)


# The moment of the last change, to the millisecond, is what CKAN itself trusts a row by (package_show).
_COMPARED = sa.text("""
    SELECT coalesce(p.id, d.id) AS id,
        CASE WHEN p.id IS NULL THEN 'vanished' WHEN d.id IS NULL THEN 'missing' ELSE 'outdated' END AS what
    FROM (SELECT id, name, state, metadata_modified FROM public.package WHERE state <> ALL(:without)) p
    FULL JOIN (
        SELECT id, name, state, modified FROM moka_search.document x WHERE site_id = :site AND NOT EXISTS (
            SELECT 1 FROM public.package q WHERE q.id = x.id AND q.state = x.state AND q.state = ANY(:without))
    ) d ON d.id = p.id
    WHERE p.id IS NULL OR d.id IS NULL OR d.name <> p.name OR d.state <> p.state OR d.modified IS DISTINCT FROM
        CAST(floor(extract(epoch FROM p.metadata_modified) * 1000) AS bigint)
    ORDER BY 1""")
_WAITING = sa.text("SELECT count(DISTINCT package_id) FROM moka_search.waiting")


def compare() -> Comparison:
    """Return how the index of this site differs from its datasets."""

    def read(connection: Connection) -> Comparison:
        without = ["deleted"] if config.get("ckan.search.remove_deleted_packages") else []
        rows = connection.execute(_COMPARED, {"without": without, "site": config["ckan.site_id"]}).all()
        found = {
            what: [row.id for row in rows if row.what == what] for what in ("missing", "outdated", "vanished")
        }
        return Comparison(**found, waiting=connection.execute(_WAITING).scalar_one())

    return store.read(read)
