"""Between the harvest and the publication: hand drafts in, take back one's own submissions, leave the rest.

What is public, or lies with an approver by a person's hand, is never written by the harvest.
"""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.harvest.refusals import refusal
from ckanext.moka.quality import api as quality

__all__ = ["hand_in", "take_back", "why_waiting"]

_RETRACT_NOTE = "収集元の内容が変わったため、自動収集が申請し直します。"


def why_waiting(user: str, dataset_id: str) -> str | None:
    """Return why the harvest may not change the dataset now, as a Japanese sentence; None when it may.

    Public datasets and those that a person handed in wait; the harvest's own submissions do not.
    """
    if not model.Package.get(dataset_id).private:
        return (
            "公開中のデータが収集元で変わりました。公開しているものはそのままです。"
            "取り込むには、データセットの画面で「公開を取りやめる」で非公開に戻してから、もう一度収集してください。"
        )
    at = _position(user, dataset_id)
    if at["state"] == "approved" or (at["state"] == "submitted" and at["submitted_by"] != user):
        return f"「{at['label']}」のため、まだ取り込みません。承認か差し戻しが済んでから、もう一度収集してください。"
    return None


def take_back(user: str, dataset_id: str) -> None:
    """Take back the harvest's own submission, so that the approver sees the newest state; else do nothing."""
    at = _position(user, dataset_id)
    if at["state"] == "submitted" and at["submitted_by"] == user:
        values = {"id": dataset_id, "reason": _RETRACT_NOTE}
        tk.get_action("moka_publication_withdraw")({"user": user}, values)


def _position(user: str, dataset_id: str) -> dict[str, Any]:
    return tk.get_action("moka_publication_show")({"user": user}, {"id": dataset_id})


def hand_in(user: str, dataset_id: str) -> str | None:
    """Submit the draft for approval; return a Japanese sentence on why it stays a draft, or None.

    A file whose quality forbids publication keeps the draft back; so does a withdrawal by a person, who
    alone decides on publishing it again.
    """
    dataset = tk.get_action("package_show")({"user": user}, {"id": dataset_id})
    blocked = [sentence for resource in dataset["resources"] if (sentence := _blocked(resource))]
    if blocked:
        return f"下書きのままにしました。{''.join(blocked)}品質レポートを見て、元のファイルを直してください。"
    try:
        at = _position(user, dataset_id)
        if at["state"] in ("draft", "returned"):
            values: dict[str, Any] = {"id": dataset_id, "note": "自動収集による登録"}
            tk.get_action("moka_publication_submit")({"user": user}, values)
        elif at["state"] == "withdrawn":
            return "取り込みました。公開を取りやめたデータなので、内容を確かめて、画面から申請してください。"
    except (tk.ValidationError, tk.NotAuthorized) as error:
        model.Session.rollback()
        return f"下書きのままにしました。{refusal(error)}"
    return None


def _blocked(resource: dict[str, Any]) -> str | None:
    """Return what forbids publishing a file, as a Japanese sentence with its name; None if nothing does."""
    if resource.get("url_type") != "upload":
        return None
    report = quality.ensure_report(resource)
    if quality.verdict(resource.get("hash") or "") != "blocked":
        return None
    name = report.get("file") or resource.get("name") or ""
    grave = [f for f in report.get("findings", []) if f.get("severity") in ("fatal", "critical")]
    return f"「{name}」：{grave[0]['message'] if grave else 'このままでは公開できません。'}"
