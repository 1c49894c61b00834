"""Who may do what: registering a source reads the server's disk, so it is the administrators' business."""

from __future__ import annotations

from typing import Any

from ckan import authz
from ckan.plugins import toolkit as tk

from ckanext.moka.harvest.model import HarvestRun
from ckanext.moka.harvest.sources import find

__all__ = [
    "moka_harvest_run",
    "moka_harvest_run_list",
    "moka_harvest_run_show",
    "moka_harvest_source_create",
    "moka_harvest_source_list",
    "moka_harvest_source_show",
]

Verdict = dict[str, Any]
_REFUSED = {"success": False, "msg": "この収集元を扱えるのは、担当課の編集者と管理者だけです。"}


def moka_harvest_source_create(context: Any, data_dict: dict[str, Any]) -> Verdict:
    """System administrators only (they pass before this is asked)."""
    return {"success": False, "msg": "収集元を登録できるのはシステム管理者だけです。"}


def moka_harvest_source_list(context: Any, data_dict: dict[str, Any]) -> Verdict:
    """Anybody who edits for some department; the list shows their departments' sources."""
    if authz.has_user_permission_for_some_org(context.get("user"), "create_dataset"):
        return {"success": True}
    return {"success": False, "msg": "収集元の一覧を見られるのは、各課の編集者と管理者だけです。"}


def moka_harvest_source_show(context: Any, data_dict: dict[str, Any]) -> Verdict:
    """Editors of the source's department."""
    source = find(tk.get_or_bust(data_dict, "id"))
    may = authz.has_user_permission_for_group_or_org(
        source.organization_id, context.get("user"), "create_dataset"
    )
    return {"success": True} if may else _REFUSED


def moka_harvest_run(context: Any, data_dict: dict[str, Any]) -> Verdict:
    """Editors of the source's department: what enters is a draft that a second person approves."""
    return moka_harvest_source_show(context, data_dict)


def moka_harvest_run_list(context: Any, data_dict: dict[str, Any]) -> Verdict:
    """Editors of the source's department."""
    return moka_harvest_source_show(context, data_dict)


def moka_harvest_run_show(context: Any, data_dict: dict[str, Any]) -> Verdict:
    """Editors of the department whose source ran."""
    from ckan import model

    row = model.Session.get(HarvestRun, tk.get_or_bust(data_dict, "id"))
    if row is None:
        raise tk.ObjectNotFound("この実行の記録はありません。")
    return moka_harvest_source_show(context, {"id": row.source_id})
