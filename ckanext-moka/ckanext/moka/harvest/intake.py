"""Take one data set into the portal through the forms' own actions, as the harvesting user.

Nothing is ever deleted here. What the source no longer has is reported; what the portal refuses is kept
for the next run with the reason.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, Any

from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.moka.catalog import api as catalog
from ckanext.moka.harvest import compare
from ckanext.moka.harvest.mapping import fields_of
from ckanext.moka.harvest.model import HarvestObject, now
from moka_harvesters.source import HarvestedDataset, HarvestedFile

__all__ = ["Entry", "Intake", "refusal"]

Entry = dict[str, Any]
_MEMORY = 8 << 20


class _Changed(Exception):
    """The file's bytes are no longer those that were compared."""


@dataclass
class Intake:
    """Writes for one run; ``log`` collects what happened, one entry per remark."""

    source_id: str
    run_id: str
    organization_id: str
    user: str
    log: list[Entry] = field(default_factory=list)

    # -- entry points --------------------------------------------------------------------------------

    def add(self, dataset: HarvestedDataset) -> str:
        """Create the dataset as a draft with its files and hand it in; return the outcome.

        The row that remembers it is committed first: a run that breaks off is continued by the next one
        and never makes a second dataset.
        """
        row = self._row(dataset.guid)
        if row is None:
            row = HarvestObject(
                source_id=self.source_id,
                guid=dataset.guid,
                dataset_name=self._free_name(dataset),
                state="creating",
                last_run_id=self.run_id,
            )
            model.Session.add(row)
            model.Session.commit()
        fields = self._fields(dataset)
        existing = model.Package.get(row.dataset_name)
        if existing is not None and existing.state == "active":
            self._adopt(dataset, row, existing)
        else:
            created = self._create(row.dataset_name, fields)
            row = self._known_row(dataset.guid)
            row.dataset_id = created["id"]
        row.metadata_ = fields
        model.Session.commit()
        return self._finish(dataset, "added")

    def change(self, dataset: HarvestedDataset) -> str:
        """Bring what changed in the source into the portal; return the outcome."""
        row = self._known_row(dataset.guid)
        package = model.Package.get(row.dataset_id) if row.dataset_id else None
        if package is None or package.state != "active":
            row.state, row.last_seen, row.last_run_id = "removed", now(), self.run_id
            model.Session.commit()
            self.note(
                "notice",
                "removed",
                dataset.guid,
                "ポータルで削除されているため、取り込みません。戻すときはポータルで復元してください。",
                row.dataset_id,
            )
            return "removed"
        fields = self._fields(dataset)
        different = compare.changed_fields(fields, row.metadata_)
        if different:
            self._patch(package.id, different)
            row = self._known_row(dataset.guid)
            row.metadata_ = {**row.metadata_, **fields}
            model.Session.commit()
        return self._finish(dataset, "changed")

    def note(self, level: str, code: str, guid: str, message: str, dataset_id: str | None = None) -> None:
        """Remember a remark: ``level`` is info, notice or error; ``message`` is a Japanese sentence."""
        self.log.append(
            {"level": level, "code": code, "guid": guid, "dataset_id": dataset_id, "message": message}
        )

    # -- rows ----------------------------------------------------------------------------------------

    def _row(self, guid: str) -> HarvestObject | None:
        return model.Session.query(HarvestObject).filter_by(source_id=self.source_id, guid=guid).one_or_none()

    def _known_row(self, guid: str) -> HarvestObject:
        row = self._row(guid)
        if row is None:
            raise LookupError(f"no harvest object for {guid}")
        return row

    def _free_name(self, dataset: HarvestedDataset) -> str:
        """Return a dataset name nobody has: code, slug, and a hash of source and identifier if need be."""
        code = catalog.municipality_code()
        mark = hashlib.sha256(f"{self.source_id}\n{dataset.guid}".encode()).hexdigest()[:8]
        slug = dataset.slug.lower().replace("-", "_").strip("_")
        if len(slug) >= 4:
            name = f"{code}_{slug}"[:80]
            taken = model.Session.query(HarvestObject).filter_by(dataset_name=name).first()
            if taken is None and model.Package.get(name) is None:
                return name
            return f"{name}_{mark}"
        return f"{code}_{mark}"

    # -- datasets ------------------------------------------------------------------------------------

    def _context(self) -> dict[str, Any]:
        return {"user": self.user}

    def _fields(self, dataset: HarvestedDataset) -> dict[str, Any]:
        fields, notices = fields_of(dataset)
        for notice in notices:
            self.note("notice", "value", dataset.guid, notice)
        return fields

    def _create(self, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        organization = model.Group.get(self.organization_id)
        defaults = {
            "spatial_coverage": catalog.municipality_name(),
            "contact_name": organization.title if organization else "",
        }
        values = {**defaults, **_ckan_values(fields)}
        given = {key: value for key, value in values.items() if value not in ("", None)}
        return tk.get_action("package_create")(
            self._context(), {**given, "name": name, "owner_org": self.organization_id, "private": True}
        )

    def _patch(self, dataset_id: str, different: dict[str, Any]) -> None:
        tk.get_action("package_patch")(self._context(), {"id": dataset_id, **_ckan_values(different)})

    def _adopt(self, dataset: HarvestedDataset, row: HarvestObject, package: Any) -> None:
        """Continue with a dataset that an interrupted run made; files that are there already are known."""
        by_hash = {resource.hash: resource.id for resource in package.resources}
        row.dataset_id = package.id
        row.files = {
            file.key: _record(file, by_hash[f"sha256:{file.sha256}"])
            for file in dataset.files
            if f"sha256:{file.sha256}" in by_hash
        }

    # -- files ---------------------------------------------------------------------------------------

    def _finish(self, dataset: HarvestedDataset, outcome: str) -> str:
        """Upload what is new or changed, settle the row's state, hand the dataset in; return the outcome."""
        row = self._known_row(dataset.guid)
        dataset_id = _dataset_id(row)
        changes = compare.file_changes(dataset, row.files)
        released = not model.Package.get(dataset_id).private
        refused = 0
        for file in (*changes.new, *changes.changed):
            refused += not self._file(dataset.guid, file, released)
        for name in changes.missing:
            text = f"ファイル「{name}」が収集元からなくなりました。ポータルには残してあります。"
            self.note("notice", "file-gone", dataset.guid, text, dataset_id)
        row = self._known_row(dataset.guid)
        if row.state in ("gone",):
            self.note("info", "returned", dataset.guid, "収集元に戻りました。", dataset_id)
        broken = any(problem.severity == "error" for problem in dataset.problems)
        row.state = "current" if not refused else ("revision" if released else "incomplete")
        if not refused:
            row.content_hash = dataset.content_hash
        row.gone_since, row.last_seen, row.last_run_id = None, now(), self.run_id
        state = row.state
        model.Session.commit()
        if refused:
            return "revision" if state == "revision" else "incomplete"
        if not released and not broken:
            self._hand_in(dataset.guid, dataset_id)
        return outcome

    def _file(self, guid: str, file: HarvestedFile, released: bool) -> bool:
        """Upload one file; return False, with the reason in the log, if the portal refuses it."""
        row = self._known_row(guid)
        dataset_id, known = _dataset_id(row), row.files.get(file.key)
        same_bytes = known is not None and known["sha256"] == file.sha256
        values: dict[str, Any] = {"name": file.title, "description": file.description}
        try:
            if known is not None and same_bytes:
                done = tk.get_action("resource_patch")(
                    self._context(), {**values, "id": known["resource_id"]}
                )
            else:
                with closing(_copy(file)) as stream:
                    values |= {
                        "url": file.name,
                        "format": file.format,
                        "upload": FileStorage(stream, filename=file.name),
                    }
                    if known:
                        values["id"] = known["resource_id"]
                        done = tk.get_action("resource_patch")(self._context(), values)
                    else:
                        values["package_id"] = dataset_id
                        done = tk.get_action("resource_create")(self._context(), values)
        except (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound, OSError, _Changed) as error:
            model.Session.rollback()
            self._refused(guid, file, dataset_id, error, released)
            return False
        row = self._known_row(guid)
        row.files = {**row.files, file.key: _record(file, done["id"])}
        model.Session.commit()
        return True

    def _refused(
        self, guid: str, file: HarvestedFile, dataset_id: str, error: Exception, released: bool
    ) -> None:
        reason = refusal(error)
        if released and isinstance(error, tk.ValidationError | tk.NotAuthorized):
            text = f"改訂待ち：公開中のデータのファイル「{file.name}」が収集元で変わりました。{reason}"
            self.note("notice", "revision", guid, text, dataset_id)
        else:
            self.note("error", "file", guid, f"ファイル「{file.name}」を取り込めません。{reason}", dataset_id)

    # -- handing in ----------------------------------------------------------------------------------

    def _hand_in(self, guid: str, dataset_id: str) -> None:
        """Submit the draft for approval unless a file's quality forbids it; then it stays a draft."""
        from ckanext.moka.quality import api as quality

        dataset = tk.get_action("package_show")(self._context(), {"id": dataset_id})
        blocked = []
        for resource in dataset["resources"]:
            quality.ensure_report(resource)
            if quality.verdict(resource.get("hash") or "") == "blocked":
                blocked.append(resource["name"])
        if blocked:
            names = "、".join(f"「{name}」" for name in blocked)
            text = f"{names} に直すところがあるため、下書きのままにしました。品質レポートを見て、元のファイルを直してください。"
            self.note("notice", "quality", guid, text, dataset_id)
            return
        try:
            state = tk.get_action("moka_publication_show")(self._context(), {"id": dataset_id})["state"]
            if state in ("draft", "returned"):
                tk.get_action("moka_publication_submit")(
                    self._context(), {"id": dataset_id, "note": "自動収集による登録"}
                )
        except (tk.ValidationError, tk.NotAuthorized) as error:
            model.Session.rollback()
            self.note("notice", "submit", guid, f"下書きのままにしました。{refusal(error)}", dataset_id)


def _dataset_id(row: HarvestObject) -> str:
    if row.dataset_id is None:
        raise LookupError(f"no dataset for {row.guid}")
    return row.dataset_id


def _ckan_values(fields: dict[str, Any]) -> dict[str, Any]:
    values = dict(fields)
    if "tags" in values:
        values["tags"] = [{"name": word} for word in values["tags"]]
    return values


def _record(file: HarvestedFile, resource_id: str) -> dict[str, str]:
    return {"resource_id": resource_id, "sha256": file.sha256, "mark": compare.file_mark(file)}


def _copy(file: HarvestedFile) -> IO[bytes]:
    """Return a private copy of the file's bytes; ``_Changed`` if they are not those that were compared."""
    copy = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115  (the caller closes it)
    digest = hashlib.sha256()
    try:
        with file.path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                copy.write(chunk)
        if digest.hexdigest() != file.sha256:
            raise _Changed("読んでいる間に内容が変わりました。書き終わってからもう一度実行してください。")
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def refusal(error: Exception) -> str:
    """Return the sentences that an action's refusal carries."""
    if isinstance(error, tk.ValidationError):
        return " ".join(_sentences(error.error_dict)) or "登録の内容に誤りがあります。"
    if isinstance(error, tk.NotAuthorized):
        return str(error) or "自動収集のユーザーに権限がありません。担当課のメンバーを確かめてください。"
    if isinstance(error, OSError):
        return f"ファイルを読めません（{error.strerror or error}）。"
    return str(error)


def _sentences(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [text for value in errors.values() for text in _sentences(value)]
    if isinstance(errors, list | tuple):
        return [text for value in errors for text in _sentences(value)]
    return [str(errors)] if errors else []
