"""Turn rows into what actions return: plain dictionaries with Japanese labels and no personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckan import model

from . import explain, queries, ranking, screening
from .model import Request
from .words import OPEN, REASONS, STATUSES, STEPS, categories

__all__ = ["full", "rows", "searchable", "supporters"]

Data = dict[str, Any]


def searchable(row: Request) -> str:
    """Return the text in which the list's search looks."""
    return " ".join((row.title, row.problem, row.area, row.period, row.granularity, row.beneficiary))


def supporters(row: Request) -> int:
    """Return how many people agreed with the request (held ones not counted)."""
    return sum(queries.tallies([row.id], queries.now().date())[row.id].counts.values())


def _base(row: Request, count: int) -> Data:
    return {
        "id": row.id,
        "number": row.number,
        "title": row.title,
        "problem": row.problem,
        "status": row.status,
        "status_label": STATUSES[row.status],
        "moderation": row.moderation,
        "category": row.category,
        "category_label": categories().get(row.category, ""),
        "created": row.created.astimezone(ranking.JST).isoformat(timespec="seconds"),
        "changed": row.changed.astimezone(ranking.JST).isoformat(timespec="seconds"),
        "planned_for": row.planned_for,
        "dataset_id": row.dataset_id,
        "supporters": count,
        "rank": None,
        "band": None,
        "plan_rank": None,
        "why": "",
        "can_support": row.moderation == "visible" and bool(row.support_key),
    }


def rows(pairs: Sequence[tuple[Request, ranking.Ranked | None]]) -> list[Data]:
    """Return the rows of one page of the list."""
    closed = [row.id for row, place in pairs if place is None]
    counts = queries.tallies(closed, queries.now().date()) if closed else {}
    result = []
    for row, place in pairs:
        count = explain.people(place) if place else sum(counts[row.id].counts.values())
        result.append(_base(row, count) | (_place(place) if place else {}))
    return result


def _place(place: ranking.Ranked) -> Data:
    told = explain.as_dict(place, explain=True)
    return {key: value for key, value in told.items() if key not in ("id", "terms")}


def _explained(row: Request) -> Data:
    order = [place for _, place in queries.ranked()]
    here = next((n for n, place in enumerate(order) if place.item.id == row.id), None)
    if here is None:
        return {}
    used = queries.parameters()
    return {
        **explain.as_dict(order[here], explain=True),
        "ranked_of": len(order),
        "why_below": explain.compare(order[here - 1], order[here]) if here else "",
        "why_above": explain.compare(order[here], order[here + 1]) if here + 1 < len(order) else "",
        "parameters": {
            "version": used.version,
            "k": used.k,
            "rate": used.rate_for(row.category),
            "email_cap": used.email_cap,
            "half_life_days": ranking.HALF_LIFE_DAYS,
        },
    }


def _dataset(dataset_id: str) -> Data | None:
    found = model.Package.get(dataset_id) if dataset_id else None
    if found is None or found.private or found.state != "active":
        return None
    return {"id": found.id, "name": found.name, "title": found.title}


def full(row: Request, *, show_text: bool, staff: bool = False) -> Data:
    """Return everything about one request; without ``show_text`` its words are left out."""
    result = _base(row, supporters(row))
    result |= {
        "area": row.area,
        "period": row.period,
        "granularity": row.granularity,
        "beneficiary": row.beneficiary,
        "answer": row.answer,
        "reason_code": row.reason_code,
        "reason_label": REASONS.get(row.reason_code, ""),
        "gate": row.gate,
        "gate_label": explain.GATE_LABELS[row.gate],
        "value": row.value,
        "effort": row.effort,
        "dataset": _dataset(row.dataset_id),
        "held_supports": queries.held_supports(row.id),
        "history": [
            {
                "at": step.at.astimezone(ranking.JST).isoformat(timespec="seconds"),
                "role": step.role,
                "step": step.step,
                "label": STEPS[step.step],
                "note": step.note,
            }
            for step in queries.steps(row.id)
        ],
    }
    if row.moderation == "visible" and row.status in OPEN:
        result |= {key: value for key, value in _explained(row).items() if key != "id"}
    if staff:
        result["held_for"] = [screening.REASONS[key] for key in row.held_for.split()]
    if not show_text:
        for field in (
            "title",
            "problem",
            "area",
            "period",
            "granularity",
            "beneficiary",
            "category",
            "category_label",
        ):
            result[field] = ""
    return result
