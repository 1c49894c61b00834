"""Load the demo data into a running site's databases, through the same actions that the forms use.

Two identities do it, and their names say so: ``installer-clerk`` hands in, ``installer-approver`` approves.
Run as ``python -m ckanext.moka.stack.demo --config INI``; what is complete is left alone, so that a run that
was cut off is finished by the next one. A file that the engine would block is handed in as a clerk would: repaired
by the engine, with the number of repairs in its description; what stays blocked stays a draft.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ckanext.moka.stack import demo_packages
from ckanext.moka.tables import api as tables

CLERK = "installer-clerk"
APPROVER = "installer-approver"
PEOPLE = {CLERK: "導入担当（見本データの登録）", APPROVER: "導入担当（見本データの承認）"}

Progress = Callable[[str], None]


def load(folder: Path, progress: Progress) -> int:
    """Load every package of ``folder`` that the site does not have yet; return how many datasets are public.

    Must be called inside a CKAN application context. Raises ``ckan.logic.ActionError`` (its message names the
    dataset in the log line before it) when an action refuses.
    """
    from ckanext.moka.jobs import api as jobs

    _people()
    _organizations(folder)
    found = list(demo_packages.packages(folder))
    for number, package in enumerate(found, 1):
        progress(f"見本データ {number}/{len(found)}：{package.fields['title']}")
        _load_package(package, progress)
    jobs.run_once()
    _requests(folder)
    return _action("package_search", CLERK, rows=0, fq="+dataset_type:dataset")["count"]


def _action(name: str, user: str | None, /, **data: Any) -> Any:
    """Run an action as ``user``; None stands for the site's own user, without authorization."""
    from ckan.plugins import toolkit as tk

    context: dict[str, Any] = {"user": user} if user else {"ignore_auth": True, "user": _site_user()}
    return tk.get_action(name)(context, data)


def _site_user() -> str:
    from ckan.plugins import toolkit as tk

    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


def _people() -> None:
    """Create the two identities with passwords that nobody knows."""
    from ckan import model

    for name, fullname in PEOPLE.items():
        if model.User.get(name) is None:
            _action(
                "user_create",
                None,
                name=name,
                fullname=fullname,
                email=f"{name}@example.invalid",
                password=secrets.token_urlsafe(24),
            )


def _organizations(folder: Path) -> None:
    from ckan import model

    for organization in demo_packages.organizations(folder):
        if model.Group.get(organization["name"]) is None:
            _action("organization_create", None, **organization)
        for user, role in ((CLERK, "editor"), (APPROVER, "admin")):
            _action("organization_member_create", None, id=organization["name"], username=user, role=role)


def _load_package(package: demo_packages.DemoPackage, progress: Progress) -> None:
    """Bring one package to the state it should have: files complete, then handed in, then approved."""
    from ckan import model
    from ckan.plugins import toolkit as tk

    name = f"{tk.config['ckanext.moka.municipality_code']}_{package.slug.replace('-', '_')}"
    existing = model.Package.get(name)
    if existing is None:
        dataset = _action(
            "package_create", CLERK, name=name, owner_org=package.organization, private=True, **package.fields
        )
    else:
        dataset = _action("package_show", CLERK, id=name)
    have = {resource["name"] for resource in dataset["resources"]}
    for file in package.files:
        if file.title not in have:
            with tempfile.TemporaryDirectory() as folder:
                _upload(dataset["id"], _repaired(file, Path(folder)))
    if package.publish:
        _hand_in(dataset["id"], progress)


def _hand_in(dataset_id: str, progress: Progress) -> None:
    """Submit and approve; a dataset that the quality report blocks stays a draft, and the progress says so."""
    from ckan.plugins import toolkit as tk

    state = _action("moka_publication_show", CLERK, id=dataset_id)["state"]
    if state in ("draft", "returned"):
        try:
            _action("moka_publication_submit", CLERK, id=dataset_id, note="見本データ")
        except tk.ValidationError as error:
            progress(f"  下書きのままにします：{'、'.join(map(str, error.error_summary.values()))}")
            return
        state = "submitted"
    if state == "submitted":
        _action("moka_publication_approve", APPROVER, id=dataset_id)


def _repaired(file: demo_packages.DemoFile, folder: Path) -> demo_packages.DemoFile:
    """Return the file itself where it may be published, else what the engine's repair makes of it."""
    if file.path.suffix not in (".csv", ".xlsx") or tables.check(file.path).publishable:
        return file
    out = folder / f"{file.path.stem}.csv"
    changes = tables.fix(file.path, out)
    if not tables.check(out).publishable:
        return file
    note = f"元のファイル {file.path.name} を機械で読めるように直しました（{len(changes)} か所）。"
    return demo_packages.DemoFile(out, file.title, "\n".join(filter(None, [file.description, note])))


def _upload(dataset_id: str, file: demo_packages.DemoFile) -> None:
    from werkzeug.datastructures import FileStorage

    with file.path.open("rb") as stream:
        _action(
            "resource_create",
            CLERK,
            package_id=dataset_id,
            name=file.title,
            description=file.description,
            url=file.path.name,
            upload=FileStorage(stream, filename=file.path.name, content_type=file.media_type),
        )


def _requests(folder: Path) -> None:
    """Open the sample requests once; they say in their titles that they are samples."""
    wanted = demo_packages.requests(folder)
    have = {item["title"] for item in _action("moka_demand_list", None, limit=100)["results"]}
    for request in wanted:
        if request["title"] not in have:
            _action("moka_demand_request_create", CLERK, **request)


def main() -> int:
    """Load the demo data named on the command line; return 0, or 1 with a line on what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m ckanext.moka.stack.demo")
    parser.add_argument("--config", required=True, help="the site's ckan.ini")
    parser.add_argument("--datasets", type=Path, help="a folder of data packages (default: the checkout's)")
    arguments = parser.parse_args()
    folder = arguments.datasets or demo_packages.find_datasets()
    if folder is None:
        print("見本データのフォルダー datasets がないため、読み込みを省きます。", flush=True)
        return 0

    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    app = make_app(load_config(arguments.config))
    with app._wsgi_app.test_request_context():
        public = load(folder, lambda line: print(line, flush=True))
    print(f"見本データを読み込みました：公開中のデータセット {public} 件", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
