"""What already exists that resembles a wish: other requests, and published datasets."""

from __future__ import annotations

from typing import Any

from ckan.lib.search import SearchError
from ckan.plugins import toolkit as tk

from ckanext.moka.search.api import analyse

from . import queries
from .similar import most_similar
from .words import STATUSES

__all__ = ["datasets_like", "requests_like"]

_LOOKED_AT = 2000
_CANDIDATES = 30
_COMMON = frozenset(
    word
    for text in (
        "データ",
        "一覧",
        "情報",
        "場所",
        "所",
        "地図",
        "真岡市",
        "市",
        "いつ",
        "どこ",
        "欲しい",
        "ほしい",
        "使える",
        "知りたい",
    )
    for word in analyse(text)
)


def requests_like(text: str, *, but: str = "", limit: int = 5) -> list[dict[str, Any]]:
    """Return up to ``limit`` visible requests most like ``text`` (the newest 2,000 are compared)."""
    rows = [row for row in queries.requests()[-_LOOKED_AT:] if row.id != but]
    found = most_similar(text, ((f"{row.title} {row.problem}", row) for row in rows), limit=limit)
    return [
        {"id": row.id, "title": row.title, "status": row.status, "status_label": STATUSES[row.status]}
        for row in found
    ]


def datasets_like(text: str, *, limit: int = 5) -> list[dict[str, Any]]:
    """Return up to ``limit`` published datasets that share words with ``text``, most words first.

    Any word may match (a wish is a sentence, not a query); words that most titles contain say nothing.
    A dataset needs one word in its title or keywords, or two in its description.
    """
    words = [word for word in dict.fromkeys(analyse(text)) if word.isalnum() and word not in _COMMON]
    if not words:
        return []
    query = " OR ".join(f'"{word}"' for word in words)
    try:
        found = tk.get_action("package_search")({}, {"q": query, "rows": _CANDIDATES})
    except SearchError:
        return []
    scored = []
    for place, row in enumerate(found["results"]):
        heading = f"{row['title']} {' '.join(tag['name'] for tag in row.get('tags', []))}"
        top, rest = _shared(words, heading), _shared(words, row.get("notes") or "")
        if top or rest >= 2:
            scored.append(
                (-(2 * top + rest), place, {"name": row["name"], "title": row["title"] or row["name"]})
            )
    return [one for _, _, one in sorted(scored, key=lambda entry: entry[:2])[:limit]]


def _shared(words: list[str], text: str) -> int:
    return len(set(words) & set(analyse(text)))
