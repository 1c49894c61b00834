"""Template helpers of demand: dates in Japanese, the chip of a status, the width of a bar."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .ranking import JST

__all__ = ["moka_demand_bar", "moka_demand_date", "moka_demand_estimate"]


def moka_demand_date(value: str) -> str:
    """Return an ISO moment as a Japanese date (2026年4月1日, Japan time)."""
    moment = datetime.fromisoformat(value).astimezone(JST)
    return f"{moment.year}年{moment.month}月{moment.day}日"


def moka_demand_bar(value: float, terms: list[dict[str, Any]]) -> float:
    """Return the width of a term's bar in per cent of the longest one (0-100)."""
    longest = max((term["per_year"] for term in terms), default=0.0)
    return round(100 * value / longest, 1) if longest > 0 else 0.0


def moka_demand_estimate(value: float) -> str:
    """Return an estimate as people read it: one decimal below ten, none above."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
