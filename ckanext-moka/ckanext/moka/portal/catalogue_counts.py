"""Numbers of the front page, counted in the database and kept for a minute."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy import func, select

__all__ = ["Counts", "counts", "forget"]

SECONDS = 60.0


@dataclass(frozen=True)
class Counts:
    """What the public can see: datasets, their files, departments with at least one dataset."""

    datasets: int
    files: int
    departments: int


_kept: dict[str, tuple[float, Counts]] = {}


def counts() -> Counts:
    """Return the numbers of public datasets, files and publishing departments, at most a minute old."""
    site = tk.config["ckan.site_id"]
    kept = _kept.get(site)
    if kept is None or time.monotonic() - kept[0] > SECONDS:
        kept = _kept[site] = (time.monotonic(), _count())
    return kept[1]


def forget() -> None:
    """Forget what was kept, so that the next call counts anew."""
    _kept.clear()


def _count() -> Counts:
    dataset, resource = model.Package, model.Resource
    public = (dataset.state == "active", dataset.private.is_(False), dataset.type == "dataset")
    datasets, departments = model.Session.execute(
        select(func.count(), func.count(dataset.owner_org.distinct())).where(*public)
    ).one()
    files = model.Session.execute(
        select(func.count())
        .select_from(resource)
        .join(dataset, resource.package_id == dataset.id)
        .where(*public, resource.state == "active")
    ).scalar_one()
    return Counts(datasets, files, departments)
