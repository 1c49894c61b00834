"""The queue's own tasks: bring back the jobs of dead workers, forget old ones."""

from __future__ import annotations

import logging
from typing import Any

from ckan import model
from sqlalchemy import text

from ckanext.moka.jobs import config
from ckanext.moka.jobs.registry import periodic, task, tasks

log = logging.getLogger(__name__)

_STALLED = text(
    """
    SELECT job.id, job.task_name, job.attempts FROM moka_jobs.procrastinate_jobs job
    LEFT JOIN moka_jobs.procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND (worker.id IS NULL
        OR worker.last_heartbeat < now() - make_interval(secs => :seconds))
    FOR UPDATE OF job SKIP LOCKED
    """
)
_RETRY = text("SELECT moka_jobs.procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
_FAIL = text("SELECT moka_jobs.procrastinate_finish_job_v1(:id, 'failed', false)")
_PRUNE = text("SELECT count(*) FROM moka_jobs.procrastinate_prune_stalled_workers_v1(:seconds)")
_OLD = text(
    """
    DELETE FROM moka_jobs.procrastinate_jobs WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')
    AND id IN (SELECT job_id FROM moka_jobs.procrastinate_events GROUP BY job_id
               HAVING max(at) < now() - make_interval(days => :days))
    """
)


@task("jobs.recover_stalled", "moka-jobs", retries=0)
def recover_stalled() -> int:
    """Put the jobs of workers that died back into the queue; return how many.

    A job that has used up its tries (it may be what kills the workers) fails for good instead.
    """
    retries = {spec.name: spec.retries for spec in tasks()}
    seconds = {"seconds": config.stalled_seconds()}
    stalled: list[Any] = list(model.Session.execute(_STALLED, seconds))
    for job, name, attempts in stalled:
        again = attempts < max(1, retries.get(name, 0))
        model.Session.execute(_RETRY if again else _FAIL, {"id": job})
        log.warning("job %s (%s) was left by a dead worker: %s", job, name, "again" if again else "failed")
    model.Session.execute(_PRUNE, seconds)
    model.Session.commit()
    return len(stalled)


@task("jobs.remove_old", "moka-jobs", retries=1)
def remove_old() -> int:
    """Delete jobs that ended longer ago than the option keep_days; return how many."""
    removed = model.Session.execute(_OLD, {"days": config.keep_days()}).rowcount
    model.Session.commit()
    return int(removed)


periodic("jobs.recover_stalled", "* * * * *")
periodic("jobs.remove_old", "17 18 * * *")
