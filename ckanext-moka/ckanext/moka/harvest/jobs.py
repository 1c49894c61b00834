"""The stage's task: a run that somebody started from the page or the API."""

from __future__ import annotations

from ckanext.moka.harvest import service
from ckanext.moka.jobs import api as jobs

__all__ = ["TASK", "harvest_run"]

TASK = "harvest.run"


@jobs.task(TASK, "moka-harvest", retries=1)
def harvest_run(run_id: str) -> None:
    """Carry out the waiting run; a second delivery of the same job changes nothing."""
    service.run(run_id)
