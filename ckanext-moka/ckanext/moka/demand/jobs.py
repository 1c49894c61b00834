"""What demand does on its own: the weekly fit, and closing a request when its dataset is released."""

from __future__ import annotations

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.core.events import DatasetReleased, subscribe
from ckanext.moka.jobs.api import defer, periodic, task

from . import queries, service

__all__ = ["close_request", "on_release", "refit"]


@task("demand.refit", "moka-demand")
def refit() -> None:
    """Fit the ranking's numbers once a week and publish them as a new version."""
    service.refit()
    model.Session.commit()


@task("demand.close_request", "moka-demand")
def close_request(dataset_id: str) -> None:
    """Mark the request that ``dataset_id`` names in its ``request_id`` as published; else do nothing."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    dataset = tk.get_action("package_show")({"user": site_user, "ignore_auth": True}, {"id": dataset_id})
    request_id = dataset.get("request_id")
    row = queries.by_id(request_id) if isinstance(request_id, str) and request_id else None
    if row is None or row.status == "published" or dataset.get("private") or dataset.get("state") != "active":
        return
    service.publish_with(row, dataset["id"])
    model.Session.commit()


def on_release(event: DatasetReleased) -> None:
    """Leave the closing of the request to the queue, so that a release never waits for it."""
    defer("demand.close_request", dataset_id=event.dataset_id)
    model.Session.commit()


periodic("demand.refit", "10 18 * * 0")  # Mondays 3:10 in Japan
subscribe(DatasetReleased, on_release)
