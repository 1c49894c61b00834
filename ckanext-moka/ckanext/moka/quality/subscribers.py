"""A file that was handed in is checked at once, or its check is queued."""

from __future__ import annotations

import logging
from typing import Any

import flask
from ckan import model

from ckanext.moka.catalog import api as catalog
from ckanext.moka.quality import jobs, service

__all__ = ["file_saved"]

log = logging.getLogger(__name__)


def file_saved(resource: dict[str, Any]) -> None:
    """Check a resource that was just committed; small files now, large ones by the queue.

    The file is saved whatever happens here. A check that breaks is logged and leaves the file unchecked: the
    page then offers to check it again, and an unchecked file cannot be published.
    """
    if flask.has_request_context():
        flask.g.moka_quality_saved = resource["id"]
    if resource.get("url_type") != "upload":
        return
    try:
        if service.is_large(resource):
            jobs.request_check(resource)
            model.Session.commit()
        else:
            service.ensure_report(resource)
    except catalog.ContentMissing:
        log.error("The bytes of resource %s are not in the store", resource["id"])
    except Exception:
        log.exception("Checking resource %s failed", resource["id"])
