"""Actions of search for the API and the search box."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.moka.search import vocabulary

__all__ = ["moka_search_suggest"]

_MOST_WORDS = 8
_MOST_DATASETS = 5
_LONGEST = 100


@tk.side_effect_free
def moka_search_suggest(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return what somebody who begins to type ``q`` may be looking for.

    ``words``: words of public datasets that begin with ``q``, in writing or by reading (ひな: 避難).
    ``datasets``: name and title of datasets the user may see, whose title or name contains it.
    """
    tk.check_access("moka_search_suggest", context, data_dict)
    typed = str(data_dict.get("q") or "").strip()[:_LONGEST]
    if not typed:
        return {"words": [], "datasets": []}
    found = tk.get_action("package_autocomplete")(dict(context), {"q": typed, "limit": _MOST_DATASETS})
    return {
        "words": vocabulary.starting_with(typed, _MOST_WORDS),
        "datasets": [{"name": item["name"], "title": item["title"]} for item in found],
    }
