"""Pages of the portal's own: the front page, accessibility."""

from __future__ import annotations

from typing import Any

from ckan.lib.search import SearchError
from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.moka.portal import config, helpers
from ckanext.moka.portal.catalogue_counts import counts

__all__ = ["blueprint"]

blueprint = Blueprint("moka_portal", __name__)
NEWEST = 6
WANTED = 3


def home() -> str:
    """The front page; stands before CKAN's own, asks the index once."""
    return tk.render("home/index.html", extra_vars=_front_page())


def _front_page() -> dict[str, Any]:
    query = {
        "q": "*:*",
        "fq": "dataset_type:dataset +capacity:public",
        "rows": NEWEST,
        "sort": "metadata_modified desc",
        "facet.field": ["theme"],
        "facet.limit": 50,
    }
    broken = False
    try:
        found = tk.get_action("package_search")({"user": ""}, query)
    except SearchError:
        found, broken = {"results": [], "search_facets": {}}, True
    by_theme = {
        item["name"]: item["count"] for item in found["search_facets"].get("theme", {}).get("items", [])
    }
    return {
        "newest": found["results"],
        "search_is_broken": broken,
        "themes": [
            {**theme, "count": by_theme.get(theme["code"], 0)} for theme in helpers.moka_portal_themes()
        ],
        "counts": counts(),
        "example_words": config.example_words(),
        "requests": _most_wanted(),
    }


def _most_wanted() -> list[dict[str, Any]]:
    """Return the requests at the head of the public ranking, or nothing where requests are not installed."""
    if not helpers.moka_portal_has("moka_demand"):
        return []
    answer = tk.get_action("moka_demand_list")({"user": ""}, {"limit": WANTED})
    return list(answer["results"] if isinstance(answer, dict) else answer)[:WANTED]


def accessibility() -> str:
    """What we aim at, what is known not to work, and whom to tell."""
    return tk.render("moka_portal/accessibility.html", extra_vars={})


blueprint.add_url_rule("/", "home", home)
blueprint.add_url_rule("/accessibility", "accessibility", accessibility)
