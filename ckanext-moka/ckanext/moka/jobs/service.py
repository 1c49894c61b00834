"""Put jobs into the queue, inside the caller's own transaction, and say what the queue holds."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from ckan import model
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ckanext.moka.jobs import registry

_DEFER = text(
    """
    SELECT unnest(moka_jobs.procrastinate_defer_jobs_v1(ARRAY[ROW(
        CAST(:queue AS varchar), CAST(:task AS varchar), CAST(:priority AS integer), CAST(:lock AS text),
        CAST(:queueing_lock AS text), CAST(:args AS jsonb), CAST(:run_at AS timestamptz)
    )::moka_jobs.procrastinate_job_to_defer_v1]))
    """
)
_WAITING = text(
    "SELECT id FROM moka_jobs.procrastinate_jobs WHERE queueing_lock = :queueing_lock AND status = 'todo'"
)
_COUNTS = text(
    "SELECT queue_name, status::text, count(*), min(scheduled_at) FROM moka_jobs.procrastinate_jobs"
    " GROUP BY queue_name, status ORDER BY queue_name, status"
)
_WORKERS = text(
    "SELECT id, extract(epoch FROM now() - last_heartbeat)::int FROM moka_jobs.procrastinate_workers ORDER BY id"
)
_FAILED = text(
    "SELECT j.id, j.task_name, j.args, j.attempts, max(e.at) FROM moka_jobs.procrastinate_jobs j"
    " JOIN moka_jobs.procrastinate_events e ON e.job_id = j.id WHERE j.status = 'failed'"
    " GROUP BY j.id ORDER BY max(e.at) DESC LIMIT :limit"
)


def defer(
    name: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    run_at: datetime | None = None,
    priority: int = 0,
    **args: Any,
) -> int:
    """Create a job of the task ``name`` with ``args`` in ``model.Session``'s transaction; return its id.

    The job exists when, and only when, the caller's transaction commits. Jobs with the same ``lock`` run one
    after the other. While a job with the same ``queueing_lock`` waits, no second one is made and the waiting
    one's id is returned. ``run_at`` (with a time zone) is the earliest time. KeyError for an unknown task.
    """
    spec = registry.get(name)
    values = {
        "queue": spec.queue,
        "task": name,
        "priority": priority,
        "lock": lock,
        "queueing_lock": queueing_lock,
        "args": json.dumps(args, ensure_ascii=False),
        "run_at": run_at,
    }
    connection = model.Session.connection()
    if queueing_lock is None:
        return int(connection.execute(_DEFER, values).scalar_one())
    return _defer_once(connection, values)


def _defer_once(connection: Any, values: dict[str, Any]) -> int:
    waiting = connection.execute(_WAITING, {"queueing_lock": values["queueing_lock"]}).scalar()
    if waiting is not None:
        return int(waiting)
    try:
        # A savepoint of the connection, not of the session: CKAN's commit hooks stay silent.
        with connection.begin_nested():
            return int(connection.execute(_DEFER, values).scalar_one())
    except IntegrityError:
        return int(connection.execute(_WAITING, {"queueing_lock": values["queueing_lock"]}).scalar_one())


def status(failures: int = 10) -> dict[str, Any]:
    """Return what the queue holds: counts per queue and state, live workers, the last ``failures`` failures."""
    connection = model.Session.connection()
    return {
        "queues": [
            {"queue": queue, "state": state, "jobs": number}
            for queue, state, number, _at in connection.execute(_COUNTS)
        ],
        "workers": [
            {"worker": worker, "seconds_since_heartbeat": seconds}
            for worker, seconds in connection.execute(_WORKERS)
        ],
        "failed": [
            {"job": job, "task": name, "args": args, "attempts": attempts, "at": at.isoformat()}
            for job, name, args, attempts, at in connection.execute(_FAILED, {"limit": failures})
        ],
        "timetable": [{"task": timer.name, "cron": timer.cron} for timer in registry.timers()],
    }
