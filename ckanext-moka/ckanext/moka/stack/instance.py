"""One running copy: only one at a time in a folder, who it is, how it is ended and wiped."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ckanext.moka.stack import paths, preflight, processes, settings

SUPERVISOR = "supervisor.json"


def lock_path(layout: paths.Layout) -> Path:
    """Return the file whose lock is held by the running supervisor."""
    return layout.var / "lock"


@contextmanager
def alone(layout: paths.Layout) -> Iterator[None]:
    """Hold the copy's lock; raise ``Problem`` saying where it already runs when another supervisor holds it."""
    layout.var.mkdir(mode=0o700, exist_ok=True)
    layout.records.mkdir(exist_ok=True)
    with lock_path(layout).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise preflight.Problem(
                f"このフォルダーではもう動いています：{address(layout) or '始めているところです'}"
                "（止めるには moka stop）",
                "already running in this folder; stop it with: moka stop.",
            ) from None
        own = processes.identify(os.getpid())
        assert own is not None
        processes.record(layout.records / SUPERVISOR, own, stop_signal=int(signal.SIGTERM), patience=60)
        try:
            yield
        finally:
            (layout.records / SUPERVISOR).unlink(missing_ok=True)


def address(layout: paths.Layout) -> str | None:
    """Return where the portal of this copy is (or will be) found; None before a port was chosen."""
    port = settings.load(layout.settings).port
    return f"http://127.0.0.1:{port}/" if port else None


def running(layout: paths.Layout) -> dict[str, processes.Identity]:
    """Return the processes of this copy that run now, by name."""
    found = {}
    for path in sorted(layout.records.glob("*.json")):
        kept = processes.recorded(path)
        if kept and processes.is_running(kept[0]):
            found[path.stem] = kept[0]
    return found


def end_leftovers(layout: paths.Layout) -> list[str]:
    """End what a killed supervisor left behind (Redis and PostgreSQL last); return the names of what still ran."""
    names = sorted(path.stem for path in layout.records.glob("*.json"))
    order = [name for name in names if name not in ("redis", "postgres", "supervisor")]
    order += [name for name in ("redis", "postgres") if name in names]
    return [name for name in order if processes.stop_recorded(layout.records / f"{name}.json")]


def stop(layout: paths.Layout, patience: float = 60) -> bool:
    """End the running copy: its supervisor ends the services; return whether anything ran."""
    found = processes.recorded(layout.records / SUPERVISOR)
    if found and processes.is_running(found[0]):
        os.kill(found[0].pid, signal.SIGTERM)
        if not processes.wait_gone(found[0], patience):
            raise preflight.Problem(
                f"止まりません（プロセス {found[0].pid}）。var/log を見てください。",
                "it does not stop; see var/log.",
            )
        return True
    return bool(end_leftovers(layout))


def check_moved(layout: paths.Layout, kept: settings.Settings) -> None:
    """Follow a folder that was renamed; refuse one that was copied while its original still stands.

    Only root's copies keep data outside their folder, so only there anything has to be moved.
    """
    here = str(layout.home.resolve())
    if not kept.home or kept.home == here or os.geteuid() != 0:
        return
    before = paths.Layout(Path(kept.home))
    if not before.root_state.exists() or layout.root_state.exists():
        return
    if before.settings.exists() and settings.load(before.settings).site_id == kept.site_id:
        raise preflight.Problem(
            f"この var は {kept.home} からの写しです。var を消すと新しいポータルとして始められます。",
            "this var folder is a copy of another one; remove it to start afresh.",
        )
    before.root_state.rename(layout.root_state)


def wipe(layout: paths.Layout) -> None:
    """Delete all data of this copy; nothing of it may run."""
    shutil.rmtree(layout.var, ignore_errors=False)
    if os.geteuid() == 0 and layout.root_state.exists():
        uid = None
        with suppress(OSError):
            uid = os.stat(layout.root_state / "data").st_uid
        shutil.rmtree(layout.root_state)
        _remove_runtime(f"moka-pg-{uid}-{layout.key}")
    _remove_runtime(f"moka-{os.geteuid()}-{layout.key}")


def tidy(layout: paths.Layout) -> None:
    """Remove the socket folders of a copy that has stopped, where they are empty."""
    for parent in paths.runtime_parents():
        for folder in parent.glob(f"moka-*{layout.key}"):
            with suppress(OSError):
                folder.rmdir()


def _remove_runtime(name: str) -> None:
    for parent in paths.runtime_parents():
        shutil.rmtree(parent / name, ignore_errors=True)


def age(layout: paths.Layout, name: str) -> float:
    """Return for how many seconds a recorded process has been running, by the age of its record."""
    return time.time() - (layout.records / f"{name}.json").stat().st_mtime
