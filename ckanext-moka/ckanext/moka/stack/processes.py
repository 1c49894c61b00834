"""Processes: which one is it really, start one of our own, end exactly that one."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ckanext.moka.stack import settings

PR_SET_PDEATHSIG = 1
# UTF-8 whatever the locale; no module or package metadata from the folder that happens to be the current one
PYTHON_ENVIRONMENT = {"PYTHONUTF8": "1", "PYTHONSAFEPATH": "1"}
Sleep = Callable[[float], None]


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken: its number, its start time and the machine's boot."""

    pid: int
    started: str
    boot: str


@dataclass(frozen=True)
class Spec:
    """How a process of ours is started and ended."""

    name: str
    label: str
    argv: Sequence[str]
    cwd: Path
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    uid: int | None = None
    stop_signal: int = signal.SIGTERM
    patience: float = 8.0
    pass_fds: tuple[int, ...] = ()


def shown(log: Path) -> str:
    """Return a log's path as people find it: from the copy's folder on."""
    return "/".join(log.parts[-3:])


def boot_id() -> str:
    """Return what tells this boot (or container) from another; empty where the system has no such thing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def identify(pid: int) -> Identity | None:
    """Return the identity of a running process, None when there is none (or it has ended and is unreaped)."""
    words = _stat(pid)
    if words is None:
        return None if Path("/proc/self/stat").exists() else _identify_by_ps(pid)
    return None if words[STATE] in ("Z", "X") else Identity(pid, words[STARTED], boot_id())


STATE, GROUP, STARTED = 0, 2, 19  # places in /proc/PID/stat behind the program's name


def _stat(pid: int) -> list[str] | None:
    """Return the words of ``/proc/PID/stat`` behind the program's name; None when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None


def _identify_by_ps(pid: int) -> Identity | None:
    """Ask ``ps`` where there is no ``/proc`` (macOS, BSD)."""
    answer = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    words = answer.stdout.split()
    if answer.returncode or not words or words[0].startswith("Z"):
        return None
    return Identity(pid, " ".join(words[1:]), "")


def is_running(identity: Identity) -> bool:
    """Say whether exactly this process still runs; another one with the same number does not count."""
    return identify(identity.pid) == identity


def record(path: Path, identity: Identity, **more: str | int | None) -> None:
    """Keep an identity in a file, with whatever helps to end the process later."""
    settings.write_private(path, json.dumps({**asdict(identity), **more}, ensure_ascii=False))


def recorded(path: Path) -> tuple[Identity, dict[str, str | int | None]] | None:
    """Return a kept identity and what was kept beside it; None when there is no readable record."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Identity(int(kept["pid"]), str(kept["started"]), str(kept["boot"])), kept
    except (OSError, ValueError, KeyError, TypeError):
        return None


def spawn(spec: Spec) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own; its output goes to its log; it ends when this process ends."""
    parent = os.getpid()

    def in_child() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        end_with_parent(spec.stop_signal, parent)

    rotate(spec.log)
    with spec.log.open("ab") as log:
        return subprocess.Popen(
            list(spec.argv),
            cwd=spec.cwd,
            env={**spec.env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=spec.pass_fds,
            preexec_fn=in_child,
            user=spec.uid,
            group=spec.uid,
            extra_groups=None if spec.uid is None else [],
        )


def end_with_parent(number: int, parent: int) -> None:
    """Have the kernel send ``number`` to this process when its parent dies (Linux; elsewhere nothing)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def rotate(log: Path, limit: int = 10_000_000) -> None:
    """Put a log aside that has grown beyond ``limit`` bytes; one older part is kept."""
    if log.exists() and log.stat().st_size > limit:
        os.replace(log, log.with_name(log.name + ".1"))


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Say whether a child of ours has ended, without taking its number out of use."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def reap(process: subprocess.Popen[bytes]) -> int:
    """End what is left of an ended child's group, then take its exit code."""
    if process.returncode is None:
        signal_group(process.pid, signal.SIGKILL)
    return process.wait()


def signal_group(leader: int, number: int) -> None:
    """Send a signal to a process group; one that is gone already is fine."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return


def stop_recorded(path: Path, sleep: Sleep = time.sleep) -> bool:
    """End the process kept in ``path`` if it is still that very process, forget the record; say whether it ran."""
    found = recorded(path)
    if found is None:
        path.unlink(missing_ok=True)
        return False
    identity, kept = found
    ran = is_running(identity)
    if ran:
        _send(identity, int(kept.get("stop_signal") or signal.SIGTERM))
        if not wait_gone(identity, float(kept.get("patience") or 8), sleep):
            signal_group(identity.pid, signal.SIGKILL)
            _send(identity, signal.SIGKILL)
            wait_gone(identity, 5, sleep)
    orphans = group_members(identity)
    for orphan in orphans:
        _send(orphan, signal.SIGKILL)
    for orphan in orphans:
        wait_gone(orphan, 5, sleep)
    path.unlink(missing_ok=True)
    return ran or bool(orphans)


def group_members(leader: Identity) -> list[Identity]:
    """Return what still runs of an ended process's group (the web server's workers, say).

    A number is not given to a new process while a group of that number exists. So when no process, or only the
    unreaped leader itself, has the leader's number, and the machine was not restarted since, a group of that
    number can only be the leader's.
    """
    holder = _stat(leader.pid)
    if leader.boot != boot_id() or (holder is not None and holder[STARTED] != leader.started):
        return []
    numbers = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    group = [pid for pid in numbers if (words := _stat(pid)) and int(words[GROUP]) == leader.pid]
    return [member for pid in group if (member := identify(pid)) and member != leader]


def _send(identity: Identity, number: int) -> None:
    if is_running(identity):
        try:
            os.kill(identity.pid, number)
        except ProcessLookupError:
            return


def wait_gone(identity: Identity, seconds: float, sleep: Sleep = time.sleep) -> bool:
    """Wait until a process has ended; return False when it still runs after ``seconds``."""
    limit = time.monotonic() + seconds
    while is_running(identity):
        if time.monotonic() > limit:
            return False
        sleep(0.05)
    return True
