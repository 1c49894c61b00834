"""``ckan moka-jobs``: run a worker, drain the queue once, say what it holds."""

from __future__ import annotations

import json

import click

from ckanext.moka.jobs import config, service, worker

__all__ = ["moka_jobs"]

STATES = {
    "todo": "待機中",
    "doing": "実行中",
    "succeeded": "完了",
    "failed": "失敗",
    "cancelled": "取消",
    "aborted": "中断",
}


@click.group("moka-jobs", short_help="処理の待ち行列 / The task queue")
def moka_jobs() -> None:
    """処理の待ち行列を動かす・調べる。 / Run and inspect the task queue."""


def _ready() -> None:
    if not worker.reachable():
        raise click.ClickException(
            "待ち行列の表が見つかりません。ckan db upgrade -p moka_jobs を実行してください。"
        )


@moka_jobs.command("worker")
@click.option(
    "--queue", "-q", "queues", multiple=True, help="受け持つ行列（省略時はすべて） / Queues to serve"
)
@click.option("--concurrency", type=click.IntRange(1, 64), help="同時に行う数 / Jobs at the same time")
@click.pass_context
def run_worker(ctx: click.Context, queues: tuple[str, ...], concurrency: int | None) -> None:
    """停止の合図（SIGTERM・Ctrl-C）まで処理を続ける。 / Work until told to stop."""
    _ready()
    click.echo(f"作業プロセスを開始しました（同時実行 {concurrency or config.concurrency()}）")
    tally = worker.run_worker(ctx.meta["flask_app"], queues=queues, concurrency=concurrency)
    click.echo(f"停止しました（完了 {tally.done} 件・失敗 {tally.failed} 件）")


@moka_jobs.command("run-once")
@click.option(
    "--queue", "-q", "queues", multiple=True, help="受け持つ行列（省略時はすべて） / Queues to serve"
)
@click.pass_context
def run_once(ctx: click.Context, queues: tuple[str, ...]) -> None:
    """いま待っている処理をすべて行って終わる。失敗があれば終了コード 1。 / Drain the queue; exit 1 on failures."""
    _ready()
    tally = worker.run_once(ctx.meta["flask_app"], queues=queues)
    click.echo(f"完了 {tally.done} 件・失敗 {tally.failed} 件")
    if tally.failed:
        raise SystemExit(1)


@moka_jobs.command("status")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力 / Print JSON")
def status(as_json: bool) -> None:
    """行列・作業プロセス・最近の失敗を表示する。 / Show queues, workers and recent failures."""
    _ready()
    report = service.status()
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for row in report["queues"]:
        click.echo(f"{row['queue']}\t{STATES.get(row['state'], row['state'])}\t{row['jobs']} 件")
    if not report["queues"]:
        click.echo("処理はありません。")
    for row in report["workers"]:
        click.echo(f"作業プロセス {row['worker']}（最後の応答 {row['seconds_since_heartbeat']} 秒前）")
    if not report["workers"]:
        click.echo("動いている作業プロセスはありません。ckan moka-jobs worker で開始できます。")
    for row in report["failed"]:
        click.echo(f"失敗 {row['at']} {row['task']} {json.dumps(row['args'], ensure_ascii=False)}")
