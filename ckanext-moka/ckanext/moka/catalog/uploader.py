"""CKAN's way to our content store: one uploader per resource dict, made before validation.

CKAN makes an uploader for each changed resource of a ``package_update`` (its size, MIME type and hash are then
validated with the rest) and again for each download, where only ``get_path`` is asked.
"""

from __future__ import annotations

import datetime
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.moka.catalog import config, content, filetypes
from ckanext.moka.core.filenames import safe_filename

__all__ = ["ContentUploader"]


class ContentUploader:
    """Stores the upload of one resource dict at once and writes what is known of it into the dict.

    Raises ``tk.ValidationError`` with a Japanese message when the file is empty or too large; nothing is
    kept then.
    """

    def __init__(self, resource: dict[str, Any]) -> None:
        """Take ``upload`` (and ``clear_upload``) out of ``resource``; set url, hash, size, type and encoding."""
        upload = resource.pop("upload", None)
        cleared = resource.pop("clear_upload", None)
        self.mimetype: str | None = resource.get("mimetype")
        if isinstance(upload, FileStorage) and upload.filename:
            self._store(upload, resource)
        elif cleared and resource.get("url_type") == "upload":
            resource["url_type"] = ""

    def upload(self, id: str, max_size: int = 10) -> None:
        """Do nothing: the bytes were stored when the uploader was made."""

    def get_path(self, id: str) -> str:
        """Return the path of the bytes that the resource ``id`` has now; 404 when there are none."""
        row = model.Session.get(model.Resource, id)
        try:
            return str(content.content_path(row.hash if row and row.url_type == "upload" else ""))
        except content.ContentMissing as missing:
            raise tk.ObjectNotFound("ファイルが保管されていません。") from missing

    def _store(self, upload: FileStorage, resource: dict[str, Any]) -> None:
        name = safe_filename(upload.filename or "")
        upload.stream.seek(0)
        try:
            stored = content.store_content(upload.stream, config.max_upload_bytes())
        except content.ContentTooLarge as error:
            raise tk.ValidationError({"upload": [_too_large(name, error.limit)]}) from error
        if not stored.size:
            raise tk.ValidationError(
                {
                    "upload": [
                        f"「{name}」は中身のないファイル（0バイト）です。保存し直してから選んでください。"
                    ]
                }
            )
        found = filetypes.detect(content.content_path(stored.hash), name)
        self.filesize, self.mimetype = stored.size, found.mimetype
        resource.update(
            url=name,
            url_type="upload",
            hash=stored.hash,
            size=stored.size,
            mimetype=found.mimetype,
            encoding=found.encoding,
            last_modified=datetime.datetime.now(datetime.UTC).replace(tzinfo=None),
        )
        if found.format:
            resource["format"] = found.format
        if not resource.get("name") or self._named_after_old_file(resource):
            resource["name"] = name

    def _named_after_old_file(self, resource: dict[str, Any]) -> bool:
        """Tell whether the heading is only the name of the file that is being replaced."""
        row = model.Session.get(model.Resource, resource["id"]) if resource.get("id") else None
        return row is not None and row.url_type == "upload" and row.url == resource["name"]


def _too_large(name: str, limit: int) -> str:
    return (
        f"「{name}」は大きすぎます。{limit // config.MB}MBまでのファイルを選んでください。"
        "年度や地区で分けると小さくなります。"
    )
