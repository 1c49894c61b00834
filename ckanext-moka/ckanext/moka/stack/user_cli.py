"""``moka user``: accounts for the staff of a department, from the command line of the machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import click

ROLES = {"editor": "担当者（登録と申請）", "admin": "承認者（承認と公開）"}


@click.group()
def user() -> None:
    """職員のアカウント / accounts of staff"""


@user.command()
@click.argument("name")
@click.option("--organization", required=True, help="部署の名前（英字の識別名）")
@click.option("--role", type=click.Choice(list(ROLES)), default="editor", show_default=True)
@click.option("--email", help="メールアドレス（省略時は NAME@example.invalid）")
@click.option(
    "--config", "ini", type=click.Path(path_type=Path), help="サイトの設定（省略時は var/ckan.ini）"
)
def add(name: str, organization: str, role: str, email: str | None, ini: Path | None) -> None:
    """部署に職員を加え、パスワードを一度だけ表示する / add somebody to a department."""
    ini = ini or Path(os.environ.get("CKAN_INI", "var/ckan.ini"))
    if not ini.is_file():
        raise click.ClickException(f"{ini} がありません。先に make run でポータルを動かしてください。")
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    app = make_app(load_config(str(ini.resolve())))
    with app._wsgi_app.test_request_context():
        password = _add(name, organization, role, email or f"{name}@example.invalid")
    click.echo(f"{organization} の{ROLES[role]}に {name} を加えました。")
    if password:
        click.echo(f"パスワード {password} （一度だけ表示します。ログイン後に変えてください）")


def _add(name: str, organization: str, role: str, email: str) -> str:
    """Make the account where there is none, and the membership; return the new password or an empty string.

    Raises ``click.ClickException`` with a Japanese sentence when CKAN refuses the name or the department.
    """
    from ckan import model
    from ckan.plugins import toolkit as tk

    group = model.Group.get(organization)
    if group is None or not group.is_organization:
        names = "、".join(tk.get_action("organization_list")({"ignore_auth": True}, {}))
        raise click.ClickException(f"部署 {organization} がありません。あるもの：{names}")
    password = ""
    try:
        if model.User.get(name) is None:
            password = secrets.token_urlsafe(12)
            _call("user_create", name=name, email=email, password=password)
        _call("organization_member_create", id=organization, username=name, role=role)
    except tk.ValidationError as error:
        raise click.ClickException(
            f"{name} を加えられません：{error.error_summary or error.error_dict}"
        ) from error
    return password


def _call(action: str, /, **data: Any) -> Any:
    from ckan.plugins import toolkit as tk

    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"ignore_auth": True, "user": site_user}, data)
