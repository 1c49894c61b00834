"""Who may use the actions of search."""

from __future__ import annotations

from typing import Any

from ckan import authz
from ckan.plugins import toolkit as tk

__all__ = ["moka_search_phrase_list", "moka_search_suggest"]


@tk.auth_allow_anonymous_access
def moka_search_suggest(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, bool]:
    """Allow everybody: the answer holds public words, and datasets by the rules of ``package_autocomplete``."""
    return {"success": True}


def moka_search_phrase_list(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    """Allow staff; the action itself leaves out rare phrases for all but administrators of the site."""
    user = context.get("user")
    if user and authz.has_user_permission_for_some_org(user, "create_dataset"):
        return {"success": True}
    return {
        "success": False,
        "msg": "検索された語の一覧は市の担当者だけが見られます。担当者の方はログインしてください。",
    }
