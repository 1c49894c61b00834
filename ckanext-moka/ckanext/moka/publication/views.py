"""Pages of publication: the steps as POST routes, the approvers' list, the tombstone of a withdrawn dataset."""

from __future__ import annotations

from typing import Any

import flask
from ckan import model
from ckan.config.middleware.flask_app import csrf
from ckan.lib.helpers import Page
from ckan.plugins import toolkit as tk

from ckanext.moka.publication import service, states

__all__ = ["blueprint"]

blueprint = flask.Blueprint("moka_publication", __name__)

PER_PAGE = 20
DONE = {
    "submit": "公開を申請しました。承認者が確認するまでお待ちください。",
    "approve": "承認しました。しばらくすると公開されます。",
    "return": "差し戻しました。申請した人に理由が表示されます。",
    "withdraw": "取りやめました。このデータセットは公開されていません。",
}
TABS = {
    states.SUBMITTED: "承認待ち",
    states.APPROVED: "公開処理中",
    states.RELEASED: "公開中",
    states.RETURNED: "差し戻し",
    states.WITHDRAWN: "公開取りやめ",
}


@blueprint.route("/dataset/<id>/publication/<step>", methods=["POST"], endpoint="step")
def take_step(id: str, step: str) -> flask.typing.ResponseReturnValue:
    """Take a step (submit, approve, return, withdraw) for the person who pressed its button."""
    if step not in DONE:
        return tk.abort(404, "ページが見つかりません。")
    form = tk.request.form
    data = {"id": id, "note": form.get("note", ""), "reason": form.get("reason", "")}
    try:
        tk.get_action(f"moka_publication_{step}")({"user": tk.current_user.name}, data)
    except tk.ObjectNotFound:
        return tk.abort(404, "データセットが見つかりません。")
    except tk.NotAuthorized as refused:
        if tk.current_user.is_anonymous:
            return tk.redirect_to("user.login")
        tk.h.flash_error(str(refused.message or "この操作をする権限がありません。"))
    except tk.ValidationError as error:
        for sentences in error.error_dict.values():
            for sentence in sentences if isinstance(sentences, list) else [sentences]:
                tk.h.flash_error(str(sentence))
    else:
        tk.h.flash_success(DONE[step])
    if form.get("back") == "approvals":
        return tk.redirect_to("moka_publication.approvals")
    return tk.redirect_to("dataset.read", id=id)


@blueprint.route("/moka/approvals", endpoint="approvals")
def approvals() -> flask.typing.ResponseReturnValue:
    """Show what waits for approval, and what happened lately, in the user's organizations."""
    if tk.current_user.is_anonymous:
        return tk.redirect_to("user.login", next=tk.url_for("moka_publication.approvals"))
    state = tk.request.args.get("state", states.SUBMITTED)
    if state not in TABS:
        return tk.abort(404, "ページが見つかりません。")
    number = tk.h.get_page_number(tk.request.args)
    context = {"user": tk.current_user.name}
    found = tk.get_action("moka_publication_list")(
        context, {"state": state, "limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
    )
    waiting = found["count"] if state == states.SUBMITTED else tk.h.moka_publication_waiting()

    def page_url(page: int, **_more: Any) -> str:
        return tk.url_for("moka_publication.approvals", state=state, page=page)

    page = Page(
        found["results"], page=number, url=page_url, item_count=found["count"], items_per_page=PER_PAGE
    )
    page.items = found["results"]
    extra = {"tabs": TABS, "state": state, "page": page, "found": found, "waiting": waiting}
    return tk.render("moka_publication/approvals.html", extra_vars=extra)


@blueprint.before_app_request
def protect_staff() -> None:
    """Ask for the CSRF token in every change by somebody who is logged in with a session, on all of CKAN's pages.

    CKAN 2.12 exempts a view from the check for the rest of the process as soon as one anonymous visitor or one
    API token has called it. Clients with a token in the header have no session that could be abused.
    """
    if tk.request.method in ("GET", "HEAD", "OPTIONS", "TRACE") or not tk.config["WTF_CSRF_ENABLED"]:
        return
    if tk.current_user.is_authenticated and not tk.g.get("login_via_auth_header"):
        csrf.protect()


@blueprint.before_app_request
def show_tombstone() -> flask.typing.ResponseReturnValue | None:
    """For a withdrawn dataset's page, tell the public that and why it was withdrawn (410), instead of 404."""
    if tk.request.endpoint != "dataset.read" or tk.request.method != "GET":
        return None
    package = model.Package.get((tk.request.view_args or {}).get("id"))
    if package is None or not package.private or package.state != "active":
        return None
    state = service.get(package.id)
    if state.state != states.WITHDRAWN or tk.h.check_access("package_show", {"id": package.id}):
        return None
    page = tk.render(
        "moka_publication/tombstone.html",
        extra_vars={"title": service.released_title(package.id), "state": state},
    )
    return flask.make_response(page, 410)
