"""What is looked at before anything is half-made; each failing check is one line that names the remedy.

Standard library only: it runs before the virtual environment exists.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

MIN_PYTHON = (3, 11)
MIN_FREE_BYTES = 1_500_000_000
MIN_FREE_BYTES_RUNNING = 200_000_000
LIBRARIES = {"libz.so.1": "zlib1g", "libstdc++.so.6": "libstdc++6"}
FORBIDDEN_IN_PATH = {"%": "％（%）", ":": "コロン（:）", "\n": "改行", '"': "引用符", "\\": "円記号（\\）"}


class Problem(Exception):
    """One thing that prevents a start: the sentence in Japanese and in English."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(ja, en)
        self.ja = ja
        self.en = en

    def __str__(self) -> str:
        return f"✗ {self.ja} / {self.en}"


def python_version(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> None:
    """Raise ``Problem`` when the running Python is older than 3.11."""
    if version[:2] < MIN_PYTHON:
        have = ".".join(map(str, version[:3]))
        raise Problem(
            f"Python 3.11 以上が必要です（今は {have}）。新しい Python を入れて PYTHON=python3.11 make run としてください。",
            f"Python 3.11 or newer is needed (this is {have}).",
        )


def venv_module() -> None:
    """Raise ``Problem`` when this Python cannot make virtual environments."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Problem(
            f"この Python には venv がありません。「apt install {name}」などで入れてください。",
            f"this Python has no venv module; install {name}.",
        ) from None


def path_characters(folder: Path) -> None:
    """Raise ``Problem`` for characters that Python's or CKAN's configuration cannot carry (Japanese is fine)."""
    for character, name in FORBIDDEN_IN_PATH.items():
        if character in str(folder):
            raise Problem(
                f"フォルダーの名前に {name} があると動きません。別の名前のフォルダーに移してください：{folder}",
                f"the folder's path must not contain {character!r}; move it.",
            )


def writable(folder: Path) -> None:
    """Raise ``Problem`` when no file can be made in ``folder``."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Problem(
            f"フォルダーに書き込めません（{error.strerror}）。書き込めるフォルダーに置くか、権限を変えてください：{folder}",
            f"cannot write into this folder ({error.strerror}).",
        ) from None


def disk_space(folder: Path, needed: int = MIN_FREE_BYTES) -> None:
    """Raise ``Problem`` when less than ``needed`` bytes are free where ``folder`` is."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Problem(
            f"ディスクの空きが足りません（空き {free / 1e9:.1f} GB、必要 {needed / 1e9:.1f} GB）。不要なファイルを消してください：{folder}",
            f"not enough disk space ({free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB needed).",
        )


def system_libraries(names: Iterable[str] = tuple(LIBRARIES)) -> None:
    """Raise ``Problem`` when a shared library that the services need is missing (Linux only)."""
    if platform.system() != "Linux":
        return
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            package = LIBRARIES.get(name, name)
            raise Problem(
                f"システムのライブラリ {name} がありません。「apt install {package}」などで入れてください。",
                f"the system library {name} is missing; install {package}.",
            ) from None


def port_free(port: int) -> None:
    """Raise ``Problem`` when ``port`` is out of range or something listens on 127.0.0.1:``port``."""
    claim(port).close()


def claim(port: int) -> socket.socket:
    """Return a socket that listens on 127.0.0.1:``port``, so that nobody else can take it; else raise ``Problem``."""
    if not 1 <= port <= 65535:
        raise Problem(
            f"ポート番号 {port} は使えません（1～65535）。", f"{port} is not a port number (1-65535)."
        )
    try:
        return bind(port)
    except OSError as error:
        raise Problem(
            f"ポート {port} は使えません（{error.strerror}）。使っているものを止めるか、"
            f"「make run PORT={port + 1 if port < 65535 else 5077}」のように別の番号を指定してください。",
            f"port {port} cannot be used ({error.strerror}); choose another with PORT=.",
        ) from None


def bind(port: int) -> socket.socket:
    """Return a socket bound to 127.0.0.1:``port`` and listening; raise ``OSError`` when it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def database_url(name: str, value: str) -> None:
    """Raise ``Problem`` when a database URL given from outside holds ``%``, which breaks CKAN's migrations."""
    if "%" in value:
        raise Problem(
            f"{name} に % は使えません（CKAN の移行処理が壊れます）。英数字だけのパスワードにしてください。",
            f"{name} must not contain '%' (it breaks migrations).",
        )


def before_install(home: Path, port: int | None) -> list[Callable[[], None]]:
    """Return the checks for a first start, in the order in which they are made."""
    checks: list[Callable[[], None]] = [
        python_version,
        venv_module,
        lambda: path_characters(home),
        lambda: writable(home),
        lambda: disk_space(home),
        system_libraries,
    ]
    if port is not None:
        checks.append(lambda: port_free(port))
    return checks


def own_processes_supported() -> None:
    """Raise ``Problem`` on systems that the services' wheels do not cover."""
    if os.name != "posix":
        raise Problem(
            "Windows では直接動きません。WSL（Ubuntu など）の中で実行してください。",
            "Windows is not supported directly; use WSL.",
        )
