"""Screening of texts and the likeness of requests."""

from __future__ import annotations

import pytest

from ckanext.moka.demand.screening import REASONS, findings
from ckanext.moka.demand.similar import matches, most_similar, similarity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("連絡は taro@example.com まで", ["email"]),
        ("連絡は ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ まで", ["email"]),
        ("電話 0285-83-1111 です", ["phone"]),
        ("電話 ０２８５（８３）１１１１ です", ["phone"]),
        ("電話 ０２８５ー８３ー１１１１ です", ["phone"]),
        ("090 1234 5678", ["phone"]),
        ("09012345678", ["phone"]),
        ("+81-285-83-1111", ["phone"]),
        ("https://spam.example/ を見て", ["url"]),
        ("www.spam.example", ["url"]),
        ("spam.com で検索", ["url"]),
        ("番号は 1234-5678-9012", ["personal_number"]),
        ("番号は１２３４５６７８９０１２", ["personal_number"]),
        ("避難所の一覧が2026年4月1日時点で欲しい", []),
        ("平成30年度〜令和7年度（2018-2025）の人口 79,539人", []),
        ("国道294号と408号の交通量、1日あたり12,000台", []),
        ("緯度36.4406 経度140.0135 の周り", []),
        ("予算は 1,234,567,890 円", []),
        ("令和7年10月1日 8:30-17:15", []),
        ("", []),
    ],
)
def test_what_needs_a_look(text, expected):
    assert findings(text) == expected
    assert set(expected) <= set(REASONS)


def test_every_field_is_looked_at():
    assert findings("だいじょうぶ", None, "電話 0285-83-1111") == ["phone"]


REQUESTS = [
    "通学路の危険箇所の一覧",
    "AEDの設置場所",
    "ごみ収集日カレンダー",
    "保育園の空き状況",
    "バスの時刻表（コットベリー号）",
    "いちご農園の一覧",
]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("通学路で危ない場所のデータ", "通学路の危険箇所の一覧"),
        ("ａｅｄがある場所", "AEDの設置場所"),
        ("ゴミ収集の曜日", "ごみ収集日カレンダー"),
        ("保育園に空きがあるか知りたい", "保育園の空き状況"),
        ("コットベリー号の時刻", "バスの時刻表（コットベリー号）"),
    ],
)
def test_similar_requests_are_found(typed, expected):
    assert most_similar(typed, [(text, text) for text in REQUESTS])[0] == expected


def test_unlike_requests_are_not_offered():
    assert most_similar("市議会の議事録", [(text, text) for text in REQUESTS]) == []
    assert similarity("データ一覧", "情報一覧") == 0.0


def test_search_ignores_spelling():
    assert matches("ＡＥＤ せっち", "aed の セッチ場所")
    assert not matches("AED 保育園", "AEDの設置場所")
