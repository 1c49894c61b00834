"""``moka harvest``: run, list and show harvests from the command line; loads the site named by --config."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

__all__ = ["harvest"]

EXIT = {"done": 0, "failed": 1, "partial": 3, "held": 4}
_STATUS = {
    "done": "完了",
    "failed": "失敗",
    "held": "保留",
    "partial": "一部取り込めず",
    "waiting": "順番待ち",
    "running": "実行中",
}
_config_option = click.option(
    "--config", "ini", type=click.Path(dir_okay=False), help="サイトの設定ファイル（省略時は var/ckan.ini）"
)


@click.group()
def harvest() -> None:
    """共有フォルダーからデータを集める / harvest data sets from shared folders.

    終了コード: 0 完了, 1 失敗, 2 使い方の誤り, 3 一部取り込めず, 4 保留
    """


def _ini(given: str | None) -> str:
    """Return the site's ini: given, from CKAN_INI, or ./var/ckan.ini; ``UsageError`` if there is none."""
    for candidate in filter(None, (given, os.environ.get("CKAN_INI"), "var/ckan.ini")):
        if Path(candidate).is_file():
            return str(Path(candidate).resolve())
    raise click.UsageError(
        "サイトの設定ファイルがありません。--config で ckan.ini の場所を指定するか、先に moka run を実行してください。"
    )


@contextmanager
def _site(given: str | None) -> Iterator[None]:
    """Run inside the site's application context."""
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    app = make_app(load_config(_ini(given)))
    with app._wsgi_app.test_request_context():
        yield


def _progress(number: int, total: int, text: str) -> None:
    click.echo(f"[{number}/{total}] {text}" if number else text, err=True)


@harvest.command("run")
@click.argument("source", required=False)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="集めるフォルダー")
@click.option("--organization", help="担当課（組織の名前かID）。--folder と一緒に使う")
@click.option("--dry-run", is_flag=True, help="何が起きるかを示すだけで、何も書かない")
@click.option("--confirm", is_flag=True, help="保留になった内容を確かめたので続ける")
@_config_option
def run_command(
    source: str | None,
    folder: Path | None,
    organization: str | None,
    dry_run: bool,
    confirm: bool,
    ini: str | None,
) -> None:
    """SOURCE（登録した収集元の名前）か --folder のフォルダーから集める。"""
    if (source is None) == (folder is None):
        raise click.UsageError("収集元の名前か --folder のどちらか一つを指定してください。")
    if folder is not None and not organization:
        raise click.UsageError("--folder には --organization（担当課）も指定してください。")
    with _site(ini):
        report = _run(source, folder, organization, dry_run, confirm)
    _tell(report, dry_run)
    sys.exit(EXIT.get(report.status, 1))


def _run(
    source: str | None, folder: Path | None, organization: str | None, dry_run: bool, confirm: bool
) -> Any:
    from ckan import model
    from ckan.plugins import toolkit as tk

    from ckanext.moka.harvest import service, sources

    try:
        if folder is None:
            row = sources.find(source or "")
            new = False
        else:
            row, new = sources.folder_source(folder, _organization_id(organization or ""))
        if dry_run:
            return service.dry_run(row, _progress)
        if new:
            model.Session.add(row)
            model.Session.flush()
        return service.run(service.begin(row, "@cli", confirmed=confirm).id, _progress)
    except (tk.ObjectNotFound, tk.ValidationError) as error:
        from ckanext.moka.harvest.refusals import refusal

        raise click.ClickException(refusal(error)) from error


def _organization_id(reference: str) -> str:
    from ckan import model

    group = model.Group.get(reference)
    if group is None or not group.is_organization or group.state != "active":
        raise click.ClickException(
            f"担当課「{reference}」がありません。組織の名前（英字）を確かめてください。"
        )
    return group.id


def _tell(report: Any, dry_run: bool) -> None:
    """Print the remarks and the summary in Japanese."""
    from ckanext.moka.harvest.service import OUTCOME_NAMES

    marks = {"error": "×", "notice": "！", "info": "・"}
    for entry in report.log:
        label = f"［{OUTCOME_NAMES[entry['code']]}］" if dry_run and entry["code"] in OUTCOME_NAMES else ""
        click.echo(f"{marks.get(entry['level'], '・')} {entry['guid']}：{label}{entry['message']}")
    if report.message:
        click.echo(report.message)
    counts = "　".join(
        f"{label} {report.counts[name]}" for name, label in OUTCOME_NAMES.items() if report.counts.get(name)
    )
    head = "お試し（何も書いていません）" if dry_run else f"結果：{_STATUS.get(report.status, report.status)}"
    click.echo(f"{head}　{counts or '変わったデータはありません'}")


@harvest.command("list")
@_config_option
def list_command(ini: str | None) -> None:
    """登録した収集元と、前回の結果。"""
    with _site(ini):
        offset, count = 0, 1
        while offset < count:
            found = _action("moka_harvest_source_list", limit=100, offset=offset)
            count = found["count"]
            offset += 100
            for source in found["results"]:
                last = source["last_run"]
                state = (
                    f"{_STATUS[last['status']]}（{last['created'][:16]}）" if last else "まだ収集していません"
                )
                click.echo(f"{source['name']}\t{source['title']}\t{source['organization_title']}\t{state}")
        if not count:
            click.echo(
                "収集元はありません。moka harvest run --folder フォルダー --organization 担当課 で始められます。"
            )


@harvest.command("show")
@click.argument("source")
@_config_option
def show_command(source: str, ini: str | None) -> None:
    """SOURCE の場所と、最近の実行、最後の実行の記録。"""
    from ckan.plugins import toolkit as tk

    with _site(ini):
        try:
            shown = _action("moka_harvest_source_show", id=source)
        except tk.ObjectNotFound as error:
            raise click.ClickException(str(error)) from error
        click.echo(
            f"{shown['title']}（{shown['name']}）\n場所：{shown['url']}\n担当課：{shown['organization_title']}"
        )
        for row in _action("moka_harvest_run_list", id=source, limit=10)["results"]:
            click.echo(f"{row['created'][:16]}　{_STATUS[row['status']]}　{row['counts']}　{row['message']}")
        if shown["last_run"]:
            for entry in _action("moka_harvest_run_show", id=shown["last_run"]["id"])["log"]:
                click.echo(f"  {entry['guid']}：{entry['message']}")


def _action(name: str, **data: Any) -> Any:
    from ckan.plugins import toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(name)({"ignore_auth": True, "user": user}, data)
