"""The staff page 自動収集: sources, their runs, a run's report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint, request
from werkzeug.wrappers import Response

from ckanext.moka.harvest.service import OUTCOME_NAMES

__all__ = ["blueprint"]

blueprint = Blueprint("moka_harvest", __name__, url_prefix="/moka/harvest")

STATUS_NAMES = {
    "waiting": "順番待ち",
    "running": "実行中",
    "done": "完了",
    "partial": "一部取り込めず",
    "failed": "失敗",
    "held": "保留",
}
ACTOR_NAMES = {"@cli": "コマンド", "@nightly": "毎晩の収集"}
_PER_PAGE = 20
_LOG_PER_PAGE = 100


def _action(name: str, **data: Any) -> Any:
    try:
        return tk.get_action(name)({"user": tk.current_user.name}, data)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("この収集元か実行の記録は見つかりません。"))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("自動収集を見られるのは、各課の編集者と管理者だけです。"))


def _page_number() -> int:
    raw = request.args.get("page", "1")
    return max(1, min(int(raw), 100_000)) if raw.isascii() and raw.isdigit() else 1


def _pages(count: int, per_page: int) -> dict[str, int]:
    return {"page": _page_number(), "last": max(1, -(-count // per_page)), "count": count}


def when(moment: str | None) -> str:
    """Return an ISO moment as people here write it, in the site's time zone; empty for none."""
    if not moment:
        return ""
    local = datetime.fromisoformat(moment).astimezone(tk.h.get_display_timezone())
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _render(template: str, **values: Any) -> str:
    return tk.render(
        f"moka_harvest/{template}.html",
        {
            "status_names": STATUS_NAMES,
            "outcome_names": OUTCOME_NAMES,
            "actor_names": ACTOR_NAMES,
            "when": when,
            **values,
        },
    )


def index() -> str:
    """All sources of the reader's departments with their last runs."""
    offset = (_page_number() - 1) * _PER_PAGE
    found = _action("moka_harvest_source_list", limit=_PER_PAGE, offset=offset)
    return _render("index", sources=found["results"], pages=_pages(found["count"], _PER_PAGE))


def source(name: str) -> str:
    """One source: where it lies, its runs."""
    shown = _action("moka_harvest_source_show", id=name)
    offset = (_page_number() - 1) * _PER_PAGE
    runs = _action("moka_harvest_run_list", id=name, limit=_PER_PAGE, offset=offset)
    return _render("source", source=shown, runs=runs["results"], pages=_pages(runs["count"], _PER_PAGE))


def run(run_id: str) -> str:
    """One run: counts and remarks, a hundred to a page."""
    shown = _action("moka_harvest_run_show", id=run_id)
    first = (_page_number() - 1) * _LOG_PER_PAGE
    return _render(
        "run",
        run=shown,
        source=_action("moka_harvest_source_show", id=shown["source_id"]),
        entries=shown["log"][first : first + _LOG_PER_PAGE],
        pages=_pages(len(shown["log"]), _LOG_PER_PAGE),
    )


def start(name: str) -> Response:
    """Start a run in the background and lead to its report."""
    try:
        started = _action("moka_harvest_run", id=name, confirm=request.form.get("confirm") == "yes")
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(str(text) for texts in error.error_dict.values() for text in texts))
        return tk.redirect_to("moka_harvest.source", name=name)
    tk.h.flash_success(tk._("自動収集を始めました。このページを開き直すと進み具合が分かります。"))
    return tk.redirect_to("moka_harvest.run", run_id=started["id"])


blueprint.add_url_rule("/", "index", index)
blueprint.add_url_rule("/source/<name>", "source", source)
blueprint.add_url_rule("/source/<name>/run", "start", start, methods=["POST"])
blueprint.add_url_rule("/run/<run_id>", "run", run)
