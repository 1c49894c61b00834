"""What the quality stage's templates, and those of other stages, ask for."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.moka.quality import service

__all__ = [
    "moka_quality_severity_label",
    "moka_quality_state",
    "moka_quality_type_label",
    "moka_quality_verdict",
    "moka_quality_verdict_label",
]


def moka_quality_verdict(resource: dict[str, Any]) -> str:
    """Return ok, advice, blocked or unchecked for a resource."""
    return service.verdict(str(resource.get("hash") or ""))


def moka_quality_state(resource: dict[str, Any]) -> str:
    """Return done, checking, unchecked or link for a resource."""
    return service.state_of(resource)


def moka_quality_verdict_label(verdict: str) -> str:
    """Return the verdict in words."""
    labels = {
        "ok": tk._("公開できます"),
        "advice": tk._("助言つきで公開できます"),
        "blocked": tk._("公開できません"),
    }
    return labels.get(verdict, tk._("まだ検査していません"))


def moka_quality_severity_label(severity: str) -> str:
    """Return in words how much a finding weighs."""
    labels = {
        "fatal": tk._("直すまで公開できません"),
        "critical": tk._("直すまで公開できません"),
        "major": tk._("直すことをすすめます"),
        "minor": tk._("できれば直しましょう"),
    }
    return labels.get(severity, tk._("お知らせ"))


def moka_quality_type_label(kind: str) -> str:
    """Return the type of a column in words."""
    labels = {
        "text": tk._("文字"),
        "string": tk._("文字"),
        "integer": tk._("整数"),
        "number": tk._("数"),
        "date": tk._("日付"),
        "datetime": tk._("日時"),
        "time": tk._("時刻"),
        "boolean": tk._("有無"),
    }
    return labels.get(kind, kind)
