"""Lists of datasets by state, for those who work on them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import authz, model

from ckanext.moka.publication import service
from ckanext.moka.publication.model import state_table


def find(
    user_name: str, state: str, *, limit: int, offset: int, everything: bool
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many datasets are in ``state`` and one page of them, those that wait longest first.

    Released ones come newest first. ``everything`` leaves out the restriction to the user's organizations.
    """
    package, group = model.package_table, model.group_table
    roles = {} if everything else _roles(user_name)
    where = [
        state_table.c.state == state,
        package.c.id == state_table.c.dataset_id,
        package.c.state != "deleted",
    ]
    if not everything:
        where.append(package.c.owner_org.in_(list(roles)))
    total = model.Session.execute(
        sa.select(sa.func.count()).select_from(state_table.join(package, where[1])).where(*where)
    ).scalar_one()
    newest_first = state in ("released", "withdrawn")
    order = state_table.c.updated_at.desc() if newest_first else state_table.c.updated_at.asc()
    query = (
        sa.select(
            state_table,
            package.c.name,
            package.c.title,
            package.c.owner_org,
            group.c.title.label("org_title"),
        )
        .select_from(state_table.join(package, where[1]).outerjoin(group, group.c.id == package.c.owner_org))
        .where(*where)
        .order_by(order, state_table.c.dataset_id)
        .limit(limit)
        .offset(offset)
    )
    user = model.User.get(user_name)
    user_id = user.id if user else None
    return int(total), [_item(row, user_id, roles, everything) for row in model.Session.execute(query)]


def _roles(user_name: str) -> dict[str, str]:
    """Return the user's organizations with their role there, if they may edit datasets in them."""
    user = model.User.get(user_name)
    if user is None:
        return {}
    member = model.member_table
    rows = model.Session.execute(
        sa.select(member.c.group_id, member.c.capacity).where(
            member.c.table_name == "user", member.c.table_id == user.id, member.c.state == "active"
        )
    )
    editing = set(authz.get_roles_with_permission("update_dataset"))
    return {group: role for group, role in rows if role in editing}


def _item(row: Any, user_id: str | None, roles: dict[str, str], everything: bool) -> dict[str, Any]:
    return {
        "id": row.dataset_id,
        "name": row.name,
        "title": row.title,
        "organization": row.org_title,
        "state": row.state,
        "submitted_by": service.user_name(row.submitted_by),
        "submitted_at": _iso(row.submitted_at),
        "note": row.note,
        "approved_by": service.user_name(row.approved_by),
        "approved_at": _iso(row.approved_at),
        "decided_by": service.user_name(row.decided_by),
        "decided_at": _iso(row.decided_at),
        "reason": row.reason,
        "released_at": _iso(row.released_at),
        "release_no": row.release_no,
        "files": len(row.contents),
        "may_approve": row.submitted_by != user_id and (everything or roles.get(row.owner_org) == "admin"),
    }


def _iso(at: Any) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
