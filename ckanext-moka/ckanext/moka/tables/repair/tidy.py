"""Step: invisible characters, line breaks, outer blanks and separated voicing marks carry no meaning."""

from __future__ import annotations

from ..cleaning import UNTIDY, clean_text, rule_of
from .working import Working

RULES = ("control-character", "L1-14", "L1-06", "nfc")


def apply(work: Working) -> None:
    """Take out what cannot be seen; line breaks become one blank; が written as か and a mark becomes one letter."""
    text_file = work.table.sheet.name is None
    by_rule: dict[str, dict[str, str]] = {}
    for text in work.matching(UNTIDY):
        clean = clean_text(text)
        if clean != text:
            by_rule.setdefault(rule_of(text, text_file), {})[text] = clean
    for rule, mapping in by_rule.items():
        work.edit(rule, mapping)
