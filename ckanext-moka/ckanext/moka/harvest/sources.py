"""The registered sources, and which code reads which kind."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.catalog import api as catalog
from ckanext.moka.harvest import config
from ckanext.moka.harvest.model import HarvestSource
from moka_harvesters.folder import FolderSource
from moka_harvesters.source import Source

__all__ = ["KINDS", "check_folder", "find", "folder_source", "open_source"]

KINDS = ("folder",)


def open_source(source: HarvestSource) -> Source:
    """Return the reader for a registered source."""
    if source.kind == "folder":
        return FolderSource(source.url, max_bytes=catalog.max_upload_bytes())
    raise tk.ValidationError({"kind": [f"収集元の種類「{source.kind}」は扱えません。"]})


def find(reference: str) -> HarvestSource:
    """Return the source with this id or name; ``ObjectNotFound`` with a Japanese sentence otherwise."""
    query = model.Session.query(HarvestSource)
    source = query.filter((HarvestSource.id == reference) | (HarvestSource.name == reference)).first()
    if source is None:
        raise tk.ObjectNotFound(f"収集元「{reference}」は登録されていません。")
    return source


def check_folder(url: str) -> None:
    """Refuse a folder outside the allowed ones: who may register a source must not read the whole server."""
    allowed = config.allowed_folders()
    path = Path(url)
    if not path.is_absolute():
        raise tk.ValidationError({"url": ["フォルダーの場所は / から始まる形で書いてください。"]})
    resolved = path.resolve()
    if not any(resolved.is_relative_to(folder) for folder in allowed):
        shown = "、".join(str(folder) for folder in allowed) or "（まだ設定されていません）"
        message = (
            f"このフォルダーは収集できません。使える場所：{shown}。"
            "設定 ckanext.moka.harvest.allowed_folders に足すか、コマンドで登録してください。"
        )
        raise tk.ValidationError({"url": [message]})


def folder_source(folder: Path, organization_id: str) -> tuple[HarvestSource, bool]:
    """Return the source for a folder given on the command line, and whether it is new (then not yet saved)."""
    url = str(folder.resolve())
    query = model.Session.query(HarvestSource).filter_by(
        kind="folder", url=url, organization_id=organization_id
    )
    known = query.first()
    if known is not None:
        return known, False
    mark = hashlib.sha256(f"{url}\n{organization_id}".encode("utf-8", "surrogatepass")).hexdigest()[:10]
    title = f"共有フォルダー {folder.resolve().name}"
    source = HarvestSource(
        name=f"folder-{mark}",
        title=title,
        kind="folder",
        url=url,
        organization_id=organization_id,
        active=True,
    )
    return source, True
