"""What other stages may use of search."""

from __future__ import annotations

import datetime as dt

from ckanext.moka.search.japanese import analysis
from ckanext.moka.search.traces import phrases
from ckanext.moka.search.traces.phrases import Phrase

__all__ = ["Phrase", "analyse", "failed_searches", "top_searches"]


def analyse(text: str) -> list[str]:
    """Return the words of ``text`` as the index sees them: folded surface forms without particles."""
    return [token.forms[0] for token in analysis.tokens(text) if not token.joining]


def failed_searches(since: dt.date, limit: int = 100) -> list[Phrase]:
    """Return phrases that found nothing, or nothing with all words, the most frequent first.

    ``since``: the first day, in Japan. Only searches without filters count. Masked phrases are left out.
    """
    return phrases.failed(since, limit)


def top_searches(since: dt.date, limit: int = 100) -> list[Phrase]:
    """Return the phrases searched for most since the day ``since`` (in Japan), without masked ones."""
    return phrases.top(since, limit)
