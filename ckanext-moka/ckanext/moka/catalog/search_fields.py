"""What the catalogue adds to the search index and to the filters beside the results."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.moka.catalog import helpers

__all__ = ["FACETS", "facets", "index_fields", "name_items"]

FACETS = ("organization", "theme", "res_format", "license_id", "tags")


def index_fields(document: dict[str, Any]) -> dict[str, Any]:
    """Return the index document with the dataset's ``theme`` as a field of its own."""
    validated = document.get("validated_data_dict")
    theme = document.get("extras_theme") or (json.loads(validated).get("theme") if validated else None)
    if theme:
        document["theme"] = theme
    return document


def facets(given: OrderedDict[str, str]) -> OrderedDict[str, str]:
    """Return the filters with Japanese titles, in our order; filters of other plugins follow."""
    titles = {
        "organization": tk._("担当課"),
        "theme": tk._("分野"),
        "res_format": tk._("ファイル形式"),
        "license_id": tk._("利用条件"),
        "tags": tk._("キーワード"),
    }
    known = ("groups", *titles)
    rest = [(name, title) for name, title in given.items() if name not in known]
    return OrderedDict([*titles.items(), *rest])


def name_items(results: dict[str, Any]) -> dict[str, Any]:
    """Return search results whose theme filter shows labels instead of codes."""
    for item in results.get("search_facets", {}).get("theme", {}).get("items", []):
        item["display_name"] = helpers.moka_catalog_theme_label(item["name"])
    return results
