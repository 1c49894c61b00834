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
from ckanext.moka.harvest.handin import hand_in, take_back, why_waiting
from ckanext.moka.harvest.mapping import fields_of
from ckanext.moka.harvest.model import HarvestObject, now
from ckanext.moka.harvest.refusals import refusal
from moka_harvesters.source import HarvestedDataset, HarvestedFile

__all__ = ["Entry", "Intake"]

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
        waiting = why_waiting(self.user, package.id)
        if waiting and not self._agrees(dataset, fields, package.id):
            return self._wait(dataset, package.id, waiting)
        if not waiting:
            take_back(self.user, package.id)
            different = compare.changed_fields(fields, self._known_row(dataset.guid).metadata_)
            if different:
                self._patch(package.id, different)
            self._follow_renames(dataset)
        row = self._known_row(dataset.guid)
        row.metadata_ = {**row.metadata_, **fields}
        model.Session.commit()
        return self._finish(dataset, "changed")

    def _follow_renames(self, dataset: HarvestedDataset) -> None:
        """Let a file that only changed its name keep its resource: the same bytes, one name gone, one new."""
        row = self._known_row(dataset.guid)
        changes = compare.file_changes(dataset, row.files)
        files = dict(row.files)
        for name in changes.missing:
            new = [f for f in changes.new if f.sha256 == files[name]["sha256"] and f.key not in files]
            if len(new) == 1:
                files[new[0].key] = {"resource_id": files.pop(name)["resource_id"], "sha256": "", "mark": ""}
        row.files = files

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
        refused = sum(not self._file(dataset.guid, file) for file in (*changes.new, *changes.changed))
        for name in changes.missing:
            text = f"ファイル「{name}」が収集元からなくなりました。ポータルには残してあります。"
            self.note("notice", "file-gone", dataset.guid, text, dataset_id)
        row = self._known_row(dataset.guid)
        if row.state == "gone":
            self.note("info", "returned", dataset.guid, "収集元に戻りました。", dataset_id)
        row.state = "incomplete" if refused else "current"
        if not refused:
            row.content_hash = dataset.content_hash
        row.gone_since, row.last_seen, row.last_run_id = None, now(), self.run_id
        model.Session.commit()
        if refused:
            return "incomplete"
        broken = any(problem.severity == "error" for problem in dataset.problems)
        if model.Package.get(dataset_id).private and not broken:
            remark = hand_in(self.user, dataset_id)
            if remark:
                self.note("notice", "draft", dataset.guid, remark, dataset_id)
        return outcome

    def _wait(self, dataset: HarvestedDataset, dataset_id: str, why: str) -> str:
        """Leave the dataset as it is and remember that the source is ahead of it (改訂待ち)."""
        row = self._known_row(dataset.guid)
        row.state, row.gone_since, row.last_seen, row.last_run_id = "revision", None, now(), self.run_id
        model.Session.commit()
        self.note("notice", "revision", dataset.guid, f"改訂待ち：{why}", dataset_id)
        return "revision"

    def _agrees(self, dataset: HarvestedDataset, fields: dict[str, Any], dataset_id: str) -> bool:
        """Return whether the portal has what the source has, because a person made the same change there.

        What the files were before a person replaced them is forgotten then.
        """
        shown = tk.get_action("package_show")(self._context(), {"id": dataset_id})
        row = self._known_row(dataset.guid)
        different = compare.changed_fields(fields, row.metadata_)
        if "tags" in different and sorted(fields["tags"]) != sorted(
            tag["name"] for tag in shown.get("tags", [])
        ):
            return False
        if any((shown.get(key) or "") != (value or "") for key, value in different.items() if key != "tags"):
            return False
        by_hash = {resource.get("hash"): resource["id"] for resource in shown["resources"]}
        changes = compare.file_changes(dataset, row.files)
        files = dict(row.files)
        for file in (*changes.new, *changes.changed):
            if f"sha256:{file.sha256}" not in by_hash:
                return False
            files[file.key] = _record(file, by_hash[f"sha256:{file.sha256}"])
        row.files = files
        return True

    def _file(self, guid: str, file: HarvestedFile) -> bool:
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
            text = f"ファイル「{file.name}」を取り込めません。{refusal(error)}"
            self.note("error", "file", guid, text, dataset_id)
            return False
        row = self._known_row(guid)
        row.files = {**row.files, file.key: _record(file, done["id"])}
        model.Session.commit()
        return True


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
