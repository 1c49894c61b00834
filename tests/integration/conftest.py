"""Integration tests run on a real CKAN site, given by ``--ckan-ini``; each test makes its own data."""

from __future__ import annotations

import uuid

import pytest
from ckan import model, plugins
from ckan.plugins import toolkit as tk
from ckan.tests.helpers import CKANTestApp


@pytest.fixture(autouse=True)
def _plugins():
    """Have the plugins that the ini names loaded, and no transaction left behind.

    CKAN's pytest plugin unloads them after collection. They are loaded once and kept: loading and unloading
    them for every test (``with_plugins``) takes longer than most tests. Its snapshot of the configuration,
    which it restores before every test, was taken with these plugins loaded.
    """
    if not all(map(plugins.plugin_loaded, tk.aslist(tk.config["ckan.plugins"]))):
        plugins.load_all(force_update=True)
    yield
    model.Session.rollback()
    model.Session.remove()


@pytest.fixture(scope="session")
def _kept_app():
    return {}


@pytest.fixture
def app(make_app, _kept_app):
    """A client with cookies of its own; the application is made once, since making it loads every plugin."""
    if "app" not in _kept_app:
        _kept_app["app"] = make_app().app
    tk.config["testing"] = True
    return CKANTestApp(_kept_app["app"])


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
