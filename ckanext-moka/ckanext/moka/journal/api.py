"""The one door of the journal for the other stages."""

from __future__ import annotations

from ckanext.moka.journal.chain import Entry, Problem
from ckanext.moka.journal.service import anchor, count, entries, last_anchor, record, verify

__all__ = ["Entry", "Problem", "anchor", "count", "entries", "last_anchor", "record", "verify"]
