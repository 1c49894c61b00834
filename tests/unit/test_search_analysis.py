"""Which words a text has, and which spellings are the same. No services."""

from __future__ import annotations

import re

import pytest

from ckanext.moka.search.index.indexer import build_row, quote, sanitise
from ckanext.moka.search.japanese import analysis, synonyms
from ckanext.moka.search.japanese.stemmer import stem


def forms(text):
    return [token.forms[0] for token in analysis.tokens(text) if not token.joining]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("指定緊急避難場所一覧", ["指定", "緊急", "避難", "場所", "一覧"]),
        ("ごみの日", ["ゴミ", "日"]),
        ("AED設置箇所", ["aed", "設置", "箇所"]),
        ("ＡＥＤ", ["aed"]),
        ("令和7年10月 人口", ["令和", "7", "年", "10", "月", "人口"]),
        ("council-owned-litter-bins", ["council", "owned", "litter", "bins"]),
        ("WiFi", ["wi", "fi"]),
        ("Café", ["cafe"]),
        ("（）・、。", []),
        ("", []),
        ("🏃", []),
    ],
)
def test_words(text, expected):
    assert forms(text) == expected


def test_short_and_long_units_stand_at_the_same_place():
    first, second = analysis.tokens("公衆トイレ")
    assert "公衆トイレ" in first.forms and second.forms == ("トイレ",)


@pytest.mark.parametrize("spelling", ["ひなん", "ヒナン", "ﾋﾅﾝ"])
def test_kana_of_every_width_has_the_reading_of_the_kanji(spelling):
    readings = {reading for _, reading in analysis.readings(analysis.tokens("避難所"))}
    assert analysis.tokens(spelling)[0].forms[0] in readings


def test_a_word_is_read_as_a_whole_and_in_parts():
    readings = {reading for _, reading in analysis.readings(analysis.tokens("避難所一覧"))}
    assert {"ヒナン", "ヒナンジヨ", "ヒナンジヨイチラン", "イチラン"} <= readings
    assert analysis.reading_of("避難所") == "ヒナンジヨ"


def test_readings_join_words_but_never_start_or_end_with_a_particle():
    readings = {reading for _, reading in analysis.readings(analysis.tokens("ごみの日"))}
    assert "ゴミノヒ" in readings and "ゴミ" in readings
    assert "ゴミノ" not in readings and "ノヒ" not in readings


def test_identifiers_are_not_taken_apart():
    words = forms("e3b0c442-98fc-4aed-afbf-4c8996fb9242 ds-e4aed7272aa7")
    assert "aed" not in words and "e3b0c442-98fc-4aed-afbf-4c8996fb9242" in words


@pytest.mark.parametrize("joined", ["WiFi", "Wi-Fi", "wifi"])
def test_joined_and_divided_spelling_share_a_form(joined):
    assert "wifi" in analysis.tokens(joined)[0].forms


def test_bigrams_stay_inside_a_run():
    assert [pair for _, pair in analysis.bigrams("避難所 一覧")] == ["避難", "難所", "一覧"]


def test_long_text_is_analysed_whole():
    assert len(forms("避難。" * 20_000)) == 20_000


@pytest.mark.parametrize(
    "word, expected",
    [
        ("shelters", "shelter"), ("cities", "citi"), ("city", "citi"), ("running", "run"), ("planned", "plan"),
        ("bus", "bus"), ("classes", "class"), ("used", "use"), ("agreed", "agree"), ("gas", "gas"), ("避難", "避難"),
    ],
)  # fmt: skip
def test_english_stems(word, expected):
    assert stem(word) == expected


def test_synonyms_work_both_ways_and_for_any_kana():
    assert "廃棄物" in synonyms.others("ごみ") and "廃棄物" in synonyms.others("ゴミ")
    assert "ごみ" in synonyms.others("廃棄物")
    assert "保育" in synonyms.others("子育て")
    assert synonyms.others("そんな語はない") == ()


def test_no_synonym_group_repeats_a_word():
    for group in synonyms.groups():
        assert len(group) > 1 and len(set(group)) == len(group)


DOCUMENT = {
    "index_id": "i1", "id": "1", "site_id": "s", "name": "shelters", "title": "避難所一覧", "state": "active",
    "tags": ["防災", "防災・減災"], "res_format": ["CSV", "CSV"], "metadata_modified": "2026-04-01T09:00:00.123456Z",
    "permission_labels": ["public"], "extras_note": "補足", "private": False, "nothing": None,
    "data_dict": '{"organization": {"title": "危機管理課"}}',
}  # fmt: skip


def test_row_keeps_exact_values_words_and_terms_apart():
    row = build_row(DOCUMENT)
    assert ("tags", "防災・減災") in row["terms"] and ("res_format", "CSV") in row["terms"]
    assert not [pair for pair in row["terms"] if pair[0] in ("title", "permission_labels", "id")]
    assert '"2026-04-01T09:00:00.123Z"' in row["fields"]
    assert re.search(r"'避難':\d+A( |$)", row["words"]) and re.search(r"'防災':\d+B", row["words"])
    assert "r:ヒナンジヨ" in row["found"] and "r:ヒナンジヨ" in row["head"] and "r:" not in row["words"]
    assert "'title/避難'" in row["fielded"] and "'extras_note/補足'" in row["fielded"]
    assert "'危機'" in row["words"]
    assert "permission_labels" not in row["doc"] and "data_dict" in row["doc"]
    assert row["title_reading"].startswith("ヒナンジヨ")


def test_row_needs_its_keys():
    with pytest.raises(KeyError):
        build_row({"title": "x"})


def test_what_postgres_cannot_hold_is_removed():
    assert sanitise({"a\x00": ["\ud800b", None, 3]}) == {"a": ["b", None, 3]}


def test_lexemes_are_quoted():
    assert quote("a'b\\c") == "'a''b\\\\c'"


def test_loan_words_that_the_dictionary_lacks_are_divided_into_two_that_it_has():
    forms = [token.forms for token in analysis.tokens("コミュニティバス")]
    assert len(forms) == 2 and "バス" in forms[1] and analysis.folded("コミュニティバス") in forms[0]
    assert len(analysis.tokens("セアカゴケグモ")) == 1
