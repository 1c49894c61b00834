"""Tasks of publication: release what was approved, and roll forward what was interrupted."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from ckan import model

from ckanext.moka.jobs import api as jobs
from ckanext.moka.journal import api as journal
from ckanext.moka.publication import release, service, states
from ckanext.moka.publication.model import state_table

log = logging.getLogger(__name__)


@jobs.task(service.RELEASE_TASK, "moka-publication", retries=6)
def release_dataset(dataset_id: str) -> None:
    """Release an approved dataset; done already, it has nothing to do."""
    release.release(dataset_id)


@jobs.task("publication.roll_forward", "moka-publication", retries=0)
def roll_forward() -> int:
    """Queue the release of every approved dataset that is not public yet; return how many there are.

    A release whose job was lost (a restored database, a job that failed for good) is taken up again.
    """
    query = sa.select(state_table.c.dataset_id).where(state_table.c.state == states.APPROVED)
    waiting = list(model.Session.scalars(query))
    for dataset_id in waiting:
        service.defer_release(dataset_id)
    model.Session.commit()
    return len(waiting)


@jobs.task("publication.seal_journal", "moka-publication", retries=2)
def seal_journal() -> None:
    """Seal all chains of the journal once a day and log the seal, so that a copy is outside the database."""
    seal = journal.anchor()
    model.Session.commit()
    log.info("journal sealed: %s", seal)


jobs.periodic("publication.roll_forward", "*/10 * * * *")
jobs.periodic("publication.seal_journal", "30 18 * * *")
