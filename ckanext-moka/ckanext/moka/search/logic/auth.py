"""Who may use the actions of search."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

__all__ = ["moka_search_suggest"]


@tk.auth_allow_anonymous_access
def moka_search_suggest(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, bool]:
    """Allow everybody: the answer holds public words, and datasets by the rules of ``package_autocomplete``."""
    return {"success": True}
