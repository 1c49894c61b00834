"""Actions of the journal."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.moka.journal import service
from ckanext.moka.journal.logic import schema

__all__ = ["moka_journal_list"]


@tk.side_effect_free
def moka_journal_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the journal of a dataset, newest first, to those who may edit it.

    :param id: the dataset's name or id
    :param limit: how many entries (default 20, at most 100)
    :param offset: how many to pass over
    :returns: ``count`` and ``results``
    """
    data, errors = tk.navl_validate(data_dict, schema.list_schema(), context)
    if errors:
        raise tk.ValidationError(errors)
    tk.check_access("moka_journal_list", context, data)
    package = context["model"].Package.get(data["id"])
    if package is None:
        raise tk.ObjectNotFound("データセットが見つかりません。")
    found = service.entries(package.id, limit=data["limit"], offset=data["offset"])
    return {"count": service.count(package.id), "results": [entry.to_dict() for entry in found]}
