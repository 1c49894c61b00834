"""The one door of the catalogue for the stages above it."""

from __future__ import annotations

from ckanext.moka.catalog.codelists import label, standard_slug
from ckanext.moka.catalog.config import max_upload_bytes, municipality_code, municipality_name
from ckanext.moka.catalog.content import (
    ContentMissing,
    Stored,
    StoredHash,
    content_path,
    resource_path,
    store_content,
    trusted_hash,
)
from ckanext.moka.catalog.filetypes import FileType, content_type, detect
from ckanext.moka.catalog.naming import propose as propose_name

__all__ = [
    "ContentMissing",
    "FileType",
    "Stored",
    "StoredHash",
    "content_path",
    "content_type",
    "detect",
    "label",
    "max_upload_bytes",
    "municipality_code",
    "municipality_name",
    "propose_name",
    "resource_path",
    "standard_slug",
    "store_content",
    "trusted_hash",
]
