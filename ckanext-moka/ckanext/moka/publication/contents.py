"""What a dataset consists of, as the database has it: the thing that is submitted, approved and released."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from ckan import model

_NAMESPACE = uuid.UUID("5f0d9a2e-7b1c-5c0e-9a53-2d6a4b8f1e77")


def generated_id(resource_id: str) -> str:
    """Return the id of the CSV that a release derives from the resource: always the same one."""
    return str(uuid.uuid5(_NAMESPACE, resource_id))


def originals(resources: list[Any]) -> list[Any]:
    """Return those of ``resources`` (dicts or rows) that people handed in, without what a release derived."""
    ids = {_id(resource) for resource in resources}
    derived = {generated_id(resource_id) for resource_id in ids}
    return [resource for resource in resources if _id(resource) not in derived]


def rows(dataset_id: str) -> list[Any]:
    """Return the dataset's active resources as rows (id, url, url_type, hash, size, name), in order."""
    table = model.resource_table
    columns = (
        table.c.id,
        table.c.package_id,
        table.c.name,
        table.c.url,
        table.c.url_type,
        table.c.hash,
        table.c.size,
    )
    query = (
        sa.select(*columns)
        .where(table.c.package_id == dataset_id, table.c.state == "active")
        .order_by(table.c.position, table.c.id)
    )
    return list(model.Session.execute(query))


def fingerprint(dataset_id: str) -> list[list[str]]:
    """Return id, address, kind and hash of each resource that people handed in, sorted by id."""
    return sorted(
        [row.id, row.url or "", row.url_type or "", row.hash or ""] for row in originals(rows(dataset_id))
    )


def _id(resource: Any) -> str:
    return str(resource["id"] if isinstance(resource, dict) else resource.id)
