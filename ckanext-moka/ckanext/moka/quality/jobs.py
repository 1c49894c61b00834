"""Checks of large files, outside the request."""

from __future__ import annotations

from ckan import model

from ckanext.moka.catalog import api as catalog
from ckanext.moka.jobs import api as jobs
from ckanext.moka.quality import service

__all__ = ["CHECK", "check", "request_check"]

CHECK = "quality.check"


@jobs.task(CHECK, queue="moka-quality")
def check(resource_id: str) -> None:
    """Check the bytes that the resource has when the job runs; a resource that is gone needs no check."""
    row = model.Session.get(model.Resource, resource_id)
    if row is None or row.state != "active" or row.url_type != "upload":
        return
    resource = {key: getattr(row, key) for key in ("id", "package_id", "url", "url_type", "hash", "size")}
    try:
        service.ensure_report(resource)
    except catalog.ContentMissing as missing:
        raise jobs.GiveUp(str(missing)) from missing


def request_check(resource: dict) -> None:
    """Queue a check of ``resource`` and say so; the caller commits."""
    jobs.defer(CHECK, resource_id=resource["id"], queueing_lock=f"{CHECK}:{resource['hash']}")
    service.mark_checking(resource)
