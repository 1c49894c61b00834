"""Background work of search: index what changed without being indexed."""

from __future__ import annotations

from ckanext.moka.jobs import api as jobs
from ckanext.moka.search import stale

QUEUE = "moka-search"


@jobs.task("search.drain_stale", QUEUE)
def drain_stale() -> int:
    """Index the datasets on the stale list; return how many."""
    return stale.drain()


jobs.periodic("search.drain_stale", "* * * * *")
