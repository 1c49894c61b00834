"""``ckan moka-search``: what the index has yet to learn; and no ``search-index rebuild-fast``."""

from __future__ import annotations

import click
from ckan.cli.search_index import search_index

from ckanext.moka.search import config, stale

__all__ = ["moka_search"]


@click.group("moka-search", short_help="日本語検索の索引 / the Japanese search index")
def moka_search() -> None:
    """日本語検索の索引を見る・追いつかせる。"""


@moka_search.command("drain")
@click.option("--limit", default=1000, show_default=True, help="一度に処理する件数の上限")
def drain(limit: int) -> None:
    """組織名・タグなどの変更をまだ反映していないデータセットを索引に反映します。"""
    click.echo(f"{stale.drain(limit)} 件を反映しました。")


@moka_search.command("status")
def status() -> None:
    """反映待ちのデータセットと、使っている検索エンジンを表示します。"""
    waiting = stale.pending(limit=1001)
    count = "1000 件以上" if len(waiting) > 1000 else f"{len(waiting)} 件"
    click.echo(f"エンジン: {'solr' if config.uses_solr() else 'postgres'}")
    click.echo(f"反映待ち: {count}")
    for package_id in waiting[:20]:
        click.echo(f"  {package_id}")


@click.command("rebuild-fast", short_help="使えません（rebuild を使ってください）")
def refuse_rebuild_fast() -> None:
    """CKAN forks its open database connections here and loses datasets while it reports success."""
    raise click.ClickException(
        "rebuild-fast は接続を複製するため、データセットが索引から失われます。"
        "代わりに「ckan search-index rebuild」を使ってください。"
    )


def refuse() -> None:
    """Replace CKAN's ``search-index rebuild-fast`` by the refusal."""
    search_index.add_command(refuse_rebuild_fast)
