"""Make an approved dataset public.

Site database, DataStore and files have no common transaction. So everything is prepared while the dataset is
still private (each step can be repeated), and one transaction of the site database is the switch: clearances,
state, journal and ``private = False``. Readers see the old or the new.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.catalog import api as catalog
from ckanext.moka.core.events import DatasetReleased
from ckanext.moka.jobs import api as jobs
from ckanext.moka.journal import api as journal
from ckanext.moka.publication import contents, derived, gate, service, states, tablestore
from ckanext.moka.tables import api as tables

log = logging.getLogger(__name__)

TABLES = {"csv", "tsv", "xlsx", "xlsm", "xls", "ods"}
VIEW_TITLE = "表で見る"
_IN_MEMORY = 16 * 1024 * 1024


class NotReleasable(Exception):
    """The contents cannot be released; the message is a Japanese sentence for the department."""


@dataclass
class Prepared:
    """A resource made ready: its new dict, the dict of its derived CSV, and what the journal keeps of it."""

    resource: dict[str, Any]
    generated: dict[str, Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def release(dataset_id: str) -> bool:
    """Release an approved dataset; return whether it is public now because of this call.

    Called again, it finds nothing to do. A dataset whose contents cannot be released is returned to its
    department with the reason.
    """
    state = service.get(dataset_id)
    package = model.Package.get(dataset_id)
    if state.state != states.APPROVED or package is None or package.state == "deleted":
        return False
    model.Session.rollback()
    try:
        if contents.fingerprint(dataset_id) != state.contents:
            raise NotReleasable(
                "承認のあとに内容が変わったため、公開できませんでした。もう一度申請してください。"
            )
        dataset = tk.get_action("package_show")(_context(use_cache=False), {"id": dataset_id})
        prepared = [prepare(resource) for resource in contents.originals(dataset["resources"])]
        return switch(dataset_id, prepared)
    except NotReleasable as reason:
        model.Session.rollback()
        service.send_back(dataset_id, _site_user(), str(reason))
        model.Session.commit()
        log.warning("dataset %s was returned: %s", dataset_id, reason)
        return False


def prepare(resource: dict[str, Any]) -> Prepared:
    """Bring a resource's table into the DataStore and derive its CSV; other files need neither.

    Raises ``NotReleasable`` when the bytes are lost, or a table file holds no table or none that can be stored.
    """
    name = resource["url"].rsplit("/", 1)[-1]
    row = model.Session.get(model.Resource, resource["id"])
    if row is not None:
        name = row.url
    model.Session.rollback()
    try:
        path = catalog.resource_path(resource)
    except catalog.ContentMissing as missing:
        raise NotReleasable(
            f"「{resource['name']}」の中身が保管されていません。登録し直してください。"
        ) from missing
    tablestore.drop(contents.generated_id(resource["id"]))
    kind = catalog.detect(path, name)
    facts = {"id": resource["id"], "name": resource["name"], "hash": resource["hash"]}
    if kind.kind not in TABLES:
        tablestore.drop(resource["id"])
        return Prepared({**resource, "datastore_active": False}, facts=facts)
    try:
        table = tables.load(path, name=name)
    except tables.UnreadableFile as unreadable:
        raise NotReleasable(f"「{resource['name']}」を表として読めませんでした。{unreadable}") from unreadable
    try:
        rows = tablestore.fill(resource["id"], table)
    except tablestore.Unstorable as unfit:
        raise NotReleasable(f"「{resource['name']}」を表として公開できませんでした。{unfit}") from unfit
    _ensure_view(resource["id"])
    prepared = Prepared({**resource, "datastore_active": True}, facts={**facts, "rows": rows})
    if derived.is_wanted(kind.kind, kind.encoding):
        prepared.generated = _derive(resource, name, table)
        prepared.facts["csv"] = prepared.generated["hash"]
    return prepared


def _derive(resource: dict[str, Any], name: str, table: tables.LoadedTable) -> dict[str, Any]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        derived.write(table, spool)
        spool.seek(0)
        stored = catalog.store_content(spool)
    return {
        "id": contents.generated_id(resource["id"]),
        "name": f"{resource['name']}（CSV）",
        "description": f"「{resource['name']}」から自動で作った CSV です（UTF-8、先頭の行が項目名）。",
        "url": derived.file_name(name),
        "url_type": "upload",
        "format": "CSV",
        "mimetype": "text/csv",
        "encoding": derived.ENCODING,
        "hash": stored.hash,
        "size": stored.size,
        "generated": "true",
        "generated_from": resource["id"],
    }


def _ensure_view(resource_id: str) -> None:
    views = model.Session.query(model.ResourceView).filter_by(
        resource_id=resource_id, view_type="datatables_view"
    )
    if views.first() is None:
        tk.get_action("resource_view_create")(
            _context(), {"resource_id": resource_id, "view_type": "datatables_view", "title": VIEW_TITLE}
        )
    model.Session.rollback()


def switch(dataset_id: str, prepared: list[Prepared]) -> bool:
    """Make the prepared dataset public in one transaction; return False when it is no longer approved.

    Raises ``NotReleasable`` when a table is not as ``prepare`` left it, or when CKAN or the gate refuses the
    dataset; the caller rolls back.
    """
    state = service.lock(dataset_id)
    if state.state != states.APPROVED:
        model.Session.rollback()
        return False
    for item in prepared:
        _verify_table(item)
    now = datetime.now(UTC)
    number = state.release_no + 1
    resources = _resources(prepared, now)
    public = gate.Release(dataset_id, number, now, {r["id"]: str(r["hash"]) for r in resources})
    new_state = states.after("release", state.state)
    service.save(replace(state, state=new_state, released_at=now, release_no=number, reason=""))
    detail = {
        "release": number,
        "title": model.Package.get(dataset_id).title or "",
        "submitted_by": service.user_name(state.submitted_by),
        "approved_by": service.user_name(state.approved_by),
        "files": [item.facts for item in prepared],
    }
    journal.record(dataset_id, "released", _site_user(), detail)
    jobs.after_commit(DatasetReleased(dataset_id, tuple(r["id"] for r in resources)))
    change = {"id": dataset_id, "private": False, "state": "active", "resources": resources}
    try:
        with gate.releasing(public):
            tk.get_action("package_patch")(_context(use_cache=False), change)
    except tk.ValidationError as refused:
        sentences = " ".join(f"{key}: {value}" for key, value in refused.error_summary.items())
        raise NotReleasable(
            "データセットの内容に直すところがあるため、公開できませんでした。"
            f"直してから、もう一度申請してください。（{sentences}）"
        ) from refused
    return True


def _verify_table(item: Prepared) -> None:
    """Raise ``NotReleasable`` unless the DataStore holds what ``prepare`` wrote, and nothing for the CSV."""
    resource_id = item.facts["id"]
    expected = {resource_id: item.facts.get("rows"), contents.generated_id(resource_id): None}
    if any(tablestore.count(table) != rows for table, rows in expected.items()):
        raise NotReleasable(
            f"公開の処理のあいだに「{item.facts['name']}」の表のデータが書き換えられたため、公開しませんでした。"
            "もう一度申請してください。"
        )


def _resources(prepared: list[Prepared], now: datetime) -> list[dict[str, Any]]:
    found = []
    for item in prepared:
        found += [dict(item.resource), *([dict(item.generated)] if item.generated else [])]
    for resource in found:
        resource["released_at"] = now.isoformat(timespec="seconds")
    return found


def _site_user() -> str:
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


def _context(**more: Any) -> Any:
    return {"ignore_auth": True, "user": _site_user(), **more}
