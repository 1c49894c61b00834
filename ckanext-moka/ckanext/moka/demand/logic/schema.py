"""What the actions of demand accept."""

from __future__ import annotations

from typing import Any

from ..ranking import EFFORT_BANDS, GATES, VALUES
from ..words import REASONS, STATUSES, categories
from . import validators as v

__all__ = ["answer_schema", "list_schema", "request_schema"]


def request_schema() -> dict[str, Any]:
    """A request: title and problem are needed, the rest helps the department to find the right data."""
    return {
        "title": [v.text("ほしいデータ", least=4, most=100)],
        "problem": [v.text("困っていること・使いみち", least=10, most=2000, lines=True)],
        "area": [v.text("地域", most=200)],
        "period": [v.text("期間", most=200)],
        "granularity": [v.text("細かさ", most=200)],
        "beneficiary": [v.text("だれの役に立つか", most=200)],
        "category": [v.choice("分野", categories, default="")],
        "website": [v.trap],
        "__extras": [v.drop],
        "__junk": [v.drop],
    }


def list_schema(page_size: int) -> dict[str, Any]:
    """A page of the list: words, status, limit and offset."""
    return {
        "q": [v.text("さがす言葉", most=200)],
        "status": [v.choice("状況", lambda: [*STATUSES, "open", "all"], default="open")],
        "limit": [v.number("limit", default=page_size, least=1, most=100)],
        "offset": [v.number("offset", default=0, least=0, most=1_000_000)],
        "__extras": [v.drop],
        "__junk": [v.drop],
    }


def answer_schema() -> dict[str, Any]:
    """The city's answer and its assessment."""
    return {
        "status": [v.choice("状況", lambda: STATUSES)],
        "reason_code": [v.choice("見送りの理由", lambda: REASONS, default="")],
        "answer": [v.text("市からの回答", most=2000, lines=True)],
        "planned_for": [v.text("公開の予定時期", most=100)],
        "dataset_id": [v.text("公開したデータセット", most=100)],
        "gate": [v.choice("公開できるか", lambda: GATES, default="unknown")],
        "value": [v.one_of("政策上の重み", VALUES, default=1.0)],
        "effort": [v.one_of("手間（人日）", EFFORT_BANDS, default=8)],
        "__extras": [v.drop],
        "__junk": [v.drop],
    }
