"""Pages of demand. Everything works without JavaScript; every POST carries CKAN's CSRF field."""

from __future__ import annotations

from typing import Any

from ckan import authz
from ckan.lib.pagination import Page
from ckan.plugins import toolkit as tk
from flask import Blueprint, make_response
from flask.views import MethodView
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError as BadToken

from . import config, identity, queries, words
from .explain import GATE_LABELS
from .logic.schema import request_schema
from .ranking import EFFORT_BANDS, VALUES
from .suggest import datasets_like, requests_like

__all__ = ["demand"]

demand = Blueprint("moka_demand", __name__, url_prefix="/demand")
FORM_FIELDS = ("title", "problem", "area", "period", "granularity", "beneficiary", "category")


@demand.before_request
def check_csrf() -> Any:
    """Refuse a POST without a valid CSRF field, whoever sends it.

    CKAN 2.12 itself exempts a view from the check for the rest of the process as soon as one anonymous
    visitor has opened it, so the check is made here.
    """
    if tk.request.method != "POST" or not tk.config["WTF_CSRF_ENABLED"]:
        return None
    try:
        validate_csrf(tk.request.form.get(tk.config["WTF_CSRF_FIELD_NAME"]))
    except BadToken:
        return tk.abort(
            400,
            "ページを開いてから時間がたったため送信できませんでした。ページを開き直して、もう一度お試しください。",
        )
    return None


def _visitor() -> tuple[str, bool]:
    """Return this browser's random id and whether it still has to be set as a cookie."""
    known = tk.request.cookies.get(identity.COOKIE)
    return (known or "", False) if identity.is_visitor(known) else (identity.new_visitor(), True)


def _page(template: str, variables: dict[str, Any], visitor: tuple[str, bool], status: int = 200) -> Response:
    response = make_response(tk.render(template, extra_vars=variables), status)
    if visitor[1]:
        response.set_cookie(
            identity.COOKIE,
            visitor[0],
            max_age=identity.COOKIE_DAYS * 86400,
            httponly=True,
            samesite="Lax",
            secure=tk.request.is_secure,
        )
    return response


def _is_staff() -> bool:
    user = tk.g.user
    return bool(user and authz.has_user_permission_for_some_org(user, "create_dataset"))


def _person(visitor: str) -> str:
    return f"user:{tk.g.userobj.id}" if tk.g.userobj else f"visitor:{visitor}"


def _supported(ids: list[str], visitor: str) -> set[str]:
    keys = queries.support_keys(ids)
    return queries.supported(
        {key: identity.person_hash(value, _person(visitor)) for key, value in keys.items()}
    )


def _errors(error: tk.ValidationError) -> list[str]:
    return [message for messages in error.error_dict.values() for message in messages]


def _page_number() -> int:
    """Return the page asked for; the first for anything that is no page."""
    asked = tk.request.args.get("page", "1")
    return max(1, min(int(asked), 10_000)) if asked.isascii() and asked.isdigit() else 1


def index() -> Response:
    """The ranked list."""
    visitor = _visitor()
    page_number = _page_number()
    query, status, size = (
        tk.request.args.get("q", "").strip(),
        tk.request.args.get("status", "open"),
        config.page_size(),
    )
    if status not in (*words.STATUSES, "open", "all"):
        status = "open"
    listed = tk.get_action("moka_demand_list")(
        {}, {"q": query[:200], "status": status, "limit": size, "offset": (page_number - 1) * size}
    )
    pager = Page(
        collection=listed["results"],
        page=page_number,
        url=lambda page, **kw: tk.h.url_for("moka_demand.index", q=query or None, status=status, page=page),
        item_count=listed["count"],
        items_per_page=size,
        presliced_list=True,
    )
    ids = [row["id"] for row in listed["results"]]
    variables = {
        "page": pager,
        "rows": listed["results"],
        "count": listed["count"],
        "q": query,
        "status": status,
        "statuses": {"open": "受付中のもの", **words.STATUSES, "all": "すべて"},
        "supported": _supported(ids, visitor[0]),
        "tokens": {key: identity.issue_token(key, visitor[0]) for key in ids},
        "is_staff": _is_staff(),
        "waiting": queries.waiting() if _is_staff() else 0,
    }
    return _page("moka_demand/index.html", variables, visitor)


def read(id: str) -> Response:
    """One request: text, answer, support, why this rank."""
    visitor = _visitor()
    try:
        shown = tk.get_action("moka_demand_show")({}, {"id": id})
    except tk.ObjectNotFound:
        return tk.abort(404, "このリクエストは見つかりません。一覧から選び直してください。")
    variables = {
        "row": shown,
        "supported": id in _supported([id], visitor[0]),
        "token": identity.issue_token(id, visitor[0]),
        "is_staff": _is_staff(),
        "similar": requests_like(f"{shown['title']} {shown['problem']}", but=id) if shown["title"] else [],
    }
    return _page("moka_demand/read.html", variables, visitor)


def support(id: str) -> Response:
    """Agree, then go back to where the button was."""
    visitor = _visitor()
    context: Any = {"moka_demand_visitor": visitor[0]}
    try:
        done = tk.get_action("moka_demand_support")(
            context, {"id": id, "token": tk.request.form.get("token", "")}
        )
    except tk.ObjectNotFound:
        return tk.abort(404, "このリクエストは見つかりません。一覧から選び直してください。")
    except tk.ValidationError as error:
        if id in _supported([id], visitor[0]):
            tk.h.flash_notice("このリクエストにはすでに賛同しています。")
        else:
            tk.h.flash_error(" ".join(_errors(error)))
        return tk.redirect_to("moka_demand.read", id=id)
    if done["counted"]:
        tk.h.flash_success("賛同を受け付けました。ありがとうございます。")
    else:
        tk.h.flash_notice("このリクエストにはすでに賛同しています。お一人1回まで数えます。")
    if tk.request.form.get("back") == "list":
        return tk.redirect_to("moka_demand.index", _anchor=f"r-{id}")
    return tk.redirect_to("moka_demand.read", id=id)


class NewView(MethodView):
    """Ask for data: form, then similar things and a look at what will be sent, then send."""

    def _form(
        self, data: dict[str, Any], errors: dict[str, Any], visitor: tuple[str, bool], code: int = 200
    ) -> Response:
        ordered = {field: errors[field] for field in (*FORM_FIELDS, *errors) if field in errors}
        variables = {"data": data, "errors": ordered, "categories": words.categories()}
        return _page("moka_demand/new.html", variables, visitor, code)

    def get(self) -> Response:
        """Show the form; ``q`` (a search that found nothing) becomes the title."""
        typed = " ".join(tk.request.args.get("q", "").split())[:100]
        return self._form({"title": typed}, {}, _visitor())

    def post(self) -> Response:
        """Check and show similar things (``step=check``), go back (``edit``), or send (``send``)."""
        visitor = _visitor()
        typed = {field: tk.request.form.get(field, "") for field in FORM_FIELDS}
        step = tk.request.form.get("step", "check")
        if step == "edit":
            return self._form(typed, {}, visitor)
        data, errors = tk.navl_validate(
            {**typed, "website": tk.request.form.get("website", "")}, request_schema(), {}
        )
        if errors:
            return self._form(typed, errors, visitor, 422)
        return self._send(data, visitor) if step == "send" else self._check(data, visitor)

    def _check(self, data: dict[str, Any], visitor: tuple[str, bool]) -> Response:
        variables = {
            "data": data,
            "category_label": words.categories().get(data["category"], ""),
            "requests": requests_like(f"{data['title']} {data['problem']}"),
            "datasets": datasets_like(data["title"]),
            "token": identity.issue_token("new", visitor[0]),
        }
        return _page("moka_demand/confirm.html", variables, visitor)

    def _send(self, data: dict[str, Any], visitor: tuple[str, bool]) -> Response:
        if not identity.spend_token(tk.request.form.get("token", ""), "new", visitor[0]):
            tk.h.flash_error(
                "確認画面の有効期限が切れたか、すでに送信済みです。一覧を確かめて、なければもう一度送信してください。"
            )
            return tk.redirect_to("moka_demand.index")
        try:
            made = tk.get_action("moka_demand_request_create")({}, data)
        except tk.ValidationError as error:
            return self._form(data, error.error_dict, visitor, 422)
        if made["moderation"] == "held":
            tk.h.flash_notice(
                f"受け付けました（受付番号 {made['number']}）。担当者が内容を確認してから一覧に載せます。"
            )
        else:
            tk.h.flash_success(
                f"リクエストを公開しました（受付番号 {made['number']}）。このページを知り合いにも知らせて、賛同を集めましょう。"
            )
        return tk.redirect_to("moka_demand.read", id=made["id"])


class AnswerView(MethodView):
    """Staff answer a request."""

    def _form(
        self, id: str, data: dict[str, Any] | None = None, errors: dict[str, Any] | None = None
    ) -> Response:
        try:
            tk.check_access("moka_demand_answer", {"user": tk.g.user}, {"id": id})
            shown = tk.get_action("moka_demand_show")({}, {"id": id})
        except tk.NotAuthorized:
            return tk.abort(403, "このページは市の担当者だけが使えます。ログインしてください。")
        except tk.ObjectNotFound:
            return tk.abort(404, "このリクエストは見つかりません。一覧から選び直してください。")
        variables = {
            "row": shown,
            "data": {**shown, **(data or {})},
            "errors": errors or {},
            "statuses": words.STATUSES,
            "reasons": words.REASONS,
            "gates": GATE_LABELS,
            "values": VALUES,
            "efforts": EFFORT_BANDS,
        }
        return _page("moka_demand/answer.html", variables, ("", False), 422 if errors else 200)

    def get(self, id: str) -> Response:
        """Show the form."""
        return self._form(id)

    def post(self, id: str) -> Response:
        """Write the answer."""
        data = {key: value for key, value in tk.request.form.items() if key != tk.g.csrf_field_name}
        try:
            tk.get_action("moka_demand_answer")({}, {**data, "id": id})
        except tk.ValidationError as error:
            return self._form(id, data, error.error_dict)
        except tk.NotAuthorized:
            return tk.abort(403, "このページは市の担当者だけが使えます。ログインしてください。")
        except tk.ObjectNotFound:
            return tk.abort(404, "このリクエストは見つかりません。一覧から選び直してください。")
        tk.h.flash_success("回答を公開しました。")
        return tk.redirect_to("moka_demand.read", id=id)


def moderation() -> Response:
    """What waits for a look (staff)."""
    page_number, size = _page_number(), config.page_size()
    try:
        listed = tk.get_action("moka_demand_moderation_list")(
            {}, {"limit": size, "offset": (page_number - 1) * size}
        )
    except tk.NotAuthorized:
        return tk.abort(403, "このページは市の担当者だけが使えます。ログインしてください。")
    pager = Page(
        collection=listed["results"],
        page=page_number,
        url=lambda page, **kw: tk.h.url_for("moka_demand.moderation", page=page),
        item_count=listed["count"],
        items_per_page=size,
        presliced_list=True,
    )
    return _page("moka_demand/moderation.html", {**listed, "page": pager}, ("", False))


def decide(id: str) -> Response:
    """Approve, reject, or count held supports (staff)."""
    decision, note = tk.request.form.get("decision", ""), tk.request.form.get("note", "")
    try:
        tk.get_action("moka_demand_moderate")({}, {"id": id, "decision": decision, "note": note})
    except tk.NotAuthorized:
        return tk.abort(403, "このページは市の担当者だけが使えます。ログインしてください。")
    except tk.ObjectNotFound:
        return tk.abort(404, "このリクエストは見つかりません。一覧から選び直してください。")
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(_errors(error)))
    else:
        tk.h.flash_success("確認の結果を反映しました。")
    return tk.redirect_to("moka_demand.moderation")


demand.add_url_rule("", view_func=index, strict_slashes=False)
demand.add_url_rule("/new", view_func=NewView.as_view("new"))
demand.add_url_rule("/moderation", view_func=moderation)
demand.add_url_rule("/moderation/<id>", view_func=decide, methods=["POST"])
demand.add_url_rule("/<id>", view_func=read)
demand.add_url_rule("/<id>/support", view_func=support, methods=["POST"])
demand.add_url_rule("/<id>/answer", view_func=AnswerView.as_view("answer"))
