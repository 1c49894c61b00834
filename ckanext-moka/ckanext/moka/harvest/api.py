"""The one door of the harvest for the stages above it."""

from __future__ import annotations

from ckanext.moka.harvest.model import HarvestObject, HarvestRun, HarvestSource
from ckanext.moka.harvest.service import Report, begin, dry_run, run

__all__ = ["HarvestObject", "HarvestRun", "HarvestSource", "Report", "begin", "dry_run", "run"]
