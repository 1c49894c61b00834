"""Actions of publication, and the gate's place in CKAN's own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ckan import authz, model
from ckan.plugins import toolkit as tk

from ckanext.moka.publication import gate, listing, service, states
from ckanext.moka.publication.logic import schema

__all__ = [
    "datastore_create",
    "datastore_delete",
    "datastore_records_delete",
    "datastore_run_triggers",
    "datastore_upsert",
    "file_ownership_transfer",
    "moka_publication_approve",
    "moka_publication_list",
    "moka_publication_return",
    "moka_publication_show",
    "moka_publication_submit",
    "moka_publication_withdraw",
    "package_create",
    "package_delete",
    "package_update",
]

Data = dict[str, Any]


def _begin(action: str, context: Any, data_dict: Data, the_schema: schema.Schema) -> tuple[Data, Any]:
    """Validate, find the dataset, check access; return the data and the dataset."""
    data, errors = tk.navl_validate(data_dict, the_schema, context)
    if errors:
        raise tk.ValidationError(errors)
    package = model.Package.get(data["id"])
    if package is None or package.state == "deleted":
        raise tk.ObjectNotFound("データセットが見つかりません。")
    data["id"] = package.id
    tk.check_access(action, context, data)
    return data, package


def _actor(context: Any) -> str:
    """Return the acting user's id; without one, nobody could be told apart from anybody."""
    user = model.User.get(context.get("user") or "")
    if user is None:
        raise tk.NotAuthorized("ログインしてください。")
    return str(user.id)


def _finish(context: Any, state: service.State) -> Data:
    if not context.get("defer_commit"):
        model.Session.commit()
    return _as_dict(state)


def _as_dict(state: service.State) -> Data:
    result = {
        key: value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value
        for key, value in asdict(state).items()
        if key not in ("dataset_id", "contents", "updated_at")
    }
    for key in ("submitted_by", "approved_by", "decided_by"):
        result[key] = service.user_name(result[key])
    return {"id": state.dataset_id, "label": states.LABELS[state.state], **result}


def moka_publication_submit(context: Any, data_dict: Data) -> Data:
    """Hand a dataset in for approval, exactly as it is now.

    :param id: the dataset's name or id
    :param note: a message to the approver (optional)
    :returns: where the dataset stands, as ``moka_publication_show``
    """
    data, package = _begin("moka_publication_submit", context, data_dict, schema.submit())
    return _finish(context, _rolling_back(service.submit, package.id, _actor(context), data["note"]))


def moka_publication_approve(context: Any, data_dict: Data) -> Data:
    """Approve a submitted dataset; the release follows by itself. Nobody approves their own submission.

    :param id: the dataset's name or id
    :returns: where the dataset stands
    """
    _data, package = _begin("moka_publication_approve", context, data_dict, schema.identified())
    return _finish(context, _rolling_back(service.approve, package.id, _actor(context)))


def moka_publication_return(context: Any, data_dict: Data) -> Data:
    """Return a submitted dataset to its department.

    :param id: the dataset's name or id
    :param reason: what has to change
    :returns: where the dataset stands
    """
    data, package = _begin("moka_publication_return", context, data_dict, schema.reasoned())
    return _finish(context, _rolling_back(service.send_back, package.id, _actor(context), data["reason"]))


def moka_publication_withdraw(context: Any, data_dict: Data) -> Data:
    """Take a public dataset back, or take back a submission.

    :param id: the dataset's name or id
    :param reason: why; needed for a public dataset, and shown to the public
    :returns: where the dataset stands
    """
    data, package = _begin("moka_publication_withdraw", context, data_dict, schema.reasoned())
    was_public = not package.private
    state = _rolling_back(service.withdraw, package.id, _actor(context), data["reason"])
    if was_public:
        system = {"ignore_auth": True, "user": context["user"], "use_cache": False}
        tk.get_action("package_patch")(system, {"id": package.id, "private": True})
        return _as_dict(state)
    return _finish(context, state)


def _rolling_back(step: Any, *arguments: Any) -> service.State:
    """Run a step; leave no lock and no half-written row behind when it is refused."""
    try:
        return step(*arguments)
    except (tk.ValidationError, tk.NotAuthorized):
        model.Session.rollback()
        raise


@tk.side_effect_free
def moka_publication_show(context: Any, data_dict: Data) -> Data:
    """Return where a dataset stands on its way to the public: state, people, times, note, reason.

    :param id: the dataset's name or id
    """
    _data, package = _begin("moka_publication_show", context, data_dict, schema.identified())
    return _as_dict(service.get(package.id))


@tk.side_effect_free
def moka_publication_list(context: Any, data_dict: Data) -> Data:
    """Return the datasets in a state, of the organizations in which the user works (administrators: all).

    :param state: draft (returned or taken back once), submitted, approved, released, returned or withdrawn
    :param limit: how many (default 20, at most 100)
    :param offset: how many to pass over
    :returns: ``count`` and ``results``
    """
    data, errors = tk.navl_validate(data_dict, schema.listing(), context)
    if errors:
        raise tk.ValidationError(errors)
    tk.check_access("moka_publication_list", context, data)
    user = context.get("user") or ""
    everything = bool(context.get("ignore_auth")) or authz.is_sysadmin(user)
    count, results = listing.find(
        user, data["state"], limit=data["limit"], offset=data["offset"], everything=everything
    )
    return {"count": count, "results": results}


def _gated(next_action: Any, context: Any, data_dict: Data) -> Any:
    try:
        gate.refuse_derived_ids(data_dict)
        return next_action(context, data_dict)
    except gate.Refused:
        model.Session.rollback()
        raise


@tk.chained_action
def package_create(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to create what is public from the start; nothing of it stays behind."""
    return _gated(next_action, context, data_dict)


@tk.chained_action
def package_update(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to make public, or to change in public, what was not approved; nothing of it stays behind."""
    return _gated(next_action, context, data_dict)


@tk.chained_action
def package_delete(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to delete what is public: it is withdrawn first, for a stated reason. ``dataset_purge`` remains."""
    package = model.Package.get(data_dict.get("id") or "")
    if package is not None:
        tk.check_access("package_delete", context, data_dict)
        gate.refuse_hiding(package.id, deleting=True)
    return next_action(context, data_dict)


def _writing(next_action: Any, context: Any, data_dict: Data) -> Any:
    for key in ("resource_id", "id"):  # CKAN takes ``id`` for ``resource_id``, even when both are given.
        gate.refuse_table(data_dict.get(key))
    return next_action(context, data_dict)


@tk.chained_action
def datastore_create(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to change the DataStore table of a resource that is public or under review, for everybody."""
    return _writing(next_action, context, data_dict)


@tk.chained_action
def datastore_upsert(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to change the DataStore table of a resource that is public or under review, for everybody."""
    return _writing(next_action, context, data_dict)


@tk.chained_action
def datastore_delete(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to change the DataStore table of a resource that is public or under review, for everybody."""
    return _writing(next_action, context, data_dict)


@tk.chained_action
def datastore_records_delete(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to change the DataStore table of a resource that is public or under review, for everybody."""
    return _writing(next_action, context, data_dict)


@tk.chained_action
def datastore_run_triggers(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to change the DataStore table of a resource that is public or under review, for everybody."""
    return _writing(next_action, context, data_dict)


@tk.chained_action
def file_ownership_transfer(next_action: Any, context: Any, data_dict: Data) -> Any:
    """Refuse to give a file of CKAN's own storages to a dataset, where it would be readable unchecked."""
    if data_dict.get("owner_type") in ("package", "resource"):
        raise gate.Refused(gate.FILES)
    return next_action(context, data_dict)
