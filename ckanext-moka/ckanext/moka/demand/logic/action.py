"""Actions of demand. All errors that people see are Japanese sentences."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from .. import config, identity, present, queries, service
from ..model import Request
from ..similar import matches
from ..words import OPEN, STATUSES
from . import schema

__all__ = [
    "moka_demand_answer",
    "moka_demand_list",
    "moka_demand_moderate",
    "moka_demand_moderation_list",
    "moka_demand_request_create",
    "moka_demand_show",
    "moka_demand_support",
]

Data = dict[str, Any]


def _validated(data_dict: Data, rules: Data, context: Any) -> Data:
    data, errors = tk.navl_validate(dict(data_dict), rules, context)
    if errors:
        raise tk.ValidationError(errors)
    return data


def _refuse(message: str, field: str = "message") -> tk.ValidationError:
    return tk.ValidationError({field: [message]})


def _request(data_dict: Data) -> Request:
    request_id = tk.get_or_bust(data_dict, "id")
    row = queries.by_id(request_id) if isinstance(request_id, str) else None
    if row is None:
        raise tk.ObjectNotFound("このリクエストは見つかりません。一覧から選び直してください。")
    return row


def _allowed(name: str, context: Any) -> bool:
    try:
        tk.check_access(name, context, {})
    except tk.NotAuthorized:
        return False
    return True


def _address(context: Any) -> str | None:
    """Return the address of the web request, or None outside of one (commands, tests)."""
    return (tk.request.remote_addr or "unknown") if tk.request else None


def _commit(context: Any) -> None:
    if not context.get("defer_commit"):
        model.Session.commit()


def moka_demand_request_create(context: Any, data_dict: Data) -> Data:
    """Ask for data. Anybody may; no account, name or address is stored.

    :param title: what data (4-100 characters)
    :param problem: what it is for, what is hard without it (10-2000 characters)
    :param area, period, granularity, beneficiary: optional, up to 200 characters each
    :param category: optional code of one of the 16 themes
    :returns: the request; ``moderation`` is ``held`` when somebody looks at it first
    """
    tk.check_access("moka_demand_request_create", context, data_dict)
    data = _validated(data_dict, schema.request_schema(), context)
    staff = _allowed("moka_demand_moderate", context)
    address = _address(context)
    limited = not context.get("user") and address is not None
    if limited and not identity.within_limit("request", str(address), config.requests_per_day()):
        raise _refuse(
            "同じ接続元からのリクエストが多いため、いまは受け付けられません。明日もう一度お試しください。"
        )
    row = service.create(data, staff=staff)
    _commit(context)
    return present.full(row, show_text=True)


def _anonymous(context: Any, data_dict: Data, request_id: str) -> str:
    """Check and spend the token of a person without an account; return the identity to hash."""
    visitor = context.get("moka_demand_visitor") or (
        tk.request.cookies.get(identity.COOKIE) if tk.request else None
    )
    if not identity.is_visitor(visitor):
        raise _refuse(
            "賛同するには、このリクエストのページを開き直してボタンを押してください（Cookie を使います）。",
            "token",
        )
    token = data_dict.get("token")
    if not isinstance(token, str) or not identity.spend_token(token, request_id, visitor):
        raise _refuse(
            "ボタンの有効期限が切れたか、すでに使われました。ページを開き直して、もう一度押してください。",
            "token",
        )
    address = _address(context)
    if address is not None and not identity.within_limit("support", address, config.supports_per_day()):
        raise _refuse(
            "同じ接続元からの賛同が多いため、いまは受け付けられません。明日もう一度お試しください。"
        )
    return f"visitor:{visitor}"


def moka_demand_support(context: Any, data_dict: Data) -> Data:
    """Agree with a request. One person counts once a request, also under parallel calls.

    :param id: the request
    :param token: one-time token from the request's page (people without an account only)
    :returns: ``counted`` (False if this person had agreed before) and ``supporters``
    """
    tk.check_access("moka_demand_support", context, data_dict)
    row = _request(data_dict)
    user = model.User.get(context["user"]) if context.get("user") else None
    kind, person = (
        ("email", f"user:{user.id}") if user else ("anonymous", _anonymous(context, data_dict, row.id))
    )
    try:
        counted = service.support(row, kind, person)
    except service.Refused as error:
        raise _refuse(str(error)) from None
    _commit(context)
    return {"id": row.id, "counted": counted, "supporters": present.supporters(row)}


@tk.side_effect_free
def moka_demand_list(context: Any, data_dict: Data) -> Data:
    """List requests, best first, each with the reason for its rank in one sentence.

    :param q: words that must all occur in title, problem or details
    :param status: open (default), all, received, reviewing, planned, published or declined
    :param limit, offset: the page (limit 1-100)
    :returns: ``count`` and ``results``; ranks are those among all open requests, also when filtered
    """
    tk.check_access("moka_demand_list", context, data_dict)
    data = _validated(data_dict, schema.list_schema(config.page_size()), context)
    wanted = data["status"]
    places = queries.ranked() if wanted not in ("published", "declined") else []
    pairs: list[tuple[Request, Any]] = [
        (row, place) for row, place in places if wanted in ("open", "all", row.status)
    ]
    if wanted in ("all", "published", "declined"):
        closed = [s for s in STATUSES if s not in OPEN and wanted in ("all", s)]
        pairs += [
            (row, None)
            for row in sorted(queries.requests(statuses=closed), key=lambda r: r.changed, reverse=True)
        ]
    if data["q"]:
        pairs = [pair for pair in pairs if matches(data["q"], present.searchable(pair[0]))]
    page = pairs[data["offset"] : data["offset"] + data["limit"]]
    return {"count": len(pairs), "results": present.rows(page)}


@tk.side_effect_free
def moka_demand_show(context: Any, data_dict: Data) -> Data:
    """Show one request: the text, the answer, its history and every term behind its rank.

    :param id: the request
    :returns: the request; one that is held or rejected comes without text, except for staff
    """
    tk.check_access("moka_demand_show", context, data_dict)
    row = _request(data_dict)
    staff = _allowed("moka_demand_moderate", context)
    return present.full(row, show_text=staff or row.moderation == "visible", staff=staff)


def moka_demand_answer(context: Any, data_dict: Data) -> Data:
    """Answer a request in public (staff). Fields left out keep their value.

    :param id: the request
    :param status: received, reviewing, planned, published or declined
    :param answer: public text; needed for planned and declined
    :param reason_code: needed for declined
    :param planned_for: when, for planned
    :param dataset_id: id or name of the public dataset; needed for published
    :param gate, value, effort: the department's assessment, public too
    """
    tk.check_access("moka_demand_answer", context, data_dict)
    row = _request(data_dict)
    fields = ("status", "reason_code", "answer", "planned_for", "dataset_id", "gate", "value", "effort")
    merged = {field: data_dict.get(field, getattr(row, field)) for field in fields}
    data = _validated(merged, schema.answer_schema(), context)
    errors: dict[str, list[str]] = {}
    if row.moderation != "visible":
        errors["status"] = ["先に内容の確認（承認）をしてください。"]
    if data["status"] == "declined" and not data["reason_code"]:
        errors["reason_code"] = ["見送りにするときは、理由を選んでください。"]
    if data["status"] in ("declined", "planned") and len(data["answer"]) < 10:
        errors["answer"] = ["公開予定・見送りにするときは、市民に伝わる説明を10文字以上で書いてください。"]
    if data["dataset_id"] or data["status"] == "published":
        data["dataset_id"], problem = _public_dataset(data["dataset_id"])
        if problem:
            errors["dataset_id"] = [problem]
    if errors:
        raise tk.ValidationError(errors)
    try:
        service.answer(row, data)
    except service.Refused as error:
        model.Session.rollback()
        raise _refuse(str(error), "status") from None
    _commit(context)
    return present.full(row, show_text=True, staff=True)


def _public_dataset(name: str) -> tuple[str, str]:
    """Return the id of a public dataset (by id, name or address), or "" and a sentence."""
    if not name:
        return "", "公開済みにするときは、公開したデータセットを入れてください。"
    found = model.Package.get(name.rstrip("/").rsplit("/", 1)[-1])
    if found is None or found.state != "active":
        return (
            "",
            f"データセット「{name}」が見つかりません。データセットのページのアドレスか名前を入れてください。",
        )
    if found.private:
        return (
            "",
            f"データセット「{found.title}」はまだ公開されていません。公開の承認が済んでから結び付けてください。",
        )
    return found.id, ""


@tk.side_effect_free
def moka_demand_moderation_list(context: Any, data_dict: Data) -> Data:
    """List what waits for a look (staff): held requests and requests with held supports.

    :param limit, offset: the page of held requests (limit 1-100)
    """
    tk.check_access("moka_demand_moderate", context, data_dict)
    data = _validated(data_dict, schema.list_schema(config.page_size()), context)
    held = queries.requests(moderation="held")
    page = held[data["offset"] : data["offset"] + data["limit"]]
    return {
        "count": len(held),
        "results": [present.full(row, show_text=True, staff=True) for row in page],
        "supports": [
            {"id": row.id, "number": row.number, "title": row.title, "held": count}
            for row, count in queries.with_held_supports()
        ],
    }


def moka_demand_moderate(context: Any, data_dict: Data) -> Data:
    """Decide about what waits (staff).

    :param id: the request
    :param decision: approve, reject (erases the text; ``note`` is the public reason) or release_supports
    :param note: reason of a rejection, 5-500 characters
    """
    tk.check_access("moka_demand_moderate", context, data_dict)
    row = _request(data_dict)
    decision, note = data_dict.get("decision"), str(data_dict.get("note") or "").strip()
    if decision not in ("approve", "reject", "release_supports"):
        raise _refuse("承認・掲載しない・賛同を反映する、のどれかを選んでください。", "decision")
    if decision == "reject" and not 5 <= len(note) <= 500:
        raise _refuse(
            "掲載しない理由を5文字以上500文字以内で書いてください（提案した人に公開されます）。", "note"
        )
    try:
        if decision == "release_supports":
            service.release_supports(row)
        else:
            service.moderate(row, approve=decision == "approve", note=note)
    except service.Refused as error:
        raise _refuse(str(error), "decision") from None
    _commit(context)
    return present.full(row, show_text=True, staff=True)
