"""The content-addressed store: bytes are kept under their SHA-256, once, and never change.

An upload that replaces another is a new address, so what was released stays what it was (CKAN's own
uploader overwrites in place, before the transaction commits, and keeps the new bytes after a rollback).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

__all__ = [
    "PREFIX",
    "ContentMissing",
    "ContentTooLarge",
    "Stored",
    "StoredHash",
    "content_path",
    "is_stored_hash",
    "resource_path",
    "store_content",
    "trusted_hash",
]

PREFIX = "sha256:"
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_CHUNK = 1024 * 1024


class ContentMissing(LookupError):
    """The store has no bytes under this hash, or the resource carries no hash of ours."""


class ContentTooLarge(ValueError):
    """The file is larger than allowed; ``limit`` is in bytes."""

    def __init__(self, limit: int) -> None:
        """Remember the limit for the message that people see."""
        super().__init__(f"larger than {limit} bytes")
        self.limit = limit


class StoredHash(str):
    """A hash that this process computed from bytes it stored.

    What a client sends is a plain ``str``; only this type may put a new hash on a resource, so nobody can
    claim bytes of another dataset by naming their hash.
    """


@dataclass(frozen=True)
class Stored:
    """Bytes that are in the store: their hash (``sha256:<hex>``) and their size."""

    hash: StoredHash
    size: int


def is_stored_hash(value: Any) -> bool:
    """Tell whether ``value`` looks like a hash of this store."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def trusted_hash(value: str) -> StoredHash:
    """Return ``value`` as a hash that may be put on a resource; raise ``ContentMissing`` without its bytes.

    For trusted code (a release job) only: it must have decided itself that the resource may show these bytes.
    """
    content_path(value)
    return StoredHash(value)


def store_content(fileobj: IO[bytes], max_bytes: int | None = None, root: Path | None = None) -> Stored:
    """Copy everything from ``fileobj`` (from where it stands) into the store and return hash and size.

    Bytes that are there already are left alone. Raises ``ContentTooLarge`` beyond ``max_bytes`` and leaves
    nothing behind then.
    """
    folder = root or _root()
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(prefix=".incoming-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as out:
            while chunk := fileobj.read(_CHUNK):
                size += len(chunk)
                if max_bytes is not None and size > max_bytes:
                    raise ContentTooLarge(max_bytes)
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        target = folder / digest.hexdigest()[:2] / digest.hexdigest()
        target.parent.mkdir(exist_ok=True)
        if not (target.exists() and target.stat().st_size == size):
            os.chmod(temporary, 0o440)
            os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return Stored(StoredHash(PREFIX + digest.hexdigest()), size)


def content_path(hash: str, root: Path | None = None) -> Path:
    """Return the file that holds the bytes of ``hash``; raise ``ContentMissing`` when there are none."""
    if not is_stored_hash(hash):
        raise ContentMissing(f"not a hash of this store: {hash!r}")
    hexadecimal = hash.removeprefix(PREFIX)
    path = (root or _root()) / hexadecimal[:2] / hexadecimal
    if not path.is_file():
        raise ContentMissing(f"no bytes for {hash}")
    return path


def resource_path(resource: dict[str, Any]) -> Path:
    """Return the file behind an uploaded resource's dict; raise ``ContentMissing`` for a link or lost bytes."""
    if resource.get("url_type") != "upload":
        raise ContentMissing("the resource is a link, not an upload")
    return content_path(str(resource.get("hash") or ""))


def _root() -> Path:
    """Return the site's store; read here so that the store itself works without CKAN."""
    from ckanext.moka.catalog import config

    return config.content_root()
