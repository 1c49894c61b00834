"""The commands that run the platform on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from ckanext.moka.stack import instance, lifecycle, paths, preflight, settings
from ckanext.moka.stack.progress import say
from ckanext.moka.stack.supervisor import StopRequested, Supervisor

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="データを置くフォルダー（省略時はこのプロジェクト）",
)
NAMES = {
    "supervisor": "監督",
    "postgres": "PostgreSQL",
    "redis": "Redis",
    "web": "ウェブ",
    "worker": "作業係",
    "demo": "見本データ",
    "prepare": "準備",
}


def layout_of(home: Path | None) -> paths.Layout:
    """Return the layout of the given folder, else of this checkout."""
    return paths.Layout((home or paths.default_home()).resolve())


@click.command()
@click.option("--port", type=int, help="ウェブのポート（一度決めると var/ に残ります）")
@click.option("--demo/--no-demo", default=True, help="見本データを入れる（はじめの 1 回だけ）")
@home_option
def run(port: int | None, demo: bool, home: Path | None) -> None:
    """ポータルを動かす（止めるには Ctrl-C または moka stop）。"""
    layout = layout_of(home)
    try:
        sys.exit(serve(layout, lifecycle.Options(port=port, demo=demo)))
    except preflight.Problem as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"✗ 動かせません：{error} / cannot run.", err=True)
        sys.exit(1)


def serve(layout: paths.Layout, options: lifecycle.Options) -> int:
    """Start, watch and stop the platform; return the exit code. Raises ``Problem`` when it cannot start."""
    layout.home.mkdir(parents=True, exist_ok=True)
    preflight.path_characters(layout.home)
    preflight.writable(layout.home)
    preflight.disk_space(layout.home, preflight.MIN_FREE_BYTES_RUNNING)
    with instance.alone(layout):
        kept = settings.load(layout.settings)
        instance.check_moved(layout, kept)
        if leftovers := instance.end_leftovers(layout):
            options.patience = 10.0
            say(f"▲ 前回の残りを止めました：{'、'.join(NAMES.get(name, name) for name in leftovers)}")
        with Supervisor(layout.records) as supervisor:
            try:
                start = lifecycle.Start(layout, supervisor, options)
                start.settings.home = str(layout.home)
                address = start.run()
                say("")
                say(f"真岡市オープンデータポータルが開きました → {address}")
                say("（止めるには Ctrl-C、または別の画面で .venv/bin/moka stop）")
                supervisor.watch()
            except StopRequested:
                say("● 止めています。")
        instance.tidy(layout)
        say("✓ すべて止めました。")
    return 0


@click.command()
@home_option
def stop(home: Path | None) -> None:
    """動いているポータルを止める。"""
    try:
        ran = instance.stop(layout_of(home))
    except preflight.Problem as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)
    click.echo("✓ 止めました。" if ran else "動いていません。")


@click.command()
@home_option
def status(home: Path | None) -> None:
    """何が動いているかを示す（動いていなければ終了コード 3）。"""
    layout = layout_of(home)
    found = instance.running(layout)
    if "supervisor" not in found:
        click.echo("動いていません。始めるには make run")
        sys.exit(3)
    for name, identity in found.items():
        minutes = instance.age(layout, name) / 60
        click.echo(f"{NAMES.get(name, name):<12} 動いています（プロセス {identity.pid}、{minutes:.0f} 分）")
    port = settings.load(layout.settings).port
    answer = lifecycle.answer(port, "/api/3/action/status_show") if port else None
    click.echo(f"{instance.address(layout)}  {'応答しています' if answer == 200 else 'まだ応答しません'}")


@click.command()
@click.option("--yes", is_flag=True, help="確かめずに消す")
@home_option
def reset(yes: bool, home: Path | None) -> None:
    """このフォルダーのデータをすべて消す（元に戻せません）。"""
    layout = layout_of(home)
    if not layout.var.exists():
        click.echo("消すデータはありません。")
        return
    if not yes:
        click.confirm(
            f"{layout.var} のデータベース、ファイル、設定をすべて消しますか？ 元に戻せません", abort=True
        )
    try:
        instance.stop(layout)
        instance.wipe(layout)
    except (preflight.Problem, OSError) as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)
    click.echo("✓ 消しました。make run で新しく始められます。")


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def ckan(arguments: tuple[str, ...]) -> None:
    """CKAN の命令を、このポータルの設定で実行する。"""
    ini = layout_of(None).ini
    if not ini.exists():
        click.echo(
            "✗ まだ設定がありません。先に make run を実行してください。 / Run `make run` first.", err=True
        )
        sys.exit(1)
    os.execv(
        sys.executable, [sys.executable, "-m", "ckanext.moka.stack.ckan_entry", "-c", str(ini), *arguments]
    )
