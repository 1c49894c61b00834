"""Identifiers, keywords and the form's schema."""

import re

import pytest

import moka_schemas
from ckanext.moka.catalog import codelists, naming, tags


@pytest.mark.parametrize(
    ("title", "english", "standard", "name"),
    [
        (
            "指定緊急避難場所一覧",
            "Emergency evacuation sites",
            "evacuation_space",
            "092096_emergency_evacuation_sites",
        ),
        ("指定緊急避難場所一覧", "", "evacuation_space", "092096_evacuation_space"),
        ("Wi-Fi spots", "", "", "092096_wi_fi_spots"),
        ("AED設置箇所", "AED locations (2025)", "", "092096_aed_locations_2025"),
    ],
)
def test_identifiers_are_proposed(title, english, standard, name):
    assert naming.propose("092096", title, english, standard) == name


def test_a_japanese_title_alone_gives_a_stable_hash():
    name = naming.propose("092096", "AED設置箇所一覧2025")
    assert re.fullmatch(r"092096_[0-9a-f]{8}", name)
    assert name == naming.propose("092096", "AED設置箇所一覧2025")
    assert name != naming.propose("092096", "AED設置箇所一覧2026")


def test_long_english_titles_end_at_a_word():
    name = naming.propose("092096", "x", "word " * 40)
    assert len(name) <= naming.MAX_LENGTH
    assert name.endswith("word")


def test_taken_names_get_a_number():
    taken = {"a", "a_2"}
    assert naming.first_free("a", taken.__contains__) == "a_3"
    long = "b" * 120
    assert naming.first_free(long, {long[:100]}.__contains__) == "b" * 98 + "_2"


@pytest.mark.parametrize(
    "tag",
    [
        "水",
        "農",
        "避難場所・避難所",
        "支援制度（給付金）",
        "Ｗｉ－Ｆｉ",
        "子育て 支援",
        "24時間",
        "SDGs",
        "〇〇",
        "あ" * 100,
    ],
)
def test_ordinary_japanese_is_a_keyword(tag):
    assert tags.problem(tag) is None


@pytest.mark.parametrize(
    "tag", ["", "　", "あ" * 101, "防災,避難", "防災，避難", "防災\n避難", "ゼロ幅\u200b", "制御\x07"]
)
def test_what_is_no_keyword(tag):
    assert tags.problem(tag).endswith("。")


def test_a_line_of_keywords():
    assert tags.split("防災、避難所, ハザードマップ，防災,　水 ") == [
        "防災",
        "避難所",
        "ハザードマップ",
        "水",
    ]
    assert tags.split(" 、, ") == []


def test_code_lists():
    themes = codelists.choices("theme")
    assert [item["value"] for item in themes] == [f"{number:02d}" for number in range(1, 17)]
    assert codelists.label("theme", "14") == "司法・安全・環境"
    assert codelists.label("theme", "99") == "99"
    assert codelists.standard_slug("08") == "aed"
    assert codelists.standard_slug("") == ""


def test_every_standard_has_its_own_slug():
    slugs = [row["slug"] for row in moka_schemas.read("metadata/standard_datasets.json")]
    assert len(set(slugs)) == len(slugs) == 31
    assert all(re.fullmatch(r"[a-z0-9_]+", slug) for slug in slugs)


def test_licences_can_be_read_in_any_locale():
    with open(codelists.licenses_path(), "rb") as file:
        assert file.read().isascii()
    licences = {item["id"]: item for item in moka_schemas.licences()}
    assert next(iter(licences)) == "CC-BY-4.0"
    assert {"CC-BY-2.1-JP", "CC0-1.0", "PDL-1.0"} <= set(licences)
    assert licences["CC-BY-4.0"]["od_conformance"] == "approved"


def test_the_form_is_japanese_and_asks_for_little():
    schema = moka_schemas.read("metadata/dataset.yaml")
    groups = {group["id"] for group in schema["moka_groups"]}
    japanese = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    for field in schema["dataset_fields"] + schema["resource_fields"]:
        assert japanese.search(field["label"]), field["field_name"]
        shown = "form_snippet" not in field and field["preset"] not in ("moka_hidden", "moka_automatic")
        if shown:
            assert japanese.search(field["help_text"]), field["field_name"]
    assert [f["field_name"] for f in schema["dataset_fields"] if f.get("required")] == ["title", "owner_org"]
    assert {f["moka_group"] for f in schema["dataset_fields"] if "moka_group" in f} == groups
