"""Who may check a file and who may see its report."""

from __future__ import annotations

from typing import Any

from ckan import authz
from ckan.plugins import toolkit as tk

__all__ = ["moka_quality_check", "moka_quality_report_show"]


def moka_quality_check(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who may edit a resource may have it checked."""
    return authz.is_authorized("resource_update", context, {"id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def moka_quality_report_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Everybody sees the report on a public dataset's file; on a draft's only those who may edit it do.

    A report on a draft quotes cells that may hold personal data, so being able to read the draft is not enough.
    """
    shown = authz.is_authorized("resource_show", context, {"id": data_dict["id"]})
    if not shown["success"]:
        return shown
    package = context["model"].Resource.get(data_dict["id"]).package
    if package.state == "active" and not package.private:
        return {"success": True}
    return authz.is_authorized("resource_update", context, {"id": data_dict["id"]})
