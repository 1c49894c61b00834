"""``moka user add``: the clerk's and the approver's accounts that the README tells people to make."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.authz import users_role_for_group_or_org
from click import ClickException

from ckanext.moka.stack import user_cli


def test_a_new_clerk_is_an_editor_of_the_department_with_a_password_that_works(org, unique):
    name = unique("clerk")
    password = user_cli._add(name, org["name"], "editor", f"{name}@example.com")
    assert model.User.get(name).validate_password(password)
    assert users_role_for_group_or_org(org["id"], name) == "editor"


def test_adding_again_changes_the_role_and_keeps_the_password(org, unique):
    name = unique("clerk")
    password = user_cli._add(name, org["name"], "editor", f"{name}@example.com")
    assert user_cli._add(name, org["name"], "admin", f"{name}@example.com") == ""
    assert users_role_for_group_or_org(org["id"], name) == "admin"
    assert model.User.get(name).validate_password(password)


def test_a_department_that_does_not_exist_is_named_with_those_that_do(org, unique):
    with pytest.raises(ClickException, match=f"nowhere がありません.*{org['name']}"):
        user_cli._add(unique("clerk"), "nowhere", "editor", "a@example.com")


def test_a_name_that_cannot_be_is_refused_and_leaves_nothing(org):
    with pytest.raises(ClickException, match="加えられません"):
        user_cli._add("日本", org["name"], "editor", "b@example.com")
    assert model.User.get("日本") is None
