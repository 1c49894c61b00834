"""The folder source: odd names, junk, links, unreadable files, metadata beside the data."""

from __future__ import annotations

import json
import os
import unicodedata

import pytest

from moka_harvesters.folder import FolderSource
from moka_harvesters.names import ascii_slug, display_name, is_junk, title_from_name
from moka_harvesters.source import HarvestedDataset, Problem, Source, SourceUnavailable

CSV = "名称,緯度\n市役所,36.44\n"


def gather(root, **options):
    """Return (data sets by guid, stand-alone problems)."""
    items = list(FolderSource(root, **options).gather())
    datasets = {item.guid: item for item in items if isinstance(item, HarvestedDataset)}
    return datasets, [item for item in items if isinstance(item, Problem)]


def write(root, name, text=CSV):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_it_is_a_source(tmp_path):
    assert isinstance(FolderSource(tmp_path), Source)


def test_loose_files_of_one_stem_are_one_dataset(tmp_path):
    write(tmp_path, "避難所一覧.csv")
    write(tmp_path, "避難所一覧.xlsx")
    write(tmp_path, "AED設置箇所.csv")
    datasets, problems = gather(tmp_path)
    assert sorted(datasets) == ["AED設置箇所", "避難所一覧"]
    assert [f.name for f in datasets["避難所一覧"].files] == ["避難所一覧.csv", "避難所一覧.xlsx"]
    assert [f.format for f in datasets["避難所一覧"].files] == ["CSV", "XLSX"]
    assert problems == []


def test_copies_keep_names_that_tell_them_apart(tmp_path):
    for name in ("避難所.csv", "避難所 (1).csv", "AED (1).csv"):
        write(tmp_path, name)
    datasets, _ = gather(tmp_path)
    assert {guid: d.title for guid, d in datasets.items()} == {
        "避難所": "避難所",
        "避難所 (1)": "避難所 (1)",
        "AED (1)": "AED",
    }


def test_folders_are_datasets_and_nested_folders_their_own(tmp_path):
    write(tmp_path, "防災/避難所.csv")
    write(tmp_path, "防災/AED.csv")
    write(tmp_path, "防災/令和6年度/消火栓.csv")
    write(tmp_path, "空のフォルダー/下/人口.csv")
    datasets, _ = gather(tmp_path)
    assert sorted(datasets) == ["空のフォルダー/下", "防災", "防災/令和6年度"]
    assert datasets["防災/令和6年度"].title == "防災 令和6年度"
    assert len(datasets["防災"].files) == 2


def test_names_are_nfc_and_nfd_gives_the_same_hash(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    write(one, unicodedata.normalize("NFD", "ごみ収集所ガイド.csv"))
    write(two, unicodedata.normalize("NFC", "ごみ収集所ガイド.csv"))
    nfd, nfc = gather(one)[0], gather(two)[0]
    assert list(nfd) == ["ごみ収集所ガイド"] == list(nfc)
    assert nfd["ごみ収集所ガイド"].files[0].name == "ごみ収集所ガイド.csv"
    assert nfd["ごみ収集所ガイド"].content_hash == nfc["ごみ収集所ガイド"].content_hash


def test_same_name_in_nfc_and_nfd_is_reported_not_merged(tmp_path):
    write(tmp_path, unicodedata.normalize("NFC", "ガイド.csv"), "a,b\n1,2\n")
    write(tmp_path, unicodedata.normalize("NFD", "ガイド.csv"), "a,b\n3,4\n")
    if len(os.listdir(tmp_path)) < 2:
        pytest.skip("this file system unifies the two spellings")
    datasets, problems = gather(tmp_path)
    assert len(datasets["ガイド"].files) == 1
    assert [p.code for p in problems] == ["same-name"]


def test_old_windows_names_in_cp932_are_decoded(tmp_path):
    raw = os.fsencode(tmp_path) + b"/" + "避難所.csv".encode("cp932")
    with open(raw, "wb") as stream:
        stream.write(CSV.encode())
    datasets, problems = gather(tmp_path)
    assert datasets["避難所"].files[0].name == "避難所.csv"
    assert datasets["避難所"].files[0].path.read_bytes() == CSV.encode()
    assert problems == []


def test_undecodable_name_is_reported_and_the_rest_goes_on(tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff\xfe\x80.csv", "wb") as stream:
        stream.write(b"a\n1\n")
    write(tmp_path, "人口.csv")
    datasets, problems = gather(tmp_path)
    assert list(datasets) == ["人口"]
    assert [p.code for p in problems] == ["name"]


@pytest.mark.parametrize(
    "name",
    [
        "~$避難所.xlsx",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        ".~lock.避難所.csv#",
        "避難所.csv.tmp",
        "._避難所.csv",
        "避難所.csv~",
    ],
)
def test_by_products_are_passed_over_silently(tmp_path, name):
    write(tmp_path, name)
    write(tmp_path, "避難所.csv")
    datasets, problems = gather(tmp_path)
    assert [f.name for d in datasets.values() for f in d.files] == ["避難所.csv"]
    assert problems == []
    assert is_junk(name)


def test_links_that_leave_the_root_are_refused(tmp_path):
    root, outside = tmp_path / "share", tmp_path / "outside"
    secret = write(outside, "住民.csv", "氏名\n山田\n")
    write(root, "人口.csv")
    (root / "漏れ.csv").symlink_to(secret)
    (root / "外").symlink_to(outside)
    (root / "切れた.csv").symlink_to(root / "ない.csv")
    (root / "中.csv").symlink_to(root / "人口.csv")
    datasets, _ = gather(root)
    assert [p.code for p in datasets["漏れ"].problems] == ["link-outside"]
    assert [p.code for p in datasets["外"].problems] == ["link-outside"]
    assert [p.code for p in datasets["切れた"].problems] == ["unreadable"]
    assert {g for g, d in datasets.items() if d.files} == {"人口", "中"}
    assert all("住民" not in f.path.name for d in datasets.values() for f in d.files)


def test_a_link_loop_ends(tmp_path):
    write(tmp_path, "a/人口.csv")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    datasets, problems = gather(tmp_path)
    assert list(datasets) == ["a"]
    assert [p.code for p in problems] == ["link-folder"]


def test_bad_files_are_reported_under_their_dataset(tmp_path):
    write(tmp_path, "空.csv", "")
    write(tmp_path, "動画.mp4")
    write(tmp_path, "大きい.csv", "x" * 3_000_000)
    write(tmp_path, "人口.csv")
    datasets, _ = gather(tmp_path, max_bytes=2 << 20)
    codes = {guid: [p.code for p in d.problems] for guid, d in datasets.items()}
    assert codes == {"空": ["empty"], "動画": ["kind"], "大きい": ["too-large"], "人口": []}
    assert "2MB" in datasets["大きい"].problems[0].message


def test_unreadable_folder_is_a_failed_dataset_not_a_gone_one(tmp_path, monkeypatch):
    write(tmp_path, "鍵/人口.csv")
    write(tmp_path, "開/人口.csv")
    (tmp_path / "鍵").chmod(0)
    try:
        os.listdir(tmp_path / "鍵")
    except PermissionError:
        pass
    else:  # root reads everything: refuse by hand what the kernel would refuse others
        real = os.scandir

        def scandir(path):
            if str(path).endswith("鍵"):
                raise PermissionError(13, "Permission denied", str(path))
            return real(path)

        monkeypatch.setattr(os, "scandir", scandir)
    datasets, _ = gather(tmp_path)
    (tmp_path / "鍵").chmod(0o755)
    assert [p.code for p in datasets["鍵"].problems] == ["unreadable"]
    assert datasets["鍵"].files == ()
    assert len(datasets["開"].files) == 1


def test_missing_root_says_what_to_do(tmp_path):
    with pytest.raises(SourceUnavailable, match="アクセス権"):
        list(FolderSource(tmp_path / "ない").gather())


def test_datapackage_gives_metadata_and_lists_the_files(tmp_path):
    write(tmp_path, "aed/data/aed.csv")
    write(tmp_path, "aed/メモ.csv")
    package = {
        "name": "aed",
        "title": "AED設置箇所一覧",
        "description": "市内のAED",
        "keywords": ["AED", "救急"],
        "licenses": [{"name": "CC-BY-4.0"}],
        "moka": {"theme": "15", "update_frequency": "annual", "temporal": "2024-04-01/2025-03-31"},
        "resources": [
            {"path": "data/aed.csv", "title": "一覧（CSV）", "description": "UTF-8"},
            {"path": "ない.csv"},
        ],
    }
    write(tmp_path, "aed/datapackage.json", json.dumps(package, ensure_ascii=False))
    datasets, problems = gather(tmp_path)
    dataset = datasets["aed"]
    assert list(datasets) == ["aed"] and problems == []
    assert (dataset.title, dataset.notes, dataset.slug) == ("AED設置箇所一覧", "市内のAED", "aed")
    assert dataset.tags == ("AED", "救急")
    assert dataset.fields == {
        "theme": "15",
        "license_id": "CC-BY-4.0",
        "update_frequency": "annual",
        "temporal_start": "2024-04-01",
        "temporal_end": "2025-03-31",
    }
    assert [(f.name, f.title) for f in dataset.files] == [("aed.csv", "一覧（CSV）")]
    assert sorted((p.code, p.severity) for p in dataset.problems) == [
        ("missing", "error"),
        ("unlisted", "notice"),
    ]


@pytest.mark.parametrize("path", ["../住民.csv", "/etc/passwd", "https://example.com/a.csv", "..\\a.csv"])
def test_datapackage_may_not_point_outside(tmp_path, path):
    write(tmp_path, "a/datapackage.json", json.dumps({"title": "a", "resources": [{"path": path}]}))
    write(tmp_path, "a/a.csv")
    datasets, _ = gather(tmp_path)
    assert datasets["a"].files == ()
    assert datasets["a"].problems[0].code == "metadata"


def test_broken_datapackage_fails_only_its_dataset(tmp_path):
    write(tmp_path, "a/datapackage.json", "{壊れた")
    write(tmp_path, "a/a.csv")
    write(tmp_path, "b/b.csv")
    datasets, _ = gather(tmp_path)
    assert datasets["a"].files == () and "1 行" in datasets["a"].problems[0].message
    assert len(datasets["b"].files) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_metadata_table_with_two_columns(tmp_path, encoding):
    write(tmp_path, "防災/避難所.csv")
    text = "項目,値\nタイトル,指定緊急避難場所\n分類,司法・安全・環境\nタグ,防災、避難所\n更新頻度,年1回\n"
    (tmp_path / "防災" / "メタデータ.csv").write_bytes(text.encode(encoding))
    write(tmp_path, "防災/README.txt", "災害のときに逃げる場所です。\n")
    dataset = gather(tmp_path)[0]["防災"]
    assert dataset.title == "指定緊急避難場所"
    assert dataset.notes == "災害のときに逃げる場所です。"
    assert dataset.tags == ("防災", "避難所")
    assert dataset.fields == {"theme": "司法・安全・環境", "update_frequency": "年1回"}
    assert [f.name for f in dataset.files] == ["避難所.csv"]


def test_metadata_list_by_file_name_serves_loose_files(tmp_path):
    write(tmp_path, "jinko.csv")
    write(
        tmp_path,
        "メタデータ.csv",
        "ファイル名,データセット名,説明,連絡先\njinko.csv,人口推移,毎月の人口,市民課\n",
    )
    datasets, _ = gather(tmp_path)
    assert datasets["jinko"].title == "人口推移"
    assert datasets["jinko"].fields == {"contact_name": "市民課"}


def test_metadata_table_without_known_items_is_reported(tmp_path):
    write(tmp_path, "メタデータ.csv", "x,y\n1,2\n")
    write(tmp_path, "人口.csv")
    datasets, problems = gather(tmp_path)
    assert datasets["人口"].files == ()
    assert [p.code for p in problems] == ["metadata"]


def test_hash_follows_content_and_metadata_not_place_or_time(tmp_path):
    path = write(tmp_path, "a/人口.csv")
    before = gather(tmp_path)[0]["a"].content_hash
    os.utime(path, (1, 1))
    assert gather(tmp_path)[0]["a"].content_hash == before
    (tmp_path / "a").rename(tmp_path / "b")
    assert gather(tmp_path)[0]["b"].files[0].sha256 == gather(tmp_path)[0]["b"].files[0].sha256
    path = tmp_path / "b" / "人口.csv"
    path.write_text(CSV + "追加,1\n", encoding="utf-8")
    changed = gather(tmp_path)[0]["b"].content_hash
    assert changed != before
    write(tmp_path, "b/README.txt", "説明を足しました")
    assert gather(tmp_path)[0]["b"].content_hash != changed


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("避難所一覧.csv", "避難所一覧"),
        ("092096_01_避難所一覧_20240401 (1).csv", "避難所一覧（2024年4月1日）"),
        ("人口_202404.csv", "人口（2024年4月）"),
        ("202404_人口.csv", "202404 人口"),
        ("01_人口 - コピー.xlsx", "人口"),
        ("AED_設置箇所.csv", "AED 設置箇所"),
        ("令和6年度.csv", "令和6年度"),
        ("20240401.csv", "20240401"),
        ("data .xlsx", "data"),
        ("2025年度予算.csv", "2025年度予算"),
    ],
)
def test_titles_from_names(name, title):
    assert title_from_name(name) == title


def test_slugs_and_display_names():
    assert ascii_slug("ＡＥＤ List 2024年") == "aed-list-2024"
    assert ascii_slug("避難所") == ""
    assert display_name("か\u3099.csv") == "が.csv"
    assert display_name("a\nb.csv") is None
