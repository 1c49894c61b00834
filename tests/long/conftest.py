"""Long tests start whole portals in folders of their own and treat them badly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import requests

from ckanext.moka.stack import instance, lifecycle, paths, processes, testing

PATIENCE = 120


class Portal:
    """One copy of the platform, run as a person runs it."""

    def __init__(self, home: Path) -> None:
        self.home, self.layout = home, paths.Layout(home)
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> str:
        """Run ``moka run`` and wait until it says where the portal is; return that address."""
        self.starts += 1
        self.log = self.home / f"run-{self.starts}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "ckanext.moka.stack.main",
                    "run",
                    "--no-demo",
                    "--home",
                    str(self.home),
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                env=testing.clean_environment(),
            )
        self.wait(lambda: "http://" in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()
        return self.url

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        return instance.address(self.layout)

    def identity(self, name: str) -> processes.Identity | None:
        kept = processes.recorded(self.layout.records / f"{name}.json")
        return kept[0] if kept and processes.is_running(kept[0]) else None

    def wait(self, condition) -> None:
        """Wait until the condition holds; it is a failure when it never does."""
        limit = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < limit, self.said()
            time.sleep(0.1)

    def answers(self) -> bool:
        port = int(self.url.rstrip("/").rpartition(":")[2])
        return lifecycle.answer(port, "/dataset/", 10) == 200

    def kill(self, name: str) -> processes.Identity:
        found = self.identity(name)
        assert found is not None, f"{name} does not run"
        os.kill(found.pid, signal.SIGKILL)
        return found

    def sql(self, statement: str, *values: str) -> list[tuple]:
        url = next(
            line.partition(" = ")[2]
            for line in self.layout.ini.read_text(encoding="utf-8").splitlines()
            if line.startswith("sqlalchemy.url")
        )
        connection = psycopg2.connect(url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def stop(self) -> int:
        """Stop as Ctrl-C does (to the whole process group); return the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)

    def everything(self) -> list[str]:
        """Return the command lines of all processes that name this copy's folders."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
                except OSError:
                    continue
                if (str(self.home) in words or self.layout.key in words) and int(entry.name) != os.getpid():
                    found.append(words)
        return found


@pytest.fixture
def make_portal(tmp_path) -> Iterator:
    made = []

    def _make(name: str) -> Portal:
        home = tmp_path / name
        home.mkdir()
        made.append(Portal(home))
        return made[-1]

    yield _make
    for portal in made:
        instance.stop(portal.layout)
        if portal.layout.var.exists():
            instance.wipe(portal.layout)


@pytest.fixture
def portal(make_portal) -> Portal:
    return make_portal("真岡 市")


@pytest.fixture
def get():
    return lambda url: requests.get(url, timeout=30)
