"""``moka journal verify``: prove from outside that the journal is whole."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.group()
def journal() -> None:
    """公開の記録を確かめる。 / The journal of decisions."""


@journal.command()
@click.option(
    "--config",
    "-c",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=lambda: Path(os.environ.get("CKAN_INI", "var/ckan.ini")),
    show_default="CKAN_INI, var/ckan.ini",
    help="CKAN の設定ファイル / CKAN's configuration file",
)
def verify(config: Path) -> None:
    """すべての記録のつながりを検算する。異常があれば終了コード 1。 / Recompute every chain; exit 1 on problems."""
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    app = make_app(load_config(str(config)))
    with app._wsgi_app.app_context():
        from ckan import model

        from ckanext.moka.journal import service

        problems, seal = service.verify(), service.last_anchor()
        model.Session.remove()
    for problem in problems:
        where = f"データセット {problem.dataset_id} の記録 {problem.seq}" if problem.dataset_id else "封印"
        click.echo(f"{where}: {problem.message}", err=True)
    if problems:
        click.echo(f"異常が {len(problems)} 件見つかりました。バックアップと照合してください。", err=True)
        raise SystemExit(1)
    click.echo("記録に異常はありません。")
    if seal:
        click.echo(
            f"最新の封印: {seal['hash']}（{seal['at']:%Y-%m-%d %H:%M %Z}、{seal['heads']} データセット）"
        )
