"""The gate: what is public has been released, byte for byte.

The rule itself is the database function ``moka_publication_obstacles``. Here it is asked inside
``package_create`` and ``package_update``, after everything is written and before anything is committed, so that
people get a sentence instead of the trigger's refusal. Validators and auth are not the place: CKAN validates
only changed resources, and contexts skip both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.publication import contents, service, states
from ckanext.moka.publication.model import clearance_table

_OBSTACLES = sa.text("SELECT resource_id FROM moka_publication_obstacles(:id)")
_PUBLIC = sa.text(
    "SELECT 1 FROM resource r JOIN package p ON p.id = r.package_id"
    " WHERE r.id = :id AND r.state = 'active' AND p.state = 'active' AND NOT coalesce(p.private, false)"
)

NOT_APPROVED = "このデータセットはまだ公開の承認を受けていません。非公開のまま保存し、「公開を申請する」から申請してください。"
NOT_CLEARED = (
    "公開中のデータセットのファイル「{name}」は、承認された内容と違うため保存できません。"
    "「公開を取りやめる」で非公開に戻し、直してからもう一度申請してください。"
)
IN_REVIEW = (
    "このデータセットは「{label}」なので、ファイルは変えられません。"
    "申請を取り下げてから直し、もう一度申請してください。"
)
DATASTORE = (
    "公開中のデータは直接書き換えられません。「公開を取りやめる」で非公開に戻し、"
    "直したファイルを登録して、もう一度申請してください。"
)
STILL_PUBLIC = (
    "公開中のデータセットは削除・非公開にできません。先に『公開を取りやめる』で理由を書いてください"
)
DERIVED = (
    "「{id}」は、公開のときに自動で作る CSV のための番号なので使えません。"
    "番号（id）を指定しないで、ファイルを登録し直してください。"
)
DERIVED_TABLE = "この表は、公開のときに自動で作るものなので書き込めません。元のファイルを直してください。"
TABLE_IN_REVIEW = (
    "このデータセットは「{label}」なので、表のデータは書き換えられません。"
    "申請を取り下げるか、差し戻しを受けてから直してください。"
)
FILES = (
    "データセットのファイルは、ファイルの登録画面から登録してください。この方法では公開の確認ができません。"
)


class Refused(tk.ValidationError):
    """Something would become public that was not approved; carries a Japanese sentence, 409 in the API."""

    def __init__(self, message: str) -> None:
        """Keep ``message`` under the key that pages and clients look at."""
        super().__init__({"publication": [message]}, error_summary={"公開": message})


@dataclass(frozen=True)
class Release:
    """A release on its way: for these bytes, and for nothing else, clearances are written."""

    dataset_id: str
    number: int
    at: datetime
    hashes: dict[str, str]


_release: ContextVar[Release | None] = ContextVar("moka_publication_release", default=None)


@contextmanager
def releasing(release: Release) -> Iterator[None]:
    """While inside, saving the release's dataset writes clearances for what is saved, if it is its bytes."""
    token = _release.set(release)
    try:
        yield
    finally:
        _release.reset(token)


def after_save(dataset_id: str) -> None:
    """Check the dataset as it was just written; raise ``Refused`` when it may not be so."""
    release = _release.get()
    if release is not None and release.dataset_id == dataset_id:
        _clear(release)
    else:
        _keep_under_review(dataset_id)
        refuse_hiding(dataset_id)
    found = [row[0] for row in model.Session.execute(_OBSTACLES, {"id": dataset_id})]
    if not found:
        return
    if None in found:
        raise Refused(NOT_APPROVED)
    resource = model.Session.get(model.Resource, found[0])
    raise Refused(NOT_CLEARED.format(name=(resource.name or resource.url) if resource else found[0]))


def _clear(release: Release) -> None:
    """Replace the dataset's clearances by those for its rows; each row's bytes must be the release's own."""
    model.Session.execute(clearance_table.delete().where(clearance_table.c.dataset_id == release.dataset_id))
    for row in contents.rows(release.dataset_id):
        if not row.hash or release.hashes.get(row.id) != row.hash:
            raise Refused(NOT_CLEARED.format(name=row.name or row.url))
        model.Session.execute(
            clearance_table.insert().values(
                resource_id=row.id,
                dataset_id=release.dataset_id,
                url=row.url,
                url_type=row.url_type,
                hash=row.hash,
                release_no=release.number,
                released_at=release.at,
            )
        )


def refuse_hiding(dataset_id: str, *, deleting: bool = False) -> None:
    """Raise ``Refused`` when a released dataset is (``deleting``: is to be) hidden without a withdrawal.

    It would still count as released: whoever brought it back would publish it without any entry in the journal.
    """
    if service.get(dataset_id).state != states.RELEASED:
        return
    package = model.Session.get(model.Package, dataset_id)
    if deleting or (package is not None and (package.state != "active" or package.private)):
        raise Refused(STILL_PUBLIC)


def _keep_under_review(dataset_id: str) -> None:
    state = service.get(dataset_id)
    if (
        state.state in (states.SUBMITTED, states.APPROVED)
        and contents.fingerprint(dataset_id) != state.contents
    ):
        raise Refused(IN_REVIEW.format(label=states.LABELS[state.state]))


def refuse_derived_ids(data_dict: dict[str, Any]) -> None:
    """Raise ``Refused`` when a new resource takes the id of a CSV that only a release may make.

    Resources that the dataset has already may keep theirs: those are what a former release made.
    """
    given = data_dict.get("resources")
    if _release.get() is not None or not isinstance(given, list):
        return
    ids = [str(resource["id"]) for resource in given if isinstance(resource, dict) and resource.get("id")]
    package = model.Package.get(data_dict.get("id") or data_dict.get("name") or "")
    present = {row.id for row in contents.rows(package.id)} if package else set()
    for resource_id in ids:
        if resource_id not in present and contents.is_derived_id(resource_id, ids):
            raise Refused(DERIVED.format(id=resource_id))


def refuse_table(resource_id: Any) -> None:
    """Raise ``Refused`` when a DataStore table (or its alias) is to be written that only a release may write.

    That is the table of a public resource, of one under review, and one under an id that a release derives.
    """
    if not isinstance(resource_id, str) or not resource_id:
        return
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None:
        resource_id = _behind_alias(resource_id)
        resource = model.Session.get(model.Resource, resource_id)
    if model.Session.execute(_PUBLIC, {"id": resource_id}).scalar():
        raise Refused(DATASTORE)
    if contents.is_derived_id(resource_id):
        raise Refused(DERIVED_TABLE)
    state = service.get(resource.package_id).state if resource else states.DRAFT
    if state in (states.SUBMITTED, states.APPROVED):
        raise Refused(TABLE_IN_REVIEW.format(label=states.LABELS[state]))


def _behind_alias(name: str) -> str:
    from ckanext.datastore.backend import DatastoreBackend

    known, resource_id = DatastoreBackend.get_active_backend().resource_id_from_alias(name)
    return resource_id if known and resource_id else name
