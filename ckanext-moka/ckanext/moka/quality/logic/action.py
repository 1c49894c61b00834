"""Actions of the quality stage."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.catalog import api as catalog
from ckanext.moka.quality import jobs, service, verdicts

__all__ = ["moka_quality_check", "moka_quality_report_show"]


def moka_quality_check(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Check a resource's file now, or queue the check when the file is large; return what ``report_show`` does.

    ``id``: a resource. Raises ObjectNotFound, NotAuthorized, and ValidationError for a link or lost bytes.
    """
    resource = _resource(context, "moka_quality_check", data_dict)
    try:
        if service.report_for(resource.get("hash") or "") is None and service.is_large(resource):
            jobs.request_check(resource)
            model.Session.commit()
        else:
            service.ensure_report(resource)
    except catalog.ContentMissing as missing:
        raise tk.ValidationError(
            {"id": ["リンク先のファイルは検査できません。ファイルを出してください。"]}
        ) from missing
    return _answer(resource)


@tk.side_effect_free
def moka_quality_report_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return ``{resource_id, hash, state, verdict, report}`` of a resource; ``report`` is null until it is checked.

    Who may not edit the dataset does not see what the report says about personal data.
    ``state``: done, checking, unchecked or link. ``verdict``: ok, advice, blocked or unchecked.
    """
    resource = _resource(context, "moka_quality_report_show", data_dict)
    answer = _answer(resource)
    if answer["report"] and not _may_edit(context, resource["id"]):
        answer["report"] = verdicts.for_everybody(answer["report"])
    return answer


def _may_edit(context: Any, resource_id: str) -> bool:
    try:
        tk.check_access("moka_quality_check", tk.fresh_context(context), {"id": resource_id})
    except tk.NotAuthorized:
        return False
    return True


def _resource(context: Any, action: str, data_dict: dict[str, Any]) -> dict[str, Any]:
    identifier = tk.get_or_bust(data_dict, "id")
    if model.Resource.get(identifier) is None:
        raise tk.ObjectNotFound("ファイルが見つかりません。")
    tk.check_access(action, context, {"id": identifier})
    return tk.get_action("resource_show")(
        {"ignore_auth": True, "user": context.get("user")}, {"id": identifier}
    )


def _answer(resource: dict[str, Any]) -> dict[str, Any]:
    hash = resource.get("hash") or ""
    return {
        "resource_id": resource["id"],
        "hash": hash,
        "state": service.state_of(resource),
        "verdict": service.verdict(hash),
        "report": service.report_for(hash) if hash else None,
    }
