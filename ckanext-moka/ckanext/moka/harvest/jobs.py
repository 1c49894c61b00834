"""The stage's tasks: a run that somebody started, and the nightly round through all sources."""

from __future__ import annotations

import logging

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.harvest import config, service
from ckanext.moka.harvest.model import HarvestSource
from ckanext.moka.jobs import api as jobs

__all__ = ["TASK", "harvest_nightly", "harvest_run", "start"]

log = logging.getLogger(__name__)
TASK = "harvest.run"
NIGHTLY = "harvest.nightly"


@jobs.task(TASK, "moka-harvest", retries=1)
def harvest_run(run_id: str) -> None:
    """Carry out the waiting run; a second delivery of the same job changes nothing."""
    service.run(run_id)


@jobs.task(NIGHTLY, "moka-harvest", retries=1)
def harvest_nightly() -> None:
    """Queue a run of every active source, unless the option says no; a source that runs already is left."""
    if not config.nightly():
        return
    for (source_id,) in model.Session.query(HarvestSource.id).filter_by(active=True).all():
        source = model.Session.get(HarvestSource, source_id)
        try:
            start(source, "@nightly")
        except tk.ValidationError:
            log.info("harvest source %s is running already", source_id)


# 17:30 UTC is 2:30 in Japan.
jobs.periodic(NIGHTLY, "30 17 * * *")


def start(source: HarvestSource, actor: str, *, confirmed: bool = False) -> dict[str, object]:
    """Queue a run of the source and commit; return the run. ``ValidationError`` while another one goes on."""
    source_id = source.id
    row = service.begin(source, actor, confirmed=confirmed)
    jobs.defer(TASK, run_id=row.id, lock=f"harvest:{source_id}")
    model.Session.commit()
    return row.as_dict()
