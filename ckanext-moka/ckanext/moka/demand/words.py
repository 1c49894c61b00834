"""The words that residents read for codes that the database keeps. Pure."""

from __future__ import annotations

from moka_schemas import themes

__all__ = ["OPEN", "REASONS", "STATUSES", "STEPS", "categories"]

STATUSES = {
    "received": "受付",
    "reviewing": "検討中",
    "planned": "公開予定",
    "published": "公開済み",
    "declined": "見送り",
}
OPEN = ("received", "reviewing", "planned")
STEPS = {
    **STATUSES,
    "held": "内容の確認待ち",
    "approved": "確認が終わり、公開しました",
    "rejected": "掲載を見合わせました",
    "released_supports": "確認待ちの賛同を反映しました",
}
# Reason codes of a decision not to publish; demand-model of the platform, docs/reference/demand.md
REASONS = {
    "personal_info": "個人情報が含まれる",
    "third_party_rights": "第三者の権利がある",
    "statutory_secrecy": "法令で公開できない",
    "safety_security": "安全・防犯のため",
    "not_collected": "市で持っていない",
    "not_digital_cost": "電子化の手間が大きい",
    "quality_unfit": "公開できる品質にない",
    "policy_in_progress": "検討途中の情報である",
    "other_body": "他の機関が持っている",
    "already_published": "すでに公開している",
    "duplicate": "同じリクエストがある",
}


def categories() -> dict[str, str]:
    """Return the sixteen themes of the portal, code to Japanese label, in their official order."""
    return {item.get("code") or item["value"]: item["label"] for item in themes()}
