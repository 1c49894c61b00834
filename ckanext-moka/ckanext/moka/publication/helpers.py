"""What templates ask of publication."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.journal import api as journal
from ckanext.moka.publication import contents, service, states

__all__ = [
    "moka_publication_approver",
    "moka_publication_generated",
    "moka_publication_person",
    "moka_publication_status",
    "moka_publication_waiting",
    "moka_publication_when",
]

_JAPAN = ZoneInfo("Asia/Tokyo")
_HISTORY = 10
_KINDS = {
    "submitted": "公開を申請",
    "approved": "承認",
    "returned": "差し戻し",
    "released": "公開",
    "withdrawn": "公開を取りやめ",
    "retracted": "申請を取り下げ",
}


def moka_publication_status(pkg: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the status box of a dataset page shows, None for those who may not edit the dataset.

    ``state``, ``label``, people and times, ``note``, ``reason``, ``can`` (the steps open to this user),
    ``own`` (the user handed it in), ``problems`` (why it cannot be handed in), ``history``.
    """
    user = tk.current_user
    if not user.is_authenticated or not tk.h.check_access("moka_publication_show", {"id": pkg["id"]}):
        return None
    state = service.get(pkg["id"])
    can = {
        step: states.possible(step, state.state)
        and tk.h.check_access(f"moka_publication_{step}", {"id": pkg["id"]})
        for step in ("submit", "approve", "return", "withdraw")
    }
    own = state.submitted_by == user.id
    can["approve"] = can["approve"] and not own
    problems = service.problems(pkg["id"], check=False) if can["submit"] else []
    return {
        "state": state.state,
        "label": states.LABELS[state.state],
        "submitted_by": state.submitted_by,
        "submitted_at": state.submitted_at,
        "note": state.note,
        "approved_by": state.approved_by,
        "approved_at": state.approved_at,
        "decided_by": state.decided_by,
        "decided_at": state.decided_at,
        "reason": state.reason,
        "released_at": state.released_at,
        "release_no": state.release_no,
        "can": can,
        "own": own,
        "problems": problems,
        "history": _history(pkg["id"]),
    }


def _history(dataset_id: str) -> list[dict[str, Any]]:
    return [
        {
            "what": _KINDS.get(entry.kind, entry.kind),
            "who": entry.actor,
            "at": entry.at,
            "text": entry.detail.get("note") or entry.detail.get("reason") or "",
        }
        for entry in journal.entries(dataset_id, limit=_HISTORY)
    ]


def moka_publication_when(at: datetime | str | None) -> str:
    """Return a time as people in Japan write it (2026年4月1日 9:05), empty for none."""
    if not at:
        return ""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    local = moment.astimezone(_JAPAN)
    return f"{local.year}年{local.month}月{local.day}日 {local.hour}:{local.minute:02}"


def moka_publication_person(user_id: str | None) -> str:
    """Return the name of a person for display: the full name if there is one, 自動処理 for the system."""
    user = model.User.get(user_id) if user_id else None
    if user is None:
        return str(user_id or "")
    if user.name == tk.config.get("ckan.site_id"):
        return "自動処理"
    return str(user.display_name)


def moka_publication_approver() -> bool:
    """Tell whether the user approves anything: system administrators and administrators of an organization."""
    user = tk.current_user
    if not user.is_authenticated:
        return False
    if user.sysadmin:
        return True
    return (
        model.Session.query(model.Member.id)
        .filter_by(table_name="user", table_id=user.id, capacity="admin", state="active")
        .first()
        is not None
    )


def moka_publication_waiting() -> int:
    """Return how many datasets wait for an approval in the user's organizations; 0 for who is not logged in."""
    user = tk.current_user
    if not user.is_authenticated:
        return 0
    return int(
        tk.get_action("moka_publication_list")({"user": user.name}, {"state": states.SUBMITTED, "limit": 1})[
            "count"
        ]
    )


def moka_publication_generated(resource: dict[str, Any]) -> bool:
    """Tell whether a release derived this resource (a CSV beside an Excel file)."""
    parent = resource.get("generated_from")
    return bool(parent) and contents.generated_id(str(parent)) == resource.get("id")
