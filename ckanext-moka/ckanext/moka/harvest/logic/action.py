"""Actions: sources, runs."""

from __future__ import annotations

from typing import Any

from ckan import authz, model
from ckan.plugins import toolkit as tk

from ckanext.moka.harvest.jobs import start
from ckanext.moka.harvest.logic import schema
from ckanext.moka.harvest.model import HarvestRun, HarvestSource
from ckanext.moka.harvest.sources import check_folder, find

__all__ = [
    "moka_harvest_run",
    "moka_harvest_run_list",
    "moka_harvest_run_show",
    "moka_harvest_source_create",
    "moka_harvest_source_list",
    "moka_harvest_source_show",
]

Values = dict[str, Any]


def _validated(data_dict: Values, wanted: Values, context: Any) -> Values:
    data, errors = tk.navl_validate(data_dict, wanted, context)
    if errors:
        raise tk.ValidationError(errors)
    return data


def moka_harvest_source_create(context: Any, data_dict: Values) -> Values:
    """Register a source: ``name``, ``title``, ``url`` (folder on the server), ``owner_org``; returns it.

    The folder must lie below one of ``ckanext.moka.harvest.allowed_folders``.
    """
    tk.check_access("moka_harvest_source_create", context, data_dict)
    data = _validated(data_dict, schema.source_create(), context)
    check_folder(data["url"])
    if model.Session.query(HarvestSource).filter_by(name=data["name"]).first():
        raise tk.ValidationError({"name": ["この名前の収集元はもうあります。別の名前にしてください。"]})
    source = HarvestSource(
        name=data["name"],
        title=data["title"],
        kind=data["kind"],
        url=data["url"],
        organization_id=model.Group.get(data["owner_org"]).id,
    )
    model.Session.add(source)
    model.Session.commit()
    return source.as_dict()


@tk.side_effect_free
def moka_harvest_source_list(context: Any, data_dict: Values) -> Values:
    """Return ``{"count", "results"}`` of the sources of the user's departments, each with its last run."""
    tk.check_access("moka_harvest_source_list", context, data_dict)
    data = _validated(data_dict, schema.page(), context)
    query = model.Session.query(HarvestSource)
    user = model.User.get(context.get("user") or "")
    if not (context.get("ignore_auth") or (user and authz.is_sysadmin(user.name))):
        organizations = tk.get_action("organization_list_for_user")(
            {"user": context["user"]}, {"permission": "create_dataset"}
        )
        query = query.filter(HarvestSource.organization_id.in_([item["id"] for item in organizations]))
    rows = query.order_by(HarvestSource.title, HarvestSource.name).offset(data["offset"]).limit(data["limit"])
    return {"count": query.count(), "results": [_with_last_run(source) for source in rows]}


@tk.side_effect_free
def moka_harvest_source_show(context: Any, data_dict: Values) -> Values:
    """Return one source (``id`` or name) with its last run."""
    tk.check_access("moka_harvest_source_show", context, data_dict)
    return _with_last_run(find(tk.get_or_bust(data_dict, "id")))


def moka_harvest_run(context: Any, data_dict: Values) -> Values:
    """Start a run of the source ``id`` in the background and return it.

    ``confirm`` true says that a person looked at a held run and wants it carried out all the same.
    ``ValidationError`` while another run of the source goes on.
    """
    tk.check_access("moka_harvest_run", context, data_dict)
    source = find(tk.get_or_bust(data_dict, "id"))
    confirmed = tk.asbool(data_dict.get("confirm", False))
    return start(source, context.get("user") or "", confirmed=confirmed)


@tk.side_effect_free
def moka_harvest_run_list(context: Any, data_dict: Values) -> Values:
    """Return ``{"count", "results"}`` of the runs of the source ``id``, newest first, without logs."""
    tk.check_access("moka_harvest_run_list", context, data_dict)
    data = _validated(data_dict, schema.page(), context)
    query = model.Session.query(HarvestRun).filter_by(source_id=find(data["id"]).id)
    rows = query.order_by(HarvestRun.created.desc()).offset(data["offset"]).limit(data["limit"])
    return {"count": query.count(), "results": [row.as_dict() for row in rows]}


@tk.side_effect_free
def moka_harvest_run_show(context: Any, data_dict: Values) -> Values:
    """Return one run with its log."""
    tk.check_access("moka_harvest_run_show", context, data_dict)
    return model.Session.get(HarvestRun, data_dict["id"]).as_dict(with_log=True)


def _with_last_run(source: HarvestSource) -> Values:
    last = (
        model.Session.query(HarvestRun)
        .filter_by(source_id=source.id)
        .order_by(HarvestRun.created.desc())
        .first()
    )
    organization = model.Group.get(source.organization_id)
    return {
        **source.as_dict(),
        "organization_title": organization.title if organization else "",
        "last_run": last.as_dict() if last else None,
    }
