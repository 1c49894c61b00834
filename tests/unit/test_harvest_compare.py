"""What a run decides, and how a source's words become the portal's codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ckanext.moka.harvest import compare
from ckanext.moka.harvest.mapping import fields_of
from moka_harvesters.source import HarvestedDataset, HarvestedFile


def a_file(name="a.csv", sha="1" * 64, title="一覧"):
    return HarvestedFile(name, Path("/nowhere") / name, 3, sha, title)


def a_dataset(guid="防災", files=None, **values):
    return HarvestedDataset(
        guid, values.pop("title", "避難所"), files=(a_file(),) if files is None else files, **values
    )


def test_decisions():
    dataset = a_dataset()
    same = dataset.content_hash
    assert compare.decide(dataset, None) == "added"
    assert compare.decide(dataset, compare.Known("", "creating")) == "added"
    assert compare.decide(dataset, compare.Known(same, "current")) == "unchanged"
    assert compare.decide(dataset, compare.Known(same, "gone")) == "unchanged"
    assert compare.decide(dataset, compare.Known(same, "incomplete")) == "changed"
    assert compare.decide(dataset, compare.Known("x", "current")) == "changed"
    assert compare.decide(dataset, compare.Known("x", "removed")) == "removed"
    assert compare.decide(a_dataset(files=()), None) == "failed"


def test_what_could_not_be_read_has_not_vanished():
    known = ["a", "防災", "防災/避難所", "防災2", "消防"]
    assert compare.vanished(known, {"a"}, {"防災"}) == ["消防", "防災2"]
    assert compare.vanished(known, set(known), set()) == []
    assert compare.vanished(["a/b"], set(), {"a/b/c"}) == ["a/b"]


@pytest.mark.parametrize(
    ("known", "gone", "limit", "held"),
    [
        (0, 0, 50, False),
        (4, 2, 50, False),
        (4, 3, 50, True),
        (1, 1, 50, True),
        (10, 2, 10, True),
        (5, 5, 100, False),
    ],
)
def test_a_run_is_held_above_the_limit(known, gone, limit, held):
    assert compare.shrunk(known, gone, limit) is held


def test_only_what_changed_in_the_source_is_written():
    before = {"title": "旧", "notes": "説明", "theme": "01"}
    assert compare.changed_fields({"title": "新", "notes": "説明"}, before) == {"title": "新"}


def test_file_changes():
    kept, edited, new = a_file("a.csv"), a_file("b.csv", "2" * 64), a_file("c.csv")
    before = {
        "a.csv": {"resource_id": "1", "mark": compare.file_mark(kept)},
        "b.csv": {"resource_id": "2", "mark": compare.file_mark(a_file("b.csv", "9" * 64))},
        "d.csv": {"resource_id": "3", "mark": "x"},
    }
    changes = compare.file_changes(a_dataset(files=(kept, edited, new)), before)
    assert (changes.new, changes.changed, changes.missing) == ((new,), (edited,), ("d.csv",))


@pytest.mark.parametrize(
    ("key", "written", "code"),
    [
        ("theme", "司法・安全・環境", "14"),
        ("theme", "14", "14"),
        ("theme", "Health", None),
        ("update_frequency", "年１回", "annual"),
        ("update_frequency", "少なくとも年1回", "annual"),
        ("update_frequency", "四半期", "quarterly"),
        ("update_frequency", "6か月", "biannual"),
        ("update_frequency", "毎月", "monthly"),
        ("update_frequency", "annual", "annual"),
        ("update_frequency", "気が向いたら", None),
        ("license_id", "CC BY 4.0", "CC-BY-4.0"),
        ("license_id", "クリエイティブ・コモンズ 表示 4.0 国際（CC BY 4.0）", "CC-BY-4.0"),
        ("license_id", "cc-by-4.0", "CC-BY-4.0"),
        ("license_id", "ＣＣ－ＢＹ", "CC-BY-4.0"),
        ("license_id", "https://creativecommons.org/licenses/by/2.1/jp/", "CC-BY-2.1-JP"),
        ("license_id", "https://creativecommons.org/licenses/by-sa/4.0/deed.ja", "CC-BY-SA-4.0"),
        ("license_id", "公共データ利用規約（第1.0版）", "PDL-1.0"),
        ("license_id", "禁転載", None),
        ("temporal_start", "令和6年4月1日", "2024-04-01"),
        ("temporal_start", "2024/4/1", "2024-04-01"),
        ("temporal_start", "去年", None),
        ("standard_dataset", "AED設置箇所一覧", "08"),
        ("standard_dataset", "aed", "08"),
        ("contact_email", "joho@city.example.jp", "joho@city.example.jp"),
        ("contact_email", "情報政策課", None),
    ],
)
def test_words_become_codes_or_a_notice(key, written, code):
    fields, notices = fields_of(a_dataset(fields={key: written}))
    assert fields.get(key) == code
    assert bool(notices) is (code is None)
    if notices:
        assert written in notices[0]
