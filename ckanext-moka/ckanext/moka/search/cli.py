"""``ckan moka-search``: what the index has yet to learn; ``ckan search-index rebuild`` and ``check`` of our own.

CKAN's other commands (show, clear, …) work as they are; ``rebuild-fast`` is refused.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
from ckan import logic, model
from ckan.cli.search_index import search_index

from ckanext.moka.search import config
from ckanext.moka.search.answers import explain
from ckanext.moka.search.index import consistency, stale
from ckanext.moka.search.index import rebuild as engine
from ckanext.moka.search.japanese import analysis, synonyms
from ckanext.moka.search.traces import phrases

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


@moka_search.command("phrases")
@click.option(
    "--kind", type=click.Choice(["latest", "failed", "top"]), default="top", show_default=True, help="並べ方"
)
@click.option("--days", default=30, show_default=True, help="何日前から")
@click.option("--limit", default=50, show_default=True, help="いくつまで")
@click.option("--drain", "now", is_flag=True, help="待っている検索を先に数える")
def searched_phrases(kind: str, days: int, limit: int, now: bool) -> None:
    """検索された語と回数（検索・0 件・一部の語だけ）を表示します。だれの検索かは記録していません。"""
    if now:
        click.echo(f"{phrases.drain()} 回の検索を数えました。")
    data = {"kind": kind, "days": days, "limit": limit}
    found = logic.get_action("moka_search_phrase_list")({"ignore_auth": True}, data)
    for item in found["results"]:
        counts = "\t".join(
            str(item[name]) for name in ("searches", "zero_results", "low_results", "last_results")
        )
        click.echo(f"{item['last_day']}\t{counts}\t{item['phrase']}")
    if not found["results"]:
        click.echo(f"{found['since']} から、数えた検索はありません。")
    if found["masked"]:
        click.echo(f"個人の情報らしいため伏せた検索: {found['masked']} 回")


@moka_search.group("synonyms")
def synonym_words() -> None:
    """同義語ファイルを調べる・読み直す・引く。"""


@synonym_words.command("check")
@click.argument("path", required=False, type=click.Path(path_type=Path))
def check_synonyms(path: Path | None) -> None:
    """同義語ファイルに誤りがないか調べます（省くと、付属のものと設定したもの）。"""
    problems = []
    for file in [path] if path else synonyms.paths():
        try:
            found = synonyms.check(file)
        except synonyms.BrokenFile as error:
            problems += error.problems
        else:
            click.echo(f"{file}: {len(found.groups)} 組、片方向 {len(found.one_way)} 語。誤りはありません。")
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(1)


@synonym_words.command("reload")
def reload_synonyms() -> None:
    """同義語ファイルを読み直します。動いているウェブと処理係は、1分以内に自分で気づきます。"""
    problems = synonyms.reload()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo("誤りのあるファイルは、直すまで前の内容が使われます。", err=True)
        sys.exit(1)
    click.echo(f"{len(synonyms.groups())} 組を読みました。動いている処理には1分以内に反映されます。")


@synonym_words.command("show")
@click.argument("word")
def show_synonyms(word: str) -> None:
    """WORD で探すとき、ほかにどの語も探すかを表示します。"""
    entry = synonyms.lookup(synonyms.key(word)) or synonyms.lookup_sound(analysis.folded(word))
    if synonyms.key(word) in synonyms.dropped():
        click.echo("たずねる言葉です。ほかの語と一緒なら探しません。")
    if synonyms.key(word) in synonyms.optional():
        click.echo("ほかの語と一緒なら、見つからなくてもよい語です。")
    if entry is None:
        click.echo(f"「{word}」の同義語はありません。")
        return
    click.echo(f"同じ意味: {'、'.join(entry.close) or '（なし）'}")
    click.echo(f"関連する語: {'、'.join(entry.wide) or '（なし）'}")


@moka_search.command("explain")
@click.argument("typed")
def explain_order(typed: str) -> None:
    """TYPED（例「避難 真岡」）の上位10件が、なぜその順かを表示します。"""
    for line in explain.lines(typed):
        click.echo(line)


@click.command("rebuild-fast", short_help="使えません（rebuild を使ってください）")
def refuse_rebuild_fast() -> None:
    """CKAN forks its open database connections here and loses datasets while it reports success."""
    raise click.ClickException(
        "rebuild-fast は接続を複製するため、データセットが索引から失われます。"
        "代わりに「ckan search-index rebuild」を使ってください。"
    )


@click.command("rebuild", short_help="検索の索引を作り直す / Rebuild search index")
@click.option("-v", "--verbose", is_flag=True, help="--quiet を打ち消す / Overrides --quiet")
@click.option("-i", "-f", "--force", is_flag=True, help="失敗しても次へ進む / Ignore exceptions")
@click.option("-o", "--only-missing", is_flag=True, help="索引にないものだけ / Index missing datasets only")
@click.option("-q", "--quiet", is_flag=True, help="進み具合を表示しない / No progress")
@click.option("-r", "--refresh", is_flag=True, help="索引を空にせず作り直す（いつもそうします） / Always so")
@click.option(
    "-e", "--commit-each", is_flag=True, help="まとまりごとに確定する（いつもそうします） / Always so"
)
@click.option("--keep-orphans", is_flag=True, help="なくなったものを索引に残す / Keep vanished datasets")
@click.argument("package_id", required=False)
@click.pass_context
def rebuild(
    ctx: click.Context,
    verbose: bool,
    force: bool,
    only_missing: bool,
    quiet: bool,
    refresh: bool,
    commit_each: bool,
    keep_orphans: bool,
    package_id: str | None,
) -> None:
    """検索の索引を作り直します。そのあいだも検索は前の内容で答え、途中で止めてもやり直せます。"""
    if config.uses_solr():
        ctx.invoke(
            _core_rebuild,
            verbose=verbose,
            force=force,
            only_missing=only_missing,
            quiet=quiet,
            commit_each=commit_each,
            keep_orphans=keep_orphans,
            package_id=package_id,
        )
        return
    started, progress = time.monotonic(), _Progress(shown=verbose or not quiet)
    ids = None if package_id is None else [_existing(package_id)]
    outcome = engine.rebuild(ids, only_missing=only_missing, force=force, progress=progress.show)
    removed = 0 if keep_orphans else engine.remove_vanished()
    progress.end()
    for failed_id, reason in outcome.failed.items():
        click.echo(f"索引に入れられませんでした: {failed_id}（{reason}）", err=True)
    if not quiet or verbose:
        seconds = max(time.monotonic() - started, 0.001)
        rate = f"毎秒 {outcome.indexed / seconds:.0f} 件"
        click.echo(f"{outcome.indexed:,} 件を索引に入れました（{seconds:.1f} 秒、{rate}）。")
        if removed:
            click.echo(f"なくなったデータセット {removed:,} 件を索引から除きました。")


def _existing(reference: str) -> str:
    found = model.Package.get(reference)
    if found is None:
        raise click.ClickException(
            f"データセット {reference} がありません / Couldn't find package {reference}"
        )
    return str(found.id)


class _Progress:
    """One line that is written over on a terminal; elsewhere a line every five seconds."""

    def __init__(self, shown: bool) -> None:
        self._shown, self._live = shown, sys.stdout.isatty()
        self._started = self._last = time.monotonic()

    def show(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._shown or (now - self._last < (0.2 if self._live else 5.0) and done < total):
            return
        self._last = now
        rate = done / max(now - self._started, 0.001)
        text = f"索引 {done:,}/{total:,} 件（毎秒 {rate:.0f} 件、残り {(total - done) / rate:.0f} 秒）"
        click.echo(f"\r{text}\x1b[K" if self._live else text, nl=not self._live)

    def end(self) -> None:
        if self._shown and self._live:
            click.echo()


@click.command("check", short_help="検索の索引を確かめる / Check search index")
def check() -> None:
    """索引とデータセットを比べます。違いがあれば「ckan search-index rebuild」で直ります。"""
    _core_check.callback()
    if config.uses_solr():
        return
    found = consistency.compare()
    for what, ids in (
        ("索引にない / missing", found.missing),
        ("データセットより古い / out of date", found.outdated),
        ("データセットがない / without a dataset", found.vanished),
    ):
        click.echo(f"{what}: {len(ids)}")
        for package_id in ids[:20]:
            click.echo(f"  {package_id}")
    click.echo(f"反映待ち / waiting: {found.waiting}")
    click.echo(
        "索引はデータと同じです。 / The index equals the data." if found.equal else "索引とデータが違います。"
    )


_core_rebuild = search_index.commands["rebuild"]
_core_check = search_index.commands["check"]


def replace() -> None:
    """Put our commands in the place of CKAN's in ``ckan search-index``."""
    for command in (rebuild, check, refuse_rebuild_fast):
        search_index.add_command(command)
