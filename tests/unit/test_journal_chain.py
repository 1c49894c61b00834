"""The hash chain: whatever is changed, removed, added or moved shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ckanext.moka.journal.chain import canonical, entry_hash, follow, problems

AT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


def chain_of(dataset, number):
    entries = []
    for index in range(number):
        last = entries[-1] if entries else None
        entries.append(follow(last, dataset, "submitted", "tanaka", AT, {"note": f"{index}番目、髙橋"}))
    return entries


def test_whole_chains_have_no_problems():
    assert list(problems(chain_of("a", 5) + chain_of("b", 3))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "approved"},
        {"actor": "suzuki"},
        {"at": AT + timedelta(microseconds=1)},
        {"detail": {"note": "2番目、高橋"}},
        {"prev_hash": "1" * 64},
        {"dataset_id": "b"},
        {"hash": "1" * 64},
    ],
)
def test_every_changed_field_shows(change):
    entries = chain_of("a", 4)
    entries[2] = replace(entries[2], **change)
    assert list(problems(entries))


def test_an_entry_rewritten_with_its_own_hash_breaks_the_next():
    entries = chain_of("a", 4)
    forged = replace(entries[1], actor="suzuki")
    entries[1] = replace(forged, hash=entry_hash(forged))
    assert [problem.seq for problem in problems(entries)] == [3]


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_removed_entry_shows(gone):
    entries = chain_of("a", 4)
    del entries[gone]
    assert [problem.seq for problem in problems(entries)] == [gone + 2]


def test_the_time_zone_in_which_a_time_is_read_does_not_matter():
    entry = chain_of("a", 1)[0]
    tokyo = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=9))))
    assert entry_hash(tokyo) == entry.hash


def test_the_canonical_form_is_stable_and_refuses_what_json_cannot_say():
    assert canonical({"い": [1, None], "あ": "ガ"}) == '{"あ":"ガ","い":[1,null]}'
    with pytest.raises(ValueError, match="JSON"):
        canonical({"x": float("nan")})
