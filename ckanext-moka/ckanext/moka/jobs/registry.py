"""What tasks there are and when they run by themselves: filled on import, read by the worker. No CKAN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

FIRST_WAIT = 10
LONGEST_WAIT = 3600


class GiveUp(Exception):
    """Raised by a task whose job cannot succeed by trying again; the job fails at once."""


@dataclass(frozen=True)
class TaskSpec:
    """A task: its name, the queue it waits in, the function, and how often a failure is tried again."""

    name: str
    queue: str
    func: Callable[..., Any]
    retries: int = 5

    def wait_seconds(self, attempts: int, error: BaseException | None = None) -> int | None:
        """Return the seconds until the next try after ``attempts`` earlier tries, None when there is none.

        The wait grows fourfold from 10 seconds (10, 40, 160, 640, 2560) and never exceeds an hour.
        """
        if isinstance(error, GiveUp) or attempts >= self.retries:
            return None
        return min(FIRST_WAIT * 4**attempts, LONGEST_WAIT)


@dataclass(frozen=True)
class Timer:
    """An entry of the timetable: the task that is deferred whenever the cron expression matches."""

    name: str
    cron: str


_tasks: dict[str, TaskSpec] = {}
_timers: dict[str, Timer] = {}


def task(name: str, queue: str, *, retries: int = 5) -> Callable[[F], F]:
    """Register the decorated plain function as the task ``name``; returns the function unchanged.

    Registering a name again replaces it (CKAN may import a plugin's modules more than once). The function
    takes keyword arguments that JSON can carry, may run more than once, and must cope with that.
    """

    def register(func: F) -> F:
        _tasks[name] = TaskSpec(name, queue, func, retries)
        return func

    return register


def periodic(name: str, cron: str) -> None:
    """Run the task ``name`` whenever ``cron`` (five fields, UTC) matches; at most one waits at a time."""
    if len(cron.split()) != 5:
        raise ValueError(f"a cron expression has five fields: {cron!r}")
    _timers[name] = Timer(name, cron)


def get(name: str) -> TaskSpec:
    """Return the task registered as ``name``; KeyError when there is none."""
    return _tasks[name]


def tasks() -> list[TaskSpec]:
    """Return all registered tasks, by name."""
    return [_tasks[name] for name in sorted(_tasks)]


def timers() -> list[Timer]:
    """Return the timetable; an entry whose task was never registered is an error of the code."""
    missing = sorted(set(_timers) - set(_tasks))
    if missing:
        raise LookupError(f"timetable names unknown tasks: {', '.join(missing)}")
    return [_timers[name] for name in sorted(_timers)]


def next_try(spec: TaskSpec, attempts: int, error: BaseException, now: datetime) -> datetime | None:
    """Return when a failed job of ``spec`` is tried again, None when it is not."""
    wait = spec.wait_seconds(attempts, error)
    return None if wait is None else now + timedelta(seconds=wait)
