"""What other stages may use of search."""

from __future__ import annotations

from ckanext.moka.search import analysis

__all__ = ["analyse"]


def analyse(text: str) -> list[str]:
    """Return the words of ``text`` as the index sees them: folded surface forms without particles."""
    return [token.forms[0] for token in analysis.tokens(text) if not token.joining]
