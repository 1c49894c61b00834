"""What is kept of a phrase, and who counts as a robot."""

from __future__ import annotations

import pytest

from ckanext.moka.search.traces import screening

KEPT = {
    "犬の登録はどこで": "犬の登録はどこで",
    "　ＡＥＤ　設置 場所 ": "aed 設置 場所",
    "令和5年度 人口": "令和5年度 人口",
    "2024-04-01": "2024-04-01",
    "20240401": "20240401",
    "2020-2024": "2020-2024",
    "国道294号": "国道294号",
    "台町2丁目": "台町2丁目",
    "人口 2024年1月": "人口 2024年1月",
    "町2024": "町2024",
    "092096": "092096",
    "title:避難": "title:避難",
    "佐藤": "佐藤",
    "真岡鐵道": "真岡鐵道",
    "e-mail": "e-mail",
    "あ" * 100: "あ" * 100,
    "*:*": "",
    "？": "",
    "\0": "",
}
MASKED = {
    "email": [
        "taro@example.jp",
        "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ",
        "問い合わせ taro @ example.jp",
        "taro(at)example.jp",
    ],
    "url": ["https://example.jp/x", "www.example.jp", "example.co.jp"],
    "number": [
        "0285-82-1111",
        "０９０ １２３４ ５６７８",
        "(0285)82-1111",
        "+81 90 1234 5678",
        "82-1111",
        "1234 5678 9012",
        "123456789012",
        "20240401123456",
    ],
    "address": ["荒町5191", "荒町１丁目２番３号", "台町1-2-3", "荒町5191番地", "一丁目二番", "長田 5-2"],
    "name": ["田中太郎", "高橋 美咲", "山田一郎 死亡"],
    "long": ["あ" * 101],
}


@pytest.mark.parametrize(("typed", "kept"), KEPT.items())
def test_ordinary_phrases_are_kept_folded(typed, kept):
    assert screening.kept_form(typed) == kept


@pytest.mark.parametrize(
    ("reason", "typed"), [(key, text) for key, texts in MASKED.items() for text in texts]
)
def test_what_looks_personal_is_masked_as_a_whole(reason, typed):
    for phrase in (typed, f"避難 {typed}") if reason != "long" else (typed,):
        assert screening.kept_form(phrase) == screening.MASKS[reason]
        assert screening.is_mask(screening.kept_form(phrase))


def test_values_of_filters():
    assert screening.kept_value('"防災"') == "防災"
    assert screening.kept_value("taro@example.jp") == "…"
    assert screening.kept_value("a b") == "…"
