"""The hash chain: what an entry's hash covers, and what can be wrong with a chain. No CKAN, no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True)
class Entry:
    """Who did what to which dataset, when; ``hash`` covers everything else, ``prev_hash`` included."""

    dataset_id: str
    seq: int
    kind: str
    actor: str
    at: datetime
    detail: dict[str, Any]
    prev_hash: str
    hash: str = field(default="", compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry with its time in ISO 8601 (UTC)."""
        return {
            "dataset_id": self.dataset_id,
            "seq": self.seq,
            "kind": self.kind,
            "actor": self.actor,
            "at": _utc(self.at),
            "detail": self.detail,
            "prev_hash": self.prev_hash,
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Problem:
    """Something that does not hold: in which dataset's chain, at which entry, what."""

    dataset_id: str
    seq: int
    message: str


def canonical(value: Any) -> str:
    """Return ``value`` as JSON in the one form that is hashed: sorted keys, no blanks, text as it is.

    TypeError or ValueError for what JSON cannot carry (NaN included).
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of ``value`` in hexadecimal."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def entry_hash(entry: Entry) -> str:
    """Return the hash that ``entry`` must carry."""
    fields = entry.to_dict()
    del fields["hash"]
    return digest({"v": 1, **fields})


def follow(
    last: Entry | None, dataset_id: str, kind: str, actor: str, at: datetime, detail: dict[str, Any]
) -> Entry:
    """Return the entry that continues the chain whose newest entry is ``last`` (None: a new chain)."""
    plain = json.loads(canonical(detail))
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    entry = Entry(dataset_id, seq, kind, actor, at, plain, previous)
    return Entry(dataset_id, seq, kind, actor, at, plain, previous, entry_hash(entry))


def problems(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Yield what is wrong with the chains of ``entries``, which come ordered by dataset and number."""
    last: Entry | None = None
    for entry in entries:
        if last is not None and last.dataset_id != entry.dataset_id:
            last = None
        expected_seq, expected_prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
        if entry.seq != expected_seq:
            yield Problem(entry.dataset_id, entry.seq, f"記録 {expected_seq} 番が抜けています")
        elif entry.prev_hash != expected_prev:
            yield Problem(entry.dataset_id, entry.seq, "直前の記録とつながっていません")
        if entry.hash != entry_hash(entry):
            yield Problem(entry.dataset_id, entry.seq, "記録の内容が書き換えられています")
        last = entry


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
