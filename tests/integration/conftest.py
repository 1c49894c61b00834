"""Integration tests run on a real CKAN site, given by ``--ckan-ini``; each test makes its own data."""

from __future__ import annotations

import uuid

import pytest
from ckan import model
from ckan.plugins import toolkit as tk


@pytest.fixture(autouse=True)
def _plugins(with_plugins):
    """Load the plugins that the ini names (CKAN's pytest plugin unloads them after collection)."""
    yield
    model.Session.rollback()
    model.Session.remove()


@pytest.fixture
def unique():
    """Return a function that makes a name nobody else has."""
    return lambda prefix="t": f"{prefix}-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def call():
    """Return ``call(action, user=None, **data)``: run an action as ``user`` (None: the site user)."""

    def _call(action, user=None, **data):
        context = {"user": user} if user is not None else {"ignore_auth": True, "user": _site_user()}
        return tk.get_action(action)(context, data)

    return _call


def _site_user():
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


@pytest.fixture
def make_user(call, unique):
    """Return ``make_user(sysadmin=False)``: a new user's dict with an API token in ``token``."""

    def _make(sysadmin=False):
        name = unique("user")
        user = call("user_create", name=name, email=f"{name}@example.com", password="Correct-horse-9")
        if sysadmin:
            row = model.User.get(user["id"])
            row.sysadmin = True
            model.Session.commit()
        token = tk.get_action("api_token_create")({"user": name}, {"name": name, "user": name})
        user["token"] = token["token"]
        return user

    return _make


@pytest.fixture
def sysadmin(make_user):
    """A new system administrator's dict."""
    return make_user(sysadmin=True)


@pytest.fixture
def org(call, unique):
    """A new organization (department)."""
    return call("organization_create", name=unique("org"), title="危機管理課")
