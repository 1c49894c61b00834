"""Step: one width for a choice (６年 and 6年): the commoner spelling."""

from __future__ import annotations

from ..cleaning import is_choice, one_spelling
from .working import Working

RULES = ("L2-04",)


def apply(work: Working) -> None:
    """In columns of few, repeated texts that are no amounts."""
    if is_choice(work.column) and not work.profile.numeric:
        work.edit("L2-04", one_spelling(work.column.texts))
