"""Step: invisible characters, line breaks, outer blanks and separated voicing marks carry no meaning."""

from __future__ import annotations

from ..cleaning import clean_text, rule_of, untidy_texts
from .working import Working

RULES = ("control-character", "L1-14", "L1-06", "nfc")


def apply(work: Working) -> None:
    """Take out what cannot be seen; line breaks become one blank; が written as か and a mark becomes one letter."""
    if not untidy_texts(work.joined):
        return
    by_rule: dict[str, dict[str, str]] = {}
    for text in work.texts:
        clean = clean_text(text)
        if clean != text:
            by_rule.setdefault(rule_of(text), {})[text] = clean
    for rule, mapping in by_rule.items():
        work.edit(rule, mapping)
