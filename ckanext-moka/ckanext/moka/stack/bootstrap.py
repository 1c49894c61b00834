"""Make or refresh ``.venv`` and hand over to ``moka``: ``bootstrap run [ARGS]`` or ``bootstrap venv EXTRAS``.

Standard library only; started by ``config/bootstrap.sh`` from the project's root with any Python 3.11+.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ckanext.moka.stack import preflight

VENV = ".venv"
STAMP = "moka-stamp.json"
MAKING = "moka-making"
EXTRAS = {"run": ("portal",), "venv": ("portal", "dev")}


def fingerprint(home: Path) -> str:
    """Return a hash over everything that decides what belongs into the virtual environment."""
    digest = hashlib.sha256()
    names = ["setup.py", "pyproject.toml", "config/constraints.txt"]
    names += [f"config/requirements/{name}.txt" for name in ("base", "portal", "dev")]
    for name in names:
        digest.update(name.encode() + b"\0" + (home / name).read_bytes() + b"\0")
    for plugin in sorted((home / "ckanext-moka/ckanext/moka").glob("*/plugin.py")):
        digest.update(plugin.parent.name.encode() + b"\0")
    return digest.hexdigest()


def state(home: Path, extras: tuple[str, ...]) -> str:
    """Say how ``.venv`` stands: ``ready``, ``stale`` (install again), ``broken`` (make anew) or ``missing``."""
    venv = home / VENV
    if not venv.exists():
        return "missing"
    if (venv / MAKING).exists() or not _runs(venv):
        return "broken"
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "stale"
    if stamp.get("path") != str(venv.resolve()):
        return "broken"
    same = stamp.get("fingerprint") == fingerprint(home) and set(extras) <= set(stamp.get("extras", ()))
    return "ready" if same else "stale"


def _runs(venv: Path) -> bool:
    """Say whether the environment's Python starts and has pip (the system's Python may have gone)."""
    try:
        probe = subprocess.run(
            [venv / "bin" / "python", "-c", "import pip"], capture_output=True, timeout=60, check=False
        )
    except OSError:
        return False
    return probe.returncode == 0


def ensure(home: Path, extras: tuple[str, ...], port: int | None = None) -> None:
    """Bring ``.venv`` to a state in which ``extras`` are installed; raise ``Problem`` when that cannot be.

    A complete environment is left alone (and no network is used). One that was cut off in the making is
    made anew: a marker file stands in it from the first moment to the last.
    """
    now = state(home, extras)
    if now == "ready":
        return
    preflight.own_processes_supported()
    for check in preflight.before_install(home, port):
        check()
    venv = home / VENV
    if now in ("broken", "missing"):
        print("● Python の環境を作ります（.venv）。", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
        venv.mkdir()
        (venv / MAKING).touch()
        _call([sys.executable, "-m", "venv", VENV], home, "venv")
    (venv / MAKING).touch()
    started = time.monotonic()
    print("● 部品を入れます（はじめの 1 回だけ。数分かかることがあります）。", flush=True)
    _install(home, extras)
    stamp = {"path": str(venv.resolve()), "fingerprint": fingerprint(home), "extras": sorted(extras)}
    (venv / STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    (venv / MAKING).unlink()
    print(f"✓ 部品を入れました（{time.monotonic() - started:.0f} 秒）。", flush=True)


def _install(home: Path, extras: tuple[str, ...]) -> None:
    """Install the project, editable, with its extras; show one line now and then."""
    command = [f"{VENV}/bin/python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "-c", "config/constraints.txt", "-e", f".[{','.join(extras)}]"]
    _call(command, home, "pip")


def _call(command: list[str], home: Path, name: str) -> None:
    """Run a command, its output into ``.venv/<name>.log``; raise ``Problem`` with the log's last line on failure."""
    log = home / VENV / f"moka-{name}.log"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    count, shown = 0, time.monotonic()
    with log.open("w", encoding="utf-8", errors="replace") as out:
        process = subprocess.Popen(
            command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            out.write(line)
            count += line.startswith("Collecting ")
            if line.startswith("Installing collected") and count:
                print(f"  … {count} 個の部品を並べています。", flush=True)
            elif line.startswith("Collecting ") and time.monotonic() - shown > 10:
                print(f"  … {count} 個目の部品を受け取っています。", flush=True)
                shown = time.monotonic()
        code = process.wait()
    if code:
        lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
        reason = next(
            (line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else ""
        )
        raise preflight.Problem(
            f"部品を入れられませんでした（{reason}）。ネットワークを確かめて、もう一度実行してください。詳しくは {VENV}/{log.name}",
            f"installing failed; see {VENV}/{log.name}.",
        )


def main(arguments: list[str] | None = None) -> int:
    """Prepare the environment; for ``run`` become ``moka run`` with the remaining arguments."""
    parser = argparse.ArgumentParser(prog="bootstrap", add_help=False)
    parser.add_argument("command", choices=tuple(EXTRAS))
    parser.add_argument("--port", type=int)
    known, rest = parser.parse_known_args(arguments)
    home = Path.cwd()
    os.environ.pop("PYTHONPATH", None)
    try:
        ensure(home, EXTRAS[known.command], known.port)
    except preflight.Problem as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    if known.command == "venv":
        return 0
    port = [] if known.port is None else ["--port", str(known.port)]
    python = f"{VENV}/bin/python"
    sys.stdout.flush()
    os.execv(python, [python, "-P", "-m", "ckanext.moka.stack.main", "run", *port, *rest])


if __name__ == "__main__":
    sys.exit(main())
