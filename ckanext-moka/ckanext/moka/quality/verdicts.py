"""From a report to what people do next: the verdict, the groups of findings, the table of bad cells. No CKAN.

A group is all findings of one rule. The root cause comes first: what makes the file unreadable or its rows
crooked stands before what follows from it, which is the engine's own order within one severity.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = [
    "SEVERITIES",
    "VERDICTS",
    "bad_rows",
    "for_everybody",
    "groups",
    "may_repair",
    "verdict_of",
    "worst",
]

SEVERITIES = ("fatal", "critical", "major", "minor", "info")
VERDICTS = ("ok", "advice", "blocked")
_BLOCKING = {"fatal", "critical"}
_MAX_ROWS = 10
_MAX_COLUMNS = 6


def verdict_of(report: dict[str, Any]) -> str:
    """Return ``blocked`` when the report forbids publishing, ``advice`` when it has something to say, else ``ok``."""
    severities = {finding["severity"] for finding in report["findings"]}
    if not report["publishable"] or severities & _BLOCKING:
        return "blocked"
    return "advice" if severities - {"info"} or report.get("advice") else "ok"


def for_everybody(report: dict[str, Any]) -> dict[str, Any]:
    """Return the report without what it says about personal data, which quotes cells and comments: staff only."""
    return {**report, "findings": [item for item in report["findings"] if not item["rule"].startswith("P-")]}


def may_repair(report: dict[str, Any]) -> bool:
    """Tell whether the file may be offered in a repaired version.

    Not when it may hold personal data: a repaired CSV has no hidden sheets and columns any more, so what they
    hid would come out unnoticed, and the finding with it would be gone.
    """
    personal = any(f["rule"].startswith("P-") and f["severity"] in _BLOCKING for f in report["findings"])
    return bool(report["tables"]) and not personal and any(f.get("fixable") for f in report["findings"])


def worst(verdicts: Iterable[str]) -> str:
    """Return the strictest of several verdicts; ``unchecked`` when there is none."""
    found = [verdict for verdict in verdicts if verdict in VERDICTS]
    return max(found, key=VERDICTS.index) if found else "unchecked"


def groups(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the findings grouped by rule, worst first; each with ``count`` (exact) and its first ``cells``."""
    by_rule: dict[str, dict[str, Any]] = {}
    for finding in findings:
        group = by_rule.setdefault(finding["rule"], _empty_group(finding))
        if SEVERITIES.index(finding["severity"]) < SEVERITIES.index(group["severity"]):
            group["severity"] = finding["severity"]
        group["count"] += finding.get("count") or 1
        group["messages"].append(finding["message"])
        group["fixable"] = group["fixable"] and bool(finding.get("fixable"))
        group["cells"] += _cells(finding)
    ordered = sorted(by_rule.values(), key=lambda group: SEVERITIES.index(group["severity"]))
    for group in ordered:
        group["blocking"] = group["severity"] in _BLOCKING
        group["messages"] = list(dict.fromkeys(group["messages"]))
    return ordered


def bad_rows(findings: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return a small table of the rows that have a faulty cell, or None when no finding names one.

    ``{"sheet", "columns": [label], "rows": [{"row", "cells": {label: {"cell", "value", "title"}}}], "total"}``;
    the first sheet with faults only, at most ten rows and six columns. ``total`` counts the rows known.
    """
    cells = [
        {**cell, "title": finding.get("title") or finding["message"]}
        for finding in findings
        if finding["severity"] != "info"
        for cell in _cells(finding)
        if cell.get("row") and cell.get("field")
    ]
    if not cells:
        return None
    sheet = cells[0].get("sheet")
    here = [cell for cell in cells if cell.get("sheet") == sheet]
    columns = list(dict.fromkeys(cell["field"] for cell in here))[:_MAX_COLUMNS]
    rows: dict[int, dict[str, Any]] = {}
    for cell in here:
        if cell["field"] in columns:
            rows.setdefault(int(cell["row"]), {}).setdefault(cell["field"], cell)
    shown: list[dict[str, Any]] = [
        {"row": number, "cells": rows[number]} for number in sorted(rows)[:_MAX_ROWS]
    ]
    used = [column for column in columns if any(column in row["cells"] for row in shown)]
    return {"sheet": sheet, "columns": used, "rows": shown, "total": len(rows)}


def _empty_group(finding: dict[str, Any]) -> dict[str, Any]:
    return {
        "rule": finding["rule"],
        "severity": finding["severity"],
        "title": finding.get("title") or finding["message"],
        "reason": finding.get("reason") or "",
        "remedy": finding.get("remedy") or "",
        "fixable": True,
        "count": 0,
        "messages": [],
        "cells": [],
    }


def _cells(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the places of a finding, each ``{"sheet", "cell", "row", "field", "value"}``."""
    own = {key: finding.get(key) for key in ("sheet", "cell", "row", "field", "value")}
    given = finding.get("cells") or []
    if not given:
        return [own] if own["cell"] or own["row"] or own["field"] else []
    return [{**{key: own[key] for key in ("sheet", "field")}, **cell} for cell in given]
