"""Bring a site's databases up to date in one CKAN process: migrations, first administrator, search index.

Run as ``python -m ckanext.moka.stack.prepare --config INI [--admin NAME] [--reindex]``; the administrator's
password comes in the environment variable ``MOKA_ADMIN_PASSWORD`` (arguments can be read by everybody).
Prints ``ADMIN_MADE`` when the administrator did not exist before.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

ADMIN_MADE = "管理者を作りました"


def _application(ini: str) -> Any:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    return make_app(load_config(ini))


def migrate() -> None:
    """Run CKAN's and the plugins' migrations that are not applied yet."""
    import ckan.model as model
    from ckan.cli import db

    model.repo.upgrade_db()
    db._migrate_plugins(apply=True)


def make_admin(name: str, password: str) -> bool:
    """Create the system administrator; return False when that user exists already (its password is kept)."""
    import ckan.model as model
    from ckan.plugins import toolkit as tk

    if model.User.get(name) is not None:
        return False
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context: Any = {"ignore_auth": True, "user": site_user}
    tk.get_action("user_create")(
        context,
        {"name": name, "fullname": "管理者", "email": f"{name}@example.invalid", "password": password},
    )
    user = model.User.get(name)
    assert user is not None
    user.sysadmin = True
    model.Session.commit()
    return True


def reindex() -> None:
    """Build the search index anew: the site's address is part of what it holds."""
    from ckan.lib import search

    search.rebuild(defer_commit=True)
    search.commit()


def build_js_translations() -> None:
    """Write the words that scripts show, in every language; only CKAN's development server does it by itself."""
    from ckan.lib import i18n

    i18n.build_js_translations()


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for; return 0. Errors are CKAN's own and end the process."""
    parser = argparse.ArgumentParser(prog="python -m ckanext.moka.stack.prepare")
    parser.add_argument("--config", required=True)
    parser.add_argument("--admin", metavar="NAME")
    parser.add_argument("--reindex", action="store_true")
    wanted = parser.parse_args(arguments)
    application = _application(wanted.config)
    with application._wsgi_app.test_request_context():
        migrate()
        build_js_translations()
        if wanted.admin:
            made = make_admin(wanted.admin, os.environ["MOKA_ADMIN_PASSWORD"])
            print(ADMIN_MADE if made else "管理者は前からいます", flush=True)
        if wanted.reindex:
            reindex()
    return 0


if __name__ == "__main__":
    sys.exit(main())
