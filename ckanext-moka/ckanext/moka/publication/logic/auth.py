"""Who may do what: editors hand in, an organization's administrators approve."""

from __future__ import annotations

from typing import Any

from ckan import authz, model
from ckan.plugins import toolkit as tk

__all__ = [
    "moka_publication_approve",
    "moka_publication_list",
    "moka_publication_return",
    "moka_publication_show",
    "moka_publication_submit",
    "moka_publication_withdraw",
]

NO_APPROVER = "承認・差し戻しができるのは、担当課の管理者とシステム管理者だけです。"
NO_EDITOR = "このデータセットを編集する権限がありません。"


def _editor(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    try:
        tk.check_access("package_update", dict(context), {"id": data_dict["id"]})
    except tk.NotAuthorized:
        return {"success": False, "msg": NO_EDITOR}
    return {"success": True}


def _approver(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    package = model.Package.get(data_dict["id"])
    role = package and authz.users_role_for_group_or_org(package.owner_org, context.get("user"))
    return {"success": True} if role == "admin" else {"success": False, "msg": NO_APPROVER}


def moka_publication_submit(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Allow the dataset's editors."""
    return _editor(context, data_dict)


def moka_publication_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Allow the dataset's editors."""
    return _editor(context, data_dict)


def moka_publication_withdraw(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Allow the dataset's editors: who notices that something must not be public need not look for a superior."""
    return _editor(context, data_dict)


def moka_publication_approve(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Allow the administrators of the dataset's organization; the rules refuse the submitter, whoever it is."""
    return _approver(context, data_dict)


def moka_publication_return(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Allow the administrators of the dataset's organization."""
    return _approver(context, data_dict)


def moka_publication_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Allow everybody who is logged in; they see the datasets of their own organizations."""
    return {"success": bool(context.get("user"))}
