"""The rules of publication: who brings a dataset from draft to the public, and back. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import insert

from ckanext.moka.catalog import api as catalog
from ckanext.moka.core.events import DatasetSubmitted, DatasetWithdrawn
from ckanext.moka.jobs import api as jobs
from ckanext.moka.journal import api as journal
from ckanext.moka.publication import contents, states
from ckanext.moka.publication.model import clearance_table, state_table
from ckanext.moka.quality import api as quality

RELEASE_TASK = "publication.release"

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('moka_publication:' || :id, 0))")


@dataclass(frozen=True)
class State:
    """Where a dataset stands; a dataset that nobody ever submitted is a draft without a row."""

    dataset_id: str
    state: str = states.DRAFT
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    note: str = ""
    approved_by: str | None = None
    approved_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    released_at: datetime | None = None
    release_no: int = 0
    contents: list[list[str]] = field(default_factory=list)
    updated_at: datetime | None = None


def get(dataset_id: str) -> State:
    """Return where the dataset stands."""
    row = model.Session.execute(
        state_table.select().where(state_table.c.dataset_id == dataset_id)
    ).one_or_none()
    return State(dataset_id) if row is None else State(**row._mapping)


def lock(dataset_id: str) -> State:
    """Return where the dataset stands, and let nobody else move it until this transaction ends."""
    model.Session.execute(_LOCK, {"id": dataset_id})
    return get(dataset_id)


def save(state: State) -> None:
    """Write ``state`` in the session's transaction."""
    values = {column.name: getattr(state, column.name) for column in state_table.columns}
    values["updated_at"] = datetime.now(UTC)
    statement = insert(state_table).values(values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["dataset_id"], set_=values))


def submit(dataset_id: str, actor: str, note: str) -> State:
    """Hand a dataset in for approval, exactly as it is now.

    ``actor`` is a user's id. Raises ``tk.ValidationError`` with Japanese sentences when the state does not allow
    it or when a file is missing, unchecked or not fit to be published.
    """
    before = lock(dataset_id)
    new_state = _step("submit", before)
    found = problems(dataset_id)
    if found:
        raise tk.ValidationError({"publication": found})
    now = datetime.now(UTC)
    state = replace(
        before,
        state=new_state,
        submitted_by=actor,
        submitted_at=now,
        note=note,
        approved_by=None,
        approved_at=None,
        reason="",
        contents=contents.fingerprint(dataset_id),
    )
    save(state)
    detail = {"note": note, "files": [{"id": row[0], "hash": row[3]} for row in state.contents]}
    journal.record(dataset_id, "submitted", user_name(actor), detail)
    jobs.after_commit(DatasetSubmitted(dataset_id, user_name(actor)))
    return state


def problems(dataset_id: str, *, check: bool = True) -> list[str]:
    """Return, as Japanese sentences, why the dataset cannot be handed in; an empty list when it can.

    Files that were not checked yet are checked now; a page that only wants to show what is known says
    ``check=False``.
    """
    resources = contents.originals(contents.rows(dataset_id))
    if not resources:
        return ["ファイルがありません。公開するファイルを登録してから申請してください。"]
    return [sentence for row in resources if (sentence := _problem(row, check))]


def _problem(row: Any, check: bool) -> str | None:
    resource = dict(row._mapping)
    name = row.name or row.url
    if row.url_type != "upload" or not row.hash:
        return f"「{name}」はファイルが登録されていません（リンクは公開できません）。ファイルを登録してください。"
    if quality.state_of(resource) == "checking":
        return f"「{name}」は品質を確認しています。確認が終わってから申請してください。"
    try:
        if check:
            quality.ensure_report(resource)
    except catalog.ContentMissing:
        return f"「{name}」の中身が保管されていません。ファイルを登録し直してください。"
    if quality.verdict(row.hash) in ("ok", "advice") + (() if check else ("unchecked",)):
        return None
    return (
        f"「{name}」には、公開の前に直す点があります。品質レポートで内容を確かめ、"
        "直したファイルに差し替えてから申請してください。"
    )


def approve(dataset_id: str, actor: str) -> State:
    """Approve what was submitted and put its release into the queue.

    Raises ``tk.ValidationError`` when the state does not allow it or the contents changed since, and
    ``tk.NotAuthorized`` when the approver is the submitter (whoever that is, administrators included).
    """
    before = lock(dataset_id)
    new_state = _step("approve", before)
    if actor == before.submitted_by:
        raise tk.NotAuthorized("申請した人は承認できません。別の承認者が確認してください。")
    if contents.fingerprint(dataset_id) != before.contents:
        raise tk.ValidationError(
            {
                "publication": [
                    "申請のあとに内容が変わっています。差し戻して、もう一度申請してもらってください。"
                ]
            }
        )
    state = replace(before, state=new_state, approved_by=actor, approved_at=datetime.now(UTC))
    save(state)
    files = [{"id": row[0], "hash": row[3]} for row in state.contents]
    journal.record(dataset_id, "approved", user_name(actor), {"files": files})
    defer_release(dataset_id)
    return state


def defer_release(dataset_id: str) -> None:
    """Queue the release of an approved dataset; one that waits already is enough."""
    key = f"{RELEASE_TASK}:{dataset_id}"
    jobs.defer(RELEASE_TASK, lock=key, queueing_lock=key, dataset_id=dataset_id)


def send_back(dataset_id: str, actor: str, reason: str) -> State:
    """Return a submitted (or approved, not yet released) dataset to its department, for a stated reason."""
    before = lock(dataset_id)
    state = replace(
        before,
        state=_step("return", before),
        decided_by=actor,
        decided_at=datetime.now(UTC),
        reason=_required(
            reason, "差し戻す理由を入れてください。申請した人が何を直せばよいか分かるように書きます。"
        ),
    )
    save(state)
    journal.record(dataset_id, "returned", user_name(actor), {"reason": state.reason})
    return state


def withdraw(dataset_id: str, actor: str, reason: str) -> State:
    """Take a public dataset back, or take back a submission; the caller makes the dataset private.

    A released dataset's clearances go with it, so that nothing of it can turn public without a new release.
    """
    before = lock(dataset_id)
    new_state = _step("withdraw", before)
    released = before.state == states.RELEASED
    if released:
        reason = _required(reason, "公開を取りやめる理由を入れてください。理由は公開ページに表示されます。")
        model.Session.execute(clearance_table.delete().where(clearance_table.c.dataset_id == dataset_id))
        jobs.after_commit(DatasetWithdrawn(dataset_id, reason))
    state = replace(
        before, state=new_state, decided_by=actor, decided_at=datetime.now(UTC), reason=reason.strip()
    )
    save(state)
    journal.record(dataset_id, "withdrawn" if released else "retracted", user_name(actor), {"reason": reason})
    return state


def released_title(dataset_id: str) -> str:
    """Return the title that the dataset's last release had, empty when the journal does not know it."""
    released = (entry for entry in journal.entries(dataset_id) if entry.kind == "released")
    return str(next((entry.detail.get("title") for entry in released), None) or "")


def user_name(user_id: str | None) -> str:
    """Return the login name of the user with this id; the id itself when there is no such user (any more)."""
    user = model.User.get(user_id) if user_id else None
    return str(user.name if user else user_id or "")


def _step(step: str, state: State) -> str:
    try:
        return states.after(step, state.state)
    except states.StepRefused as refused:
        raise tk.ValidationError({"publication": [str(refused)]}) from refused


def _required(text: str, message: str) -> str:
    if not text.strip():
        raise tk.ValidationError({"reason": [message]})
    return text.strip()
