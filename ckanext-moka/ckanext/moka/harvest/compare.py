"""What a run has to do: pure comparison of what a source has with what was taken over before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from moka_harvesters.source import HarvestedDataset, HarvestedFile

__all__ = [
    "FileChanges",
    "Known",
    "changed_fields",
    "covered",
    "decide",
    "file_changes",
    "shrunk",
    "vanished",
]


@dataclass(frozen=True)
class Known:
    """What is known of a data set from earlier runs."""

    content_hash: str
    state: str


@dataclass(frozen=True)
class FileChanges:
    """Files to add, files whose bytes or texts changed, and names that the source no longer has."""

    new: tuple[HarvestedFile, ...]
    changed: tuple[HarvestedFile, ...]
    missing: tuple[str, ...]


def decide(dataset: HarvestedDataset, known: Known | None) -> str:
    """Return ``added``, ``changed``, ``unchanged``, ``removed`` or ``failed`` for one data set.

    A data set without a readable file is ``failed``: it is neither created nor taken for gone.
    """
    if not dataset.files:
        return "failed"
    if known is None:
        return "added"
    if known.state == "removed":
        return "removed"
    if known.content_hash == dataset.content_hash and known.state in ("current", "gone"):
        return "unchanged"
    return "added" if known.state == "creating" else "changed"


def covered(guid: str, failed: Collection[str]) -> bool:
    """Return whether ``guid`` or a folder above it failed to be read in this run."""
    parts = guid.split("/")
    return any("/".join(parts[:length]) in failed for length in range(1, len(parts) + 1))


def vanished(known: Iterable[str], seen: Collection[str], failed: Collection[str]) -> list[str]:
    """Return the known identifiers that the source no longer has, sorted; unreadable is not gone."""
    return sorted(guid for guid in known if guid not in seen and not covered(guid, failed))


def shrunk(known: int, gone: int, limit: int) -> bool:
    """Return whether more than ``limit`` percent of the known data sets vanished at once."""
    return known > 0 and gone * 100 > known * limit


def changed_fields(now: Mapping[str, object], before: Mapping[str, object]) -> dict[str, object]:
    """Return the fields whose value in the source changed; a field the source no longer states is left alone.

    Comparing with the source's earlier value, not the portal's, keeps what people edited in the portal.
    """
    return {key: value for key, value in now.items() if before.get(key) != value}


def file_changes(dataset: HarvestedDataset, before: Mapping[str, Mapping[str, str]]) -> FileChanges:
    """Return what to do with the files, given what was taken over before by file key."""
    new = tuple(file for file in dataset.files if file.key not in before)
    changed = tuple(
        file
        for file in dataset.files
        if file.key in before and before[file.key].get("mark") != file_mark(file)
    )
    keys = {file.key for file in dataset.files}
    return FileChanges(new, changed, tuple(sorted(key for key in before if key not in keys)))


def file_mark(file: HarvestedFile) -> str:
    """Return what stands for a file's bytes and texts."""
    return "\n".join((file.sha256, file.title, file.description))
