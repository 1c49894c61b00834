"""The worker process: procrastinate takes the jobs, each runs inside CKAN's application context.

Procrastinate runs plain functions in threads, CKAN's session is one per thread, and each job ends with
``model.Session.remove()``: what a task did not commit is rolled back.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import os
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import procrastinate
import psycopg
from ckan import model
from procrastinate.exceptions import ConnectorException
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from ckanext.moka.jobs import config, registry, upkeep

log = logging.getLogger(__name__)


class _BackOff(BaseRetryStrategy):
    def __init__(self, spec: registry.TaskSpec) -> None:
        self.spec = spec

    def get_retry_decision(self, *, exception: BaseException, job: Any) -> RetryDecision | None:
        at = registry.next_try(self.spec, job.attempts, exception, datetime.now(UTC))
        return None if at is None else RetryDecision(retry_at=at)


class Tally:
    """Counts how the jobs of a run ended."""

    def __init__(self) -> None:
        self.done = 0
        self.failed = 0
        self._lock = threading.Lock()

    def add(self, *, ok: bool) -> None:
        """Count one job."""
        with self._lock:
            self.done += ok
            self.failed += not ok


def _in_ckan(spec: registry.TaskSpec, flask_app: Any, tally: Tally) -> Any:
    takes_timestamp = "timestamp" in inspect.signature(spec.func).parameters

    @functools.wraps(spec.func)
    def run(**args: Any) -> None:
        if not takes_timestamp:
            args.pop("timestamp", None)
        ok = False
        try:
            with flask_app.test_request_context():
                spec.func(**args)
            ok = True
        finally:
            model.Session.remove()
            tally.add(ok=ok)

    return run


def build(flask_app: Any, tally: Tally, *, timetable: bool) -> procrastinate.App:
    """Return a procrastinate app with every registered task (and the timetable) on CKAN's site database."""
    connector = procrastinate.PsycopgConnector(
        kwargs=config.connection_arguments(), min_size=1, max_size=config.concurrency() + 2
    )
    app = procrastinate.App(connector=connector)
    for spec in registry.tasks():
        app.task(name=spec.name, queue=spec.queue, retry=_BackOff(spec))(_in_ckan(spec, flask_app, tally))
    if timetable:
        for timer in registry.timers():
            app.periodic_registry.register_task(
                task=app.tasks[timer.name],
                cron=timer.cron,
                periodic_id="",
                configure_kwargs={"queueing_lock": timer.name},
            )
    return app


def run_worker(
    flask_app: Any, *, queues: Iterable[str] | None = None, concurrency: int | None = None
) -> Tally:
    """Work until SIGTERM or SIGINT, then finish what runs or hand it back; return the tally.

    The jobs of workers that died are taken up first.
    """
    tally = Tally()
    with flask_app.app_context():
        upkeep.recover_stalled()
        model.Session.remove()
    app = build(flask_app, tally, timetable=True)

    async def work() -> None:
        async with app.open_async():
            worker = app._worker(
                **_only(queues),
                concurrency=concurrency or config.concurrency(),
                stalled_worker_timeout=float(config.stalled_seconds()),
                update_heartbeat_interval=config.stalled_seconds() / 3,
                install_signal_handlers=True,
            )
            watch = asyncio.create_task(_hand_back_when_late(worker))
            try:
                await worker.run()
            finally:
                watch.cancel()

    asyncio.run(work())
    return tally


def _only(queues: Iterable[str] | None) -> Any:
    return {"queues": list(queues)} if queues else {}


async def _hand_back_when_late(worker: Any) -> None:
    """After a stop signal wait ``stop_seconds``; then put running jobs back and leave the process.

    A thread cannot be stopped from outside. Leaving closes its database connection, so that what it had not
    committed is rolled back; the job itself waits in the queue again for the next worker.
    """
    await worker._stop_event.wait()
    await asyncio.sleep(config.stop_seconds())
    handed_back = await asyncio.to_thread(hand_back, worker.worker_id)
    log.warning("stopped before %s job(s) ended; they wait in the queue again", handed_back)
    logging.shutdown()
    os._exit(0)


def hand_back(worker_id: int) -> int:
    """Put the running jobs of a worker back into the queue and sign it off; return how many."""
    with psycopg.connect(**config.connection_arguments()) as connection:
        jobs = connection.execute(
            "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs"
            " WHERE worker_id = %s AND status = 'doing'",
            [worker_id],
        ).fetchall()
        connection.execute("SELECT procrastinate_unregister_worker_v1(%s)", [worker_id])
    return len(jobs)


def run_once(flask_app: Any, *, queues: Iterable[str] | None = None) -> Tally:
    """Run every job that is due, and those that they defer, until none is left; return the tally.

    The timetable is not consulted. Failed jobs that are to be tried later stay in the queue.
    """
    tally = Tally()

    async def drain() -> None:
        app = build(flask_app, tally, timetable=False)
        async with app.open_async():
            seen = -1
            while seen != tally.done + tally.failed:
                seen = tally.done + tally.failed
                await app.run_worker_async(
                    **_only(queues),
                    wait=False,
                    listen_notify=False,
                    concurrency=1,
                    install_signal_handlers=False,
                )

    asyncio.run(drain())
    return tally


def reachable() -> bool:
    """Whether the queue's tables are there and can be reached."""
    try:
        with psycopg.connect(**config.connection_arguments(), connect_timeout=5) as connection:
            row = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchone()
    except (psycopg.OperationalError, ConnectorException):
        return False
    return bool(row and row[0])
