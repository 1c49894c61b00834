"""A search that CKAN's own pages do not catch (feeds) ends in an error page with a reason, not in a server error."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from ckan.lib.search import SearchError, SolrConnectionError
from ckan.plugins import toolkit as tk
from flask import Blueprint, has_request_context

from ckanext.moka.search.language import guard

__all__ = ["REASON", "blueprint", "without_facets"]

REASON = "検索の条件を読み取れないか、時間がかかりすぎます。条件を短くしてください。"
# CKAN 2.12 catches the error on these pages and then fails for want of facets (ckan/views/group.py).
_WITHOUT_FACETS = ("organization.read", "group.read")
blueprint = Blueprint("moka_search_errors", __name__)


@blueprint.before_app_request
def refuse_what_pages_fail_by() -> Any:
    """Refuse what CKAN 2.12's pages fail by before they search.

    A feed's title would hold what XML cannot; the search page takes each part of ``sort`` for a field.
    """
    endpoint = tk.request.endpoint or ""
    unfit = endpoint.startswith("feeds.") and not guard.fit(
        unquote(tk.request.query_string.decode("latin-1"))
    )
    if endpoint.endswith((".search", ".read")) and tk.request.args.get("sort"):
        unfit = unfit or not all(part.strip() for part in tk.request.args["sort"].split(","))
    return _page(400, "検索できません", REASON) if unfit else None


@blueprint.app_errorhandler(SearchError)
def unreadable(error: SearchError) -> Any:
    """Answer 400: the search cannot be understood, or takes too long."""
    return _page(400, "検索できません", REASON)


def without_facets() -> bool:
    """Tell whether the page under way is one that CKAN cannot show without facets."""
    return has_request_context() and tk.request.endpoint in _WITHOUT_FACETS


@blueprint.app_errorhandler(SolrConnectionError)
def unavailable(error: SolrConnectionError) -> Any:
    """Answer 503: the index does not answer."""
    return _page(503, "検索を利用できません", "しばらくしてから、もう一度お試しください。")


def _page(code: int, name: str, content: str) -> Any:
    values = {"code": code, "name": tk._(name), "content": tk._(content)}
    return tk.render("error_document_template.html", values), code
