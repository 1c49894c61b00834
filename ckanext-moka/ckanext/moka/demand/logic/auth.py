"""Everybody may read, ask and agree; staff (organization editors, administrators) answer and moderate."""

from __future__ import annotations

from typing import Any

from ckan import authz
from ckan.plugins import toolkit as tk

__all__ = [
    "moka_demand_answer",
    "moka_demand_list",
    "moka_demand_moderate",
    "moka_demand_request_create",
    "moka_demand_show",
    "moka_demand_support",
]

Auth = dict[str, Any]


@tk.auth_allow_anonymous_access
def moka_demand_request_create(context: Any, data_dict: Any) -> Auth:
    """Anybody may ask."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def moka_demand_support(context: Any, data_dict: Any) -> Auth:
    """Anybody may agree (people without an account need a one-time token; the action checks it)."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def moka_demand_list(context: Any, data_dict: Any) -> Auth:
    """Anybody may read the list."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def moka_demand_show(context: Any, data_dict: Any) -> Auth:
    """Anybody may read a request (held ones come without their text)."""
    return {"success": True}


def _staff(context: Any) -> Auth:
    user = context.get("user")
    if user and authz.has_user_permission_for_some_org(user, "create_dataset"):
        return {"success": True}
    return {"success": False, "msg": "この操作は市の担当者だけができます。担当者の方はログインしてください。"}


def moka_demand_answer(context: Any, data_dict: Any) -> Auth:
    """Staff answer."""
    return _staff(context)


def moka_demand_moderate(context: Any, data_dict: Any) -> Auth:
    """Staff look at held requests."""
    return _staff(context)
