"""The user that harvesting acts as: an ordinary editor of the department, who cannot approve anything."""

from __future__ import annotations

import secrets
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.harvest import config

__all__ = ["ensure_editor"]


def ensure_editor(organization_id: str) -> str:
    """Return the harvesting user's name; make the user and its role ``editor`` in the department if missing.

    A higher role that somebody gave stays as it is.
    """
    name = config.user_name()
    context = {"ignore_auth": True, "user": _site_user()}
    if model.User.get(name) is None:
        tk.get_action("user_create")(
            dict(context),
            {
                "name": name,
                "fullname": "自動収集",
                "email": f"{name}@example.invalid",
                "password": secrets.token_urlsafe(24),
            },
        )
    user = model.User.get(name)
    member: Any = (
        model.Session.query(model.Member)
        .filter_by(group_id=organization_id, table_id=user.id, table_name="user", state="active")
        .first()
    )
    if member is None or member.capacity not in ("editor", "admin"):
        tk.get_action("organization_member_create")(
            dict(context), {"id": organization_id, "username": name, "role": "editor"}
        )
    return name


def _site_user() -> str:
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
