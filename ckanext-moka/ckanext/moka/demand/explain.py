"""Say in plain Japanese why an item stands where it stands. Pure: a :class:`Ranked` goes in."""

from __future__ import annotations

from typing import Any

from .ranking import KINDS, Ranked, Term, effort_band

__all__ = ["GATE_LABELS", "LABELS", "as_dict", "compare", "people", "why"]

GATE_LABELS = {
    "clear": "公開できる",
    "clear_after": "集計・匿名化すれば公開できる",
    "unknown": "公開できるか確認前",
    "blocked": "公開できない",
}
LABELS = {
    "verified": "本人確認をした人の賛同",
    "offline": "窓口・電話などで受けたリクエスト",
    "use": "使いみちを表明した団体",
    "email": "メールやアカウントで確認した賛同",
    "search": "探したが見つからなかった検索",
    "anonymous": "匿名の賛同",
    "prior": "分野の平均からの見込み",
}


def people(ranked: Ranked) -> int:
    """Return how many people agreed (every kind but searches, which are not people who agreed)."""
    return sum(term.count for term in ranked.terms if term.key in KINDS and term.key != "search")


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def why(ranked: Ranked) -> str:
    """Return one plain sentence: who agrees, since when, and the estimate that decides the rank."""
    agreed = people(ranked)
    counts = {term.key: term.count for term in ranked.terms}
    parts = [
        f"{name}{count}人"
        for name, count in (
            ("本人確認・窓口", counts["verified"] + counts["offline"]),
            ("団体", counts["use"]),
            ("メール・アカウント", counts["email"]),
            ("匿名", counts["anonymous"]),
        )
        if count
    ]
    who = f"{agreed}人が賛同（{'、'.join(parts)}）" if agreed else "賛同はまだありません"
    estimate = f"1年あたり約{_number(ranked.demand)}人が必要としていると見込まれます"
    if not agreed:
        return f"{who}。似たリクエストの平均から、{estimate}。"
    return f"{who}。賛同の確かさと受付からの期間を考えると、{estimate}。"


def _term(term: Term) -> dict[str, Any]:
    return {
        "key": term.key,
        "label": LABELS[term.key],
        "count": term.count,
        "weight": term.weight,
        "points": round(term.points, 6),
        "per_year": round(term.per_year, 6),
        "withheld": round(term.withheld, 6),
        "note": _note(term),
    }


def _note(term: Term) -> str:
    if term.key == "prior":
        return "賛同が少ないうちは平均に近い値から始め、賛同が増えるほど実際の数で決まります。"
    if not term.count:
        return ""
    text = f"{term.count}{'件' if term.key == 'search' else '人'} × {term.weight:g}点"
    if term.withheld > 1e-9:
        return f"{text}。上限を超えた{term.withheld:.2f}点は数えていません（水増しを防ぐため）。"
    if term.points < term.count * term.weight - 1e-9:
        return f"{text}。古い賛同ほど小さく数えます（180日で半分）。"
    return f"{text}。"


def as_dict(ranked: Ranked, *, explain: bool = False) -> dict[str, Any]:
    """Return the public row of an item; with ``explain`` also the sentence and the working."""
    row: dict[str, Any] = {
        "id": ranked.item.id,
        "rank": ranked.rank,
        "band": ranked.band,
        "demand_per_year": round(ranked.demand, 6),
        "low": round(ranked.low, 6),
        "high": round(ranked.high, 6),
        "plan_rank": ranked.plan_rank,
        "terms": [_term(term) for term in ranked.terms],
    }
    if explain:
        row["why"] = why(ranked)
        row["working"] = {
            "years_open": round(ranked.exposure, 6),
            "gate": ranked.item.gate,
            "gate_label": GATE_LABELS[ranked.item.gate],
            "value": ranked.item.value,
            "effort": effort_band(ranked.item.effort),
            "plan_score": round(ranked.plan_score, 6),
        }
    return row


def compare(above: Ranked, below: Ranked) -> str:
    """Return why ``above`` stands above ``below``: the term with the largest difference a year."""
    lower = {term.key: term for term in below.terms}
    cause = max(above.terms, key=lambda term: (term.per_year - lower[term.key].per_year, term.key))
    gap = cause.per_year - lower[cause.key].per_year
    if gap <= 1e-9:
        return "見込みは同じです。上限を掛ける前の賛同の多さ、必要な手間、受付の早さの順で決めました。"
    return f"いちばん大きな違いは「{LABELS[cause.key]}」で、1年あたり{gap:.1f}人分の差があります。"
