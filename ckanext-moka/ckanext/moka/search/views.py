"""The page on which staff see what people search for."""

from __future__ import annotations

from typing import Any

import flask
from ckan.plugins import toolkit as tk

from ckanext.moka.search.index import warmth
from ckanext.moka.search.language import errors

__all__ = ["get_blueprints"]

blueprint = flask.Blueprint("moka_search", __name__)
blueprint.record_once(lambda _state: warmth.keep_in_server())
blueprint.before_app_request(warmth.keep)  # in servers that fork after loading, and in ``ckan run``

PER_PAGE = 50
KINDS = {"latest": "最新の検索ワード", "failed": "見つからなかった検索ワード", "top": "よく検索されるワード"}


def get_blueprints() -> list[flask.Blueprint]:
    """Return the pages of search, its errors among them."""
    return [blueprint, errors.blueprint]


@blueprint.route("/moka/searches", endpoint="searches")
def searches() -> flask.typing.ResponseReturnValue:
    """Show the phrases of the last 30 days; ``kind`` and ``page`` as in the links of the page."""
    if tk.current_user.is_anonymous:
        return tk.redirect_to("user.login", next=tk.url_for("moka_search.searches"))
    kind = tk.request.args.get("kind", "latest")
    if kind not in KINDS:
        return tk.abort(404, "ページが見つかりません。")
    number = tk.h.get_page_number(tk.request.args)
    data: dict[str, Any] = {"kind": kind, "limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
    try:
        found = tk.get_action("moka_search_phrase_list")({"user": tk.current_user.name}, data)
    except tk.ValidationError:  # a page beyond all bounds
        return tk.abort(404, "ページが見つかりません。")
    except tk.NotAuthorized as refused:
        return tk.abort(403, str(refused.message or "このページを見る権限がありません。"))
    extra = {"found": found, "kind": kind, "kinds": KINDS, "number": number}
    return tk.render("moka_search/searches.html", extra_vars=extra)
