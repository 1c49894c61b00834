"""What already exists that resembles a wish: other requests, and published datasets."""

from __future__ import annotations

from typing import Any

from ckan.lib.search import SearchError
from ckan.plugins import toolkit as tk

from . import queries
from .similar import most_similar
from .words import STATUSES

__all__ = ["datasets_like", "requests_like"]

_LOOKED_AT = 2000


def requests_like(text: str, *, but: str = "", limit: int = 5) -> list[dict[str, Any]]:
    """Return up to ``limit`` visible requests most like ``text`` (the newest 2,000 are compared)."""
    rows = [row for row in queries.requests()[-_LOOKED_AT:] if row.id != but]
    found = most_similar(text, ((f"{row.title} {row.problem}", row) for row in rows), limit=limit)
    return [
        {"id": row.id, "title": row.title, "status": row.status, "status_label": STATUSES[row.status]}
        for row in found
    ]


def datasets_like(text: str, *, limit: int = 5) -> list[dict[str, Any]]:
    """Return up to ``limit`` published datasets that the portal's own search finds for ``text``."""
    plain = " ".join("".join(char if char.isalnum() else " " for char in text).split())
    if not plain:
        return []
    try:
        found = tk.get_action("package_search")({}, {"q": plain, "rows": limit})
    except SearchError:
        return []
    return [{"name": row["name"], "title": row["title"] or row["name"]} for row in found["results"]]
