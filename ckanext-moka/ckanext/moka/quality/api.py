"""The one door of the quality stage."""

from __future__ import annotations

from ckanext.moka.quality.service import ensure_report, report_for, state_of, verdict
from ckanext.moka.quality.verdicts import groups

__all__ = ["ensure_report", "groups", "report_for", "state_of", "verdict"]
