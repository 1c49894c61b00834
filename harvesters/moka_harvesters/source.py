"""What every source of data sets gives: frozen records, problems in Japanese, and one method.

A source only reads. It knows no portal and no database; the stage ``harvest`` compares what it
gives with what the portal has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

__all__ = ["HarvestedDataset", "HarvestedFile", "Problem", "Source", "SourceUnavailable", "hash_file"]

_CHUNK = 1 << 20


class SourceUnavailable(Exception):
    """The source as a whole cannot be read; the message is a Japanese sentence with the remedy."""


@dataclass(frozen=True)
class Problem:
    """Something that kept a file out, or that a person should look at.

    ``code`` is stable and ASCII; ``where`` is the path inside the source; ``message`` is a Japanese
    sentence with the remedy; ``severity`` is ``error`` (left out) or ``notice`` (taken, please look).
    """

    code: str
    where: str
    message: str
    severity: str = "error"


@dataclass(frozen=True)
class HarvestedFile:
    """One file of a data set: display ``name`` (NFC, with extension), where its bytes are, and their hash."""

    name: str
    path: Path
    size: int
    sha256: str
    title: str = ""
    description: str = ""
    format: str = ""

    @property
    def key(self) -> str:
        """Return what identifies the file inside its data set across runs: its name."""
        return self.name


@dataclass(frozen=True)
class HarvestedDataset:
    """One data set as the source has it.

    ``guid`` identifies it inside its source for ever (for a folder: the relative path). ``fields``
    holds further metadata under the portal's field names (theme, license_id, …), only those given.
    """

    guid: str
    title: str
    notes: str = ""
    slug: str = ""
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[HarvestedFile, ...] = ()
    problems: tuple[Problem, ...] = ()

    def metadata(self) -> dict[str, object]:
        """Return the metadata alone as plain values: what a change is compared against."""
        return {
            "title": self.title,
            "notes": self.notes,
            "tags": list(self.tags),
            **{key: self.fields[key] for key in sorted(self.fields)},
        }

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 over metadata and files; moving or touching a file does not change it."""
        files = [[f.key, f.title, f.description, f.format, f.sha256] for f in self.files]
        text = json.dumps([self.metadata(), files], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@runtime_checkable
class Source(Protocol):
    """A place to harvest from."""

    kind: str

    def gather(self) -> Iterator[HarvestedDataset | Problem]:
        """Yield data sets and problems in a stable order; one bad file never ends the iteration.

        Raises :class:`SourceUnavailable` if there is nothing to read from at all.
        """
        ...


def hash_file(path: Path) -> tuple[str, int]:
    """Return SHA-256 (hex) and size of the file's bytes; ``OSError`` if it cannot be read."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size
