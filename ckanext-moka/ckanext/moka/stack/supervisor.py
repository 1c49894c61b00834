"""Keeps a few processes running: starts them, starts again what dies, ends exactly these and nothing else."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from ckanext.moka.stack import processes
from ckanext.moka.stack.preflight import Problem
from ckanext.moka.stack.progress import say

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_PAUSE, LONGEST_PAUSE, CALM = 0.5, 30.0, 60.0


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: leave whatever is being done and stop the services."""


@dataclass
class Child:
    """A service under supervision, with what is needed to restart it sensibly."""

    spec: processes.Spec
    process: subprocess.Popen[bytes]
    prepare: Callable[[], None] | None = None
    started: float = field(default_factory=time.monotonic)
    failures: int = 0
    restart_at: float | None = None

    @property
    def running(self) -> bool:
        """Say whether the process runs now."""
        return self.restart_at is None and not processes.ended(self.process)


def pause_after(failures: int) -> float:
    """Return how many seconds to wait before restart number ``failures`` in a row."""
    return min(FIRST_PAUSE * 2 ** max(failures - 1, 0), LONGEST_PAUSE)


class Supervisor:
    """The parent of all services of one copy. Single-threaded; used as a context manager."""

    def __init__(self, records: Path) -> None:
        self.records = records
        self.children: dict[str, Child] = {}
        self.stopping = False
        self._wanted = 0
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        self._before: dict[int, object] = {}

    def __enter__(self) -> Supervisor:
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            self._before[number] = signal.signal(number, self._note)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_all()
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)  # type: ignore[arg-type]
        os.close(self._reader)
        os.close(self._writer)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number in STOP_SIGNALS:
            self._wanted += 1

    def sleep(self, seconds: float) -> None:
        """Wait, waking early for signals; raise ``StopRequested`` once a stop was asked for."""
        if self._wanted and not self.stopping:
            raise StopRequested
        select.select([self._reader], [], [], seconds)
        try:
            while os.read(self._reader, 512):
                pass
        except BlockingIOError:
            pass
        if self._wanted and not self.stopping:
            raise StopRequested

    def start(self, spec: processes.Spec, prepare: Callable[[], None] | None = None) -> Child:
        """Start a service and keep it running from now on; ``prepare`` runs before every restart."""
        child = Child(spec, processes.spawn(spec), prepare)
        self.children[spec.name] = child
        self._record(child)
        return child

    def run(self, spec: processes.Spec, line: Callable[[str], None] | None = None) -> int:
        """Run a command to its end and return its exit code; new lines of its log go to ``line`` as they come."""
        processes.rotate(spec.log)
        offset = spec.log.stat().st_size if spec.log.exists() else 0
        child = Child(spec, processes.spawn(spec))
        self._record(child)
        try:
            while child.running:
                self.sleep(0.25)
                self.check_services()
                offset = _forward(spec.log, offset, line)
            return processes.reap(child.process)
        finally:
            self._end([child])
            _forward(spec.log, offset, line)

    def check_services(self) -> None:
        """Raise ``Problem`` when a service has died during the set-up."""
        for child in self.children.values():
            if not child.running:
                raise Problem(
                    f"{child.spec.label} が止まりました。詳しくは {processes.shown(child.spec.log)}",
                    f"{child.spec.name} died; see {processes.shown(child.spec.log)}.",
                )

    def watch(self) -> None:
        """Keep the services running until ``StopRequested`` is raised."""
        while True:
            now = time.monotonic()
            for child in self.children.values():
                if child.restart_at is not None:
                    if now >= child.restart_at:
                        self._restart(child)
                elif processes.ended(child.process):
                    self._note_death(child, now)
            self.sleep(self._until_next(now))

    def _until_next(self, now: float) -> float:
        waiting = [c.restart_at - now for c in self.children.values() if c.restart_at is not None]
        return max(0.05, min([*waiting, 2.0]))

    def _note_death(self, child: Child, now: float) -> None:
        code = processes.reap(child.process)
        child.failures = 1 if now - child.started > CALM else child.failures + 1
        pause = pause_after(child.failures)
        child.restart_at = now + pause
        how = f"シグナル {-code}" if code < 0 else f"終了コード {code}"
        say(f"▲ {child.spec.label} が止まりました（{how}）。{pause:.1f} 秒後に始めなおします。")

    def _restart(self, child: Child) -> None:
        try:
            if child.prepare is not None:
                child.prepare()
            child.process = processes.spawn(child.spec)
        except OSError as error:
            child.failures += 1
            child.restart_at = time.monotonic() + pause_after(child.failures)
            say(f"▲ {child.spec.label} を始められません（{error}）。また試します。")
            return
        child.started, child.restart_at = time.monotonic(), None
        self._record(child)
        say(f"✓ {child.spec.label} を始めなおしました。")

    def _record(self, child: Child) -> None:
        identity = processes.identify(child.process.pid)
        if identity is not None:
            processes.record(
                self.records / f"{child.spec.name}.json",
                identity,
                label=child.spec.label,
                stop_signal=int(child.spec.stop_signal),
                patience=int(child.spec.patience),
            )

    def stop_all(self) -> None:
        """End the services in reverse order: web and worker together first, then Redis, then PostgreSQL."""
        self.stopping = True
        children = list(self.children.values())
        self.children = {}
        users = [child for child in children if child.spec.name not in ("postgres", "redis")]
        self._end(users)
        for name in ("redis", "postgres"):
            self._end([child for child in children if child.spec.name == name])

    def _end(self, children: list[Child]) -> None:
        for child in children:
            if child.running:
                os.kill(child.process.pid, child.spec.stop_signal)
        limit = time.monotonic() + max((child.spec.patience for child in children), default=0)
        for child in children:
            while child.running and time.monotonic() < limit:
                select.select([self._reader], [], [], 0.05)
            if child.running:
                processes.signal_group(child.process.pid, signal.SIGKILL)
                child.process.wait()
            if child.restart_at is None:
                processes.reap(child.process)
            (self.records / f"{child.spec.name}.json").unlink(missing_ok=True)


def _forward(log: Path, offset: int, line: Callable[[str], None] | None) -> int:
    """Hand complete new lines of a log on; return up to where it was read."""
    if line is None:
        return offset
    with log.open("rb") as stream:
        stream.seek(offset)
        new = stream.read()
    complete = new.rpartition(b"\n")[0]
    for text in complete.decode("utf-8", "replace").splitlines():
        line(text)
    return offset + (len(complete) + 1 if complete else 0)
