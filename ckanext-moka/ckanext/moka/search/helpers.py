"""Template helpers of search: marked matches, and how the hits of this page were found."""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context
from markupsafe import Markup, escape

from ckanext.moka.search.answers import fallback, highlight

__all__ = ["moka_search_excerpt", "moka_search_marked", "moka_search_outcome"]


def moka_search_marked(text: str | None, typed: str | None) -> Markup:
    """Return ``text`` as HTML with what matches ``typed`` in ``<mark>``."""
    plain = str(text or "")
    if not typed:
        return Markup(escape(plain))
    pieces = highlight.parts(plain, _searched(typed))
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part.text) if part.marked else escape(part.text) for part in pieces
    )


def moka_search_excerpt(text: str | None, typed: str | None, length: int = 120) -> str:
    """Return about ``length`` characters of plain ``text``, around the first match of ``typed``."""
    return highlight.excerpt(str(text or ""), _searched(typed or ""), length)


def moka_search_outcome() -> dict[str, Any] | None:
    """Return how the typed search of this request found its hits: mode, missing words, proposals."""
    outcome = getattr(g, "moka_search_outcome", None) if has_request_context() else None
    return outcome.as_dict() if outcome else None


def keep_outcome(outcome: fallback.Outcome | None) -> None:
    """Keep ``outcome`` for the templates of this request."""
    if outcome is not None and has_request_context():
        g.moka_search_outcome = outcome


def _searched(typed: str) -> str:
    """Return what was searched instead of ``typed``, where that was corrected."""
    outcome = moka_search_outcome()
    return outcome["corrected"] if outcome and outcome["corrected"] else typed
