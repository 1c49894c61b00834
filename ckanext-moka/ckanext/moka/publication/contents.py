"""What a dataset consists of, as the database has it: the thing that is submitted, approved and released."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from itertools import chain
from typing import Any

import sqlalchemy as sa
from ckan import model

_NAMESPACE = uuid.UUID("5f0d9a2e-7b1c-5c0e-9a53-2d6a4b8f1e77")


def generated_id(resource_id: str) -> str:
    """Return the id of the CSV that a release derives from the resource: always the same one."""
    return str(uuid.uuid5(_NAMESPACE, resource_id))


def is_derived_id(resource_id: Any, among: Iterable[str] = ()) -> bool:
    """Tell whether this is the id of a CSV that a release derives from any resource, or from one of ``among``.

    All of the site's resources count, deleted ones and those of other datasets too: the id can be computed by
    anybody. Only ids of UUID version 5 need the look through them; CKAN's own are of version 4.
    """
    try:
        if uuid.UUID(str(resource_id)).version != 5:
            return False
    except ValueError:
        return False
    known = model.Session.scalars(sa.select(model.resource_table.c.id))
    return any(generated_id(str(parent)) == str(resource_id) for parent in chain(among, known))


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
