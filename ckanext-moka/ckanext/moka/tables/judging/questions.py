"""What a machine cannot decide alone: one yes/no question per rule instead of a guess.

A rule with an ``ask(context)`` returns the finding that one of the two answers would make. Until a person answers,
the question is no finding, takes no points off and blocks nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model import Fields
from ..texts import RULES
from .context import Cell, Hit

__all__ = ["Answers", "Question", "question_id", "settles"]

Answers = Mapping[str, bool]


@dataclass
class Question:
    """A question as people see it: what is asked, what each answer means, and the answer when there is one."""

    id: str
    rule: str
    severity: str
    title: str
    text: str
    reason: str
    yes: str
    no: str
    finding_when: bool
    place: Fields = Fields()
    count: int = 1
    cells: list[Cell] = field(default_factory=list)
    answer: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the question as in version 1 of the report; ``finding_when`` and ``answer`` are yes, no or null."""
        return {
            "id": self.id, "rule": self.rule, "severity": self.severity, **self.place._asdict(),
            "title": self.title, "text": self.text, "reason": self.reason, "yes": self.yes, "no": self.no,
            "finding_when": "yes" if self.finding_when else "no",
            "answer": None if self.answer is None else "yes" if self.answer else "no",
            "count": self.count, "cells_shown": len(self.cells), "cells": self.cells,
        }  # fmt: skip


def question_id(rule: str, hit: Hit) -> str:
    """Return the id of a question: the same for the same file, another one when something else is asked about.

    It depends on the rule, the sheet, the column and what the question lists (or, where it is about the whole
    table, on the names of the columns), not on the file's name or language.
    """
    key = [rule, hit.variant, hit.place.sheet, hit.place.field, hit.data.get("list"), hit.data.get("about")]
    digest = hashlib.sha256(json.dumps(key, ensure_ascii=False, default=str).encode()).hexdigest()
    return f"{rule}-{digest[:8]}"


def settles(rule: str) -> bool:
    """Tell which answer to the question of ``rule`` makes a finding."""
    return bool(RULES()[rule]["question"]["finding_when"] == "yes")
