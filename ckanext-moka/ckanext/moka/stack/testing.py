"""A throw-away portal for tests: own folder, own PostgreSQL and Redis, own configuration; wiped at the end.

``moka test-stack`` starts one, prints one line of JSON (``ini``, ``url``, ``home``) once it is ready, and
stays until it is told to stop (SIGTERM, Ctrl-C) or until the process that started it ends.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from ckanext.moka.stack import instance, lifecycle, paths, preflight, processes
from ckanext.moka.stack.supervisor import StopRequested, Supervisor

READY = "ready "


@dataclass(frozen=True)
class Site:
    """A running throw-away site: its configuration, where its portal answers, its folder."""

    ini: Path
    url: str
    home: Path


def clean_environment() -> dict[str, str]:
    """Return this process's environment without any ``CKAN_`` variable: tests never touch outside services."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CKAN_")}
    return {**kept, **processes.PYTHON_ENVIRONMENT}


@contextmanager
def site(*options: str, log: Path | None = None) -> Iterator[Site]:
    """Run a throw-away portal in a process of its own while the block runs; options as of ``moka test-stack``.

    Raises ``RuntimeError`` with the portal's last words when it does not come up.
    """
    command = [sys.executable, "-m", "ckanext.moka.stack.main", "test-stack", *options]
    with (log or Path(os.devnull)).open("ab") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=clean_environment(),
            text=True,
            encoding="utf-8",
        )
        try:
            yield _wait_ready(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def _wait_ready(process: subprocess.Popen[str]) -> Site:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        if line.startswith(READY):
            told = json.loads(line.removeprefix(READY))
            return Site(Path(told["ini"]), told["url"], Path(told["home"]))
        said.append(line.rstrip())
    raise RuntimeError("the throw-away portal did not start:\n" + "\n".join(said[-20:]))


@click.command("test-stack", hidden=True)
@click.option("--web", is_flag=True, help="ウェブも動かす")
@click.option("--worker", is_flag=True, help="作業係も動かす")
@click.option("--demo", is_flag=True, help="見本データを入れる")
@click.option("--option", "extra", multiple=True, metavar="KEY=VALUE", help="ini の項目を上書きする")
def test_stack(web: bool, worker: bool, demo: bool, extra: tuple[str, ...]) -> None:
    """試験用の使い捨てのポータルを動かす。"""
    processes.end_with_parent(signal.SIGTERM, os.getppid())
    home = Path(tempfile.mkdtemp(prefix="moka-test-"))
    layout = paths.Layout(home.resolve())
    options = lifecycle.Options(
        web=web,
        worker=worker,
        demo=demo,
        ini_extra=dict(item.split("=", 1) for item in extra),
        environment=clean_environment(),
    )
    code = 1
    try:
        code = _serve(layout, options)
    except preflight.Problem as problem:
        click.echo(str(problem))
    finally:
        instance.wipe(layout)
        home.rmdir()
    sys.exit(code)


def _serve(layout: paths.Layout, options: lifecycle.Options) -> int:
    with instance.alone(layout), Supervisor(layout.records) as supervisor:
        try:
            start = lifecycle.Start(layout, supervisor, options)
            url = start.run()
            print(
                READY + json.dumps({"ini": str(layout.ini), "url": url, "home": str(layout.home)}), flush=True
            )
            supervisor.watch()
        except StopRequested:
            return 0
        finally:
            if os.environ.get("MOKA_TEST_KEEP_LOGS"):
                for log in sorted(layout.logs.glob("*.log")):
                    print(f"--- {log.name}\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")
    return 0
