"""What the report page shows, from what the action returns. No CKAN beyond translation."""

from __future__ import annotations

from typing import Any

from ckanext.moka.catalog import api as catalog
from ckanext.moka.quality import service, verdicts

__all__ = ["FIRST_GROUPS", "build"]

FIRST_GROUPS = 7
_CELLS = 5


def build(found: dict[str, Any], resource: dict[str, Any], dataset: dict[str, Any]) -> dict[str, Any]:
    """Return everything the template needs to show the answer of ``moka_quality_report_show``.

    ``verdict`` is that of the report shown; ``first`` and ``rest`` are the groups of findings, ``total`` the
    number of places over all of them.
    """
    report = found["report"]
    view: dict[str, Any] = {
        "state": found["state"],
        "verdict": found["verdict"],
        "file": service.file_name(resource),
        "report": report,
        "first": [],
        "rest": [],
        "cells_limit": _CELLS,
    }
    if report is None:
        return view
    everything = verdicts.groups(report["findings"])
    return {
        **view,
        "first": everything[:FIRST_GROUPS],
        "rest": everything[FIRST_GROUPS:],
        "total": sum(group["count"] for group in everything),
        "blocking": [group for group in everything if group["blocking"]],
        "fixable": verdicts.may_repair(report),
        "replaceable": verdicts.may_repair(report) and len(report["tables"]) == 1,
        "personal": any(group["blocking"] and group["rule"].startswith("P-") for group in everything),
        "cured_by_repair": bool(report.get("publishable_after_repair")) and not report["publishable"],
        "bad_rows": verdicts.bad_rows(report["findings"]),
        "standard": _standard(report, dataset),
        "scores": _scores(report),
    }


def _standard(report: dict[str, Any], dataset: dict[str, Any]) -> dict[str, str] | None:
    """Return how the chosen standard dataset fits what the engine recognised; None when neither is there."""
    chosen = str(dataset.get("standard_dataset") or "")
    seen = next((table["schema"]["id"] for table in report["tables"] if table.get("schema")), "")
    if not chosen and not seen:
        return None
    slug = catalog.standard_slug(chosen)
    fits = bool(slug) and seen.split(".")[0].startswith(slug)
    return {
        "chosen": catalog.label("standard_dataset", chosen) if chosen else "",
        "seen": seen,
        "state": "fits" if fits else "other" if chosen else "unsaid",
    }


def _scores(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the scores by the levels of the government's rule (100 is best) that the report has."""
    score = report.get("score") or {}
    return [
        {"level": level, "value": score[f"L{level}"]}
        for level in (1, 2, 3)
        if score.get(f"L{level}") is not None
    ]
