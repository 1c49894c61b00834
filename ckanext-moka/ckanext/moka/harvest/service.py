"""Run a source: read it, compare, take over what changed, report the rest.

A run never deletes. If more than the configured share of a source's data sets vanished at once, the run is
held (保留) until a person confirms it: an unmounted share must not look like a city without data.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.exc import IntegrityError

from ckanext.moka.core.events import HarvestFinished
from ckanext.moka.harvest import compare, config
from ckanext.moka.harvest.identity import ensure_editor
from ckanext.moka.harvest.intake import Entry, Intake
from ckanext.moka.harvest.model import HarvestObject, HarvestRun, HarvestSource, now
from ckanext.moka.harvest.refusals import refusal
from ckanext.moka.harvest.sources import open_source
from ckanext.moka.jobs import api as jobs
from moka_harvesters.source import HarvestedDataset, Problem, SourceUnavailable

__all__ = ["OUTCOMES", "Report", "begin", "dry_run", "run"]

log = logging.getLogger(__name__)
Progress = Callable[[int, int, str], None]

OUTCOMES = ("added", "changed", "unchanged", "revision", "incomplete", "removed", "gone", "failed", "draft")
_SILENT_AFTER = timedelta(minutes=15)


@dataclass
class Report:
    """What a run did or, for a dry run, would do."""

    status: str
    message: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    run_id: str | None = None


@dataclass
class _Gathered:
    datasets: dict[str, HarvestedDataset] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def failed(self) -> set[str]:
        return {guid for guid, dataset in self.datasets.items() if not dataset.files}


def begin(source: HarvestSource, actor: str, *, confirmed: bool = False) -> HarvestRun:
    """Return a new waiting run of the source, committed; ``ValidationError`` while another one goes on.

    A run whose process gave no sign of life for 15 minutes is closed as failed first.
    """
    source_id = source.id
    _close_silent(source_id)
    run_row = HarvestRun(source_id=source_id, actor=actor, confirmed=confirmed, status="waiting")
    model.Session.add(run_row)
    try:
        model.Session.flush()
    except IntegrityError as error:
        model.Session.rollback()
        raise tk.ValidationError(
            {"source": ["この収集元はいま実行中です。終わってからもう一度実行してください。"]}
        ) from error
    return run_row


def _close_silent(source_id: str) -> None:
    rows = (
        model.Session.query(HarvestRun)
        .filter(HarvestRun.source_id == source_id, HarvestRun.status == "running")
        .filter(HarvestRun.heartbeat < now() - _SILENT_AFTER)
    )
    for row in rows:
        row.status, row.finished = "failed", now()
        row.message = "途中で止まりました。もう一度実行すると続きから取り込みます。"
    model.Session.flush()


def dry_run(source: HarvestSource, progress: Progress | None = None) -> Report:
    """Say what a run would do; writes nothing, not even a run."""
    try:
        gathered = _gather(source, progress)
    except SourceUnavailable as error:
        return Report("failed", str(error))
    known = _known(source.id)
    gone = compare.vanished(_present(known), gathered.datasets, gathered.failed)
    report = Report("done", log=_problem_entries(gathered))
    held = compare.shrunk(len(_present(known)), len(gone), config.shrink_limit())
    outcomes = {guid: compare.decide(dataset, known.get(guid)) for guid, dataset in gathered.datasets.items()}
    report.counts = _count([*outcomes.values(), *("gone" for _ in gone)])
    for guid, outcome in outcomes.items():
        if outcome != "unchanged":
            report.log.append(_entry("info", outcome, guid, gathered.datasets[guid].title))
    report.log += [_entry("notice", "gone", guid, "収集元からなくなっています。") for guid in gone]
    if held:
        report.status, report.message = "held", _held_message(len(_present(known)), gone)
    return report


def run(run_id: str, progress: Progress | None = None) -> Report:
    """Carry out a waiting run; returns its report. Calling it again for a finished run changes nothing.

    Whatever happens is written to the run: it always ends as done, partial, failed or held.
    """
    row = model.Session.get(HarvestRun, run_id)
    if row is None or row.status != "waiting":
        return Report("done" if row is None else row.status, run_id=run_id)
    row.status, row.started, row.heartbeat = "running", now(), now()
    model.Session.commit()
    source = model.Session.get(HarvestSource, row.source_id)
    report = Report("failed", run_id=run_id)
    try:
        report = _carry_out(source, row, progress)
    except SourceUnavailable as error:
        report.message = str(error)
    except KeyboardInterrupt:
        model.Session.rollback()
        _finish(run_id, Report("failed", "中断しました。もう一度実行すると続きから取り込みます。"))
        raise
    except Exception:
        log.exception("harvest run %s broke", run_id)
        model.Session.rollback()
        report.message = "内部のエラーで止まりました。記録（ログ）を管理者に見せてください。"
    _finish(run_id, report)
    return report


def _carry_out(source: HarvestSource, row: HarvestRun, progress: Progress | None) -> Report:
    source_id, run_id, confirmed = source.id, row.id, row.confirmed
    gathered = _gather(source, progress)
    known = _known(source_id)
    present = _present(known)
    gone = compare.vanished(present, gathered.datasets, gathered.failed)
    if compare.shrunk(len(present), len(gone), config.shrink_limit()) and not confirmed:
        entries = [_entry("notice", "gone", guid, "収集元からなくなっています。") for guid in gone]
        entries += _problem_entries(gathered)
        return Report("held", _held_message(len(present), gone), {"gone": len(gone)}, entries, run_id)
    user = ensure_editor(source.organization_id)
    intake = Intake(source_id, run_id, source.organization_id, user, _problem_entries(gathered))
    outcomes: list[str] = []
    total = len(gathered.datasets)
    for number, (guid, dataset) in enumerate(gathered.datasets.items(), start=1):
        outcome = _take(intake, dataset, known.get(guid))
        outcomes.append(outcome)
        _sign_of_life(run_id, outcomes)
        if progress:
            progress(number, total, f"{guid}：{OUTCOME_NAMES[outcome]}")
    outcomes += _mark_gone(intake, gone)
    bad = {"failed", "incomplete"} & set(outcomes) or any(e["level"] == "error" for e in intake.log)
    outcomes += ["draft" for entry in intake.log if entry["code"] == "draft"]
    return Report("partial" if bad else "done", "", _count(outcomes), intake.log, run_id)


OUTCOME_NAMES = {
    "added": "追加",
    "changed": "更新",
    "unchanged": "変更なし",
    "revision": "改訂待ち",
    "incomplete": "一部のみ",
    "removed": "ポータルで削除済み",
    "gone": "収集元からなくなった",
    "failed": "取り込めない",
    "draft": "うち下書きのまま",
}


def _take(intake: Intake, dataset: HarvestedDataset, known: compare.Known | None) -> str:
    """Take one data set over; whatever goes wrong with it stays with it."""
    outcome = compare.decide(dataset, known)
    try:
        if outcome == "added":
            return intake.add(dataset)
        if outcome == "changed" or (outcome == "unchanged" and known is not None and known.state == "gone"):
            return intake.change(dataset)
    except (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound) as error:
        model.Session.rollback()
        intake.note("error", "refused", dataset.guid, f"登録できません。{refusal(error)}")
        return "failed"
    except Exception:
        log.exception("harvesting %s broke", dataset.guid)
        model.Session.rollback()
        intake.note(
            "error",
            "internal",
            dataset.guid,
            "内部のエラーで取り込めません。記録（ログ）を管理者に見せてください。",
        )
        return "failed"
    return outcome


def _mark_gone(intake: Intake, gone: list[str]) -> list[str]:
    """Mark what vanished from the source; the datasets stay as they are."""
    rows = model.Session.query(HarvestObject).filter(
        HarvestObject.source_id == intake.source_id, HarvestObject.guid.in_(gone)
    )
    marked = []
    for row in rows.order_by(HarvestObject.guid):
        row.state, row.gone_since, row.last_run_id = "gone", now(), intake.run_id
        text = "収集元からなくなりました。ポータルには残してあります。公開をやめるときは取り下げてください。"
        intake.note("notice", "gone", row.guid, text, row.dataset_id)
        marked.append("gone")
    model.Session.commit()
    return marked


def _gather(source: HarvestSource, progress: Progress | None) -> _Gathered:
    gathered = _Gathered()
    for item in open_source(source).gather():
        if isinstance(item, Problem):
            gathered.problems.append(item)
        elif item.guid in gathered.datasets:
            text = f"「{item.guid}」が2つあります。ファイル名かフォルダー名を変えてください。"
            gathered.problems.append(Problem("same-name", item.guid, text))
        else:
            gathered.datasets[item.guid] = item
        if progress and len(gathered.datasets) % 50 == 1 and isinstance(item, HarvestedDataset):
            progress(0, len(gathered.datasets), f"読み取り中：{item.guid}")
    return gathered


def _known(source_id: str) -> dict[str, compare.Known]:
    rows = model.Session.query(HarvestObject.guid, HarvestObject.content_hash, HarvestObject.state)
    return {guid: compare.Known(hash_, state) for guid, hash_, state in rows.filter_by(source_id=source_id)}


def _present(known: dict[str, compare.Known]) -> list[str]:
    """Return what the source had at the last run (what is gone or was never finished does not count)."""
    return [guid for guid, item in known.items() if item.state in ("current", "incomplete", "revision")]


def _problem_entries(gathered: _Gathered) -> list[Entry]:
    entries = [_entry(_level(p), p.code, p.where, p.message) for p in gathered.problems]
    for guid, dataset in gathered.datasets.items():
        entries += [_entry(_level(p), p.code, guid, p.message) for p in dataset.problems]
    return entries


def _level(problem: Problem) -> str:
    return "notice" if problem.severity == "notice" else "error"


def _entry(level: str, code: str, guid: str, message: str) -> Entry:
    return {"level": level, "code": code, "guid": guid, "dataset_id": None, "message": message}


def _count(outcomes: list[str]) -> dict[str, int]:
    return {name: outcomes.count(name) for name in OUTCOMES if name in outcomes}


def _held_message(known: int, gone: list[str]) -> str:
    return (
        f"保留しました。前回あった {known} 件のうち {len(gone)} 件が収集元にありません。"
        "共有フォルダーの接続を確かめ、本当になくなったのなら「確認して続ける」を選んでください。"
    )


def _sign_of_life(run_id: str, outcomes: list[str]) -> None:
    model.Session.query(HarvestRun).filter_by(id=run_id).update(
        {"heartbeat": now(), "counts": _count(outcomes)}, synchronize_session=False
    )
    model.Session.commit()
    model.Session.expunge_all()


def _finish(run_id: str, report: Report) -> None:
    row: Any = model.Session.get(HarvestRun, run_id, populate_existing=True)
    source = model.Session.get(HarvestSource, row.source_id)
    row.status, row.finished, row.message = report.status, now(), report.message
    row.counts, row.log = report.counts, report.log
    jobs.after_commit(HarvestFinished(source.name, dict(report.counts)))
    model.Session.commit()
