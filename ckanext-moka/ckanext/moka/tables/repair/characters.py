"""Step: platform-dependent characters (㎡, ①, ㈱) spelled out, except in proper names."""

from __future__ import annotations

from ..cleaning import DEPENDENT, EXEMPT, plain_characters
from .working import Working

RULES = ("L1-08",)


def apply(work: Working) -> None:
    """Spell them out; names and free text about them (髙, ㈱みほん) are exempt by the official rule."""
    if not EXEMPT.search(work.label):
        work.edit("L1-08", {t: plain_characters(t) for t in work.matching(DEPENDENT)})
