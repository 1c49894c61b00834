"""What residents type: terms, questions, variants, romaji, slips, marks, files of synonyms. No services."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from ckanext.moka.search.answers import fallback, highlight, vocabulary
from ckanext.moka.search.japanese import analysis, romaji, spelling, synonyms, variants, words
from ckanext.moka.search.japanese.words import WordQuery, word_query


def terms(text):
    return [term.text for term in word_query(text).terms if not term.optional]


def finds(typed, text):
    """Tell whether every required term of ``typed`` has a form, synonym or reading in ``text`` (order ignored)."""
    units = analysis.tokens(text)
    there = {form for unit in units for form in unit.forms}
    there |= {analysis.sound(reading) for _, reading in analysis.readings(units)}
    there |= {f"{a}+{b}" for one, two in pairwise(units) for a in one.forms for b in two.forms}
    return all(
        any(f"'\x01{form}'" in (term.full or "") for form in there)
        for term in word_query(typed).terms
        if not term.optional
    )


@pytest.mark.parametrize(
    "typed, expected",
    [
        ("犬の登録はどこで", ["犬登録"]),
        ("ごみの日はいつ", ["ゴミ日"]),
        ("図書館は何時まで開いていますか", ["図書館"]),
        ("どこ", ["ドコ"]),
        ("避難場所一覧", ["避難場所"]),
        ("一覧", ["一覧"]),
        ("動物園", ["動物園"]),
        ("海水浴場", ["海水浴場"]),
    ],
)
def test_terms_of_what_is_typed(typed, expected):
    assert terms(typed) == expected


@pytest.mark.parametrize(
    "typed, text",
    [
        ("ワイファイ", "公衆無線LAN"), ("Ｗｉ－Ｆｉ", "無線LAN"), ("garbage", "ごみの収集"), ("ほいくえん", "保育所"),
        ("眞岡", "真岡線"), ("髙橋", "高橋"), ("斉藤", "齋藤"), ("サーバー", "サーバ"), ("申込み", "申し込み"),
        ("hinan", "避難"), ("十二", "12丁目"), ("1", "一丁目"), ("国保", "国民健康保険"), ("学童", "放課後児童クラブ"),
        ("逃げたい", "避難"), ("children", "子ども"), ("2025年", "令和7年"), ("R7", "令和7年"), ("令和7年", "2025年"),
    ],
)  # fmt: skip
def test_spellings_and_synonyms_meet(typed, text):
    assert finds(typed, text)


@pytest.mark.parametrize("typed, text", [("京都", "東京都"), ("バス", "バスケット"), ("いちご", "米の作付")])
def test_what_is_something_else_does_not_meet(typed, text):
    assert not finds(typed, text)


@pytest.mark.parametrize(
    "typed, expected",
    [("ごみ集積所", ["ゴミ", "集積所"]), ("図書館", []), ("水族館", []), ("避難", [])],
)
def test_parts_of_a_word_that_stands_nowhere(typed, expected):
    assert [term.text for term in words.pieces(typed)] == expected


def test_names_in_kana_are_tried_as_a_whole():
    assert [term.reading for term in fallback._distinct([word_query("おやま")], optional=False)] == [
        "'\x01r:オヤマ'\x02"
    ]


def test_synonyms_are_found_by_the_index_alone():
    entries = [term for text in ("人口", "避難所", "老人ホーム", "保育園") for term in word_query(text).terms]
    for term in entries:
        assert term.close and "<" not in term.close + (term.wide or "")


def test_related_words_work_one_way():
    assert "狂犬病" in synonyms.lookup(synonyms.key("犬")).wide
    entry = synonyms.lookup(synonyms.key("狂犬病"))
    assert entry is None or "犬" not in entry.close + entry.wide


@pytest.mark.parametrize(
    "text, digits",
    [("十", "10"), ("二十三", "23"), ("百五", "105"), ("千九百八十", "1980"), ("三千", "3000")],
)
def test_kanji_numbers_with_tens_are_read(text, digits):
    assert variants.digits_of(text) == digits


def test_old_forms_fold_to_the_everyday_form_and_stay_there():
    for other, everyday in variants._TABLE.items():
        folded = variants.fold_kanji(chr(other))
        assert folded == everyday == variants.fold_kanji(folded) and len(folded) == 1
    assert variants.fold_kanji("眞岡の齋藤・髙橋・山﨑・廣澤・渡邊") == "真岡の斎藤・高橋・山崎・広沢・渡辺"


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 20, 35, 100, 110, 999, 1000, 2025, 9999])
def test_kanji_numbers_are_read(number):
    digits = "〇一二三四五六七八九"
    assert variants.digits_of("".join(digits[int(d)] for d in str(number))) == str(number)
    assert variants.digits_of("町") == "" == variants.digits_of("")


@pytest.mark.parametrize(
    "typed, kana",
    [
        ("hinan", "ヒナン"), ("toshokan", "トショカン"), ("tosyokan", "トショカン"), ("gakkou", "ガッコウ"),
        ("kenkou", "ケンコウ"), ("kennkou", "ケンコウ"), ("onna", "オンナ"), ("matchi", "マッチ"), ("konnichiwa", "コンニチワ"),
        ("shelter", ""), ("aed", ""), ("garbage", ""), ("避難", ""), ("", ""),
    ],
)  # fmt: skip
def test_romaji(typed, kana):
    assert romaji.katakana(typed) == kana


def slow_distance(a, b):
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i, j] = min(
                table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)]


@pytest.mark.parametrize("seed", range(20))
def test_distance_is_that_of_the_textbook(seed):
    rng = random.Random(seed)
    first, second = ("".join(rng.choices("アイウ", k=rng.randint(0, 7))) for _ in range(2))
    assert (
        spelling.distance(first, second) == slow_distance(first, second) == spelling.distance(second, first)
    )


def test_slips_allowed_grow_with_the_word():
    assert [spelling.allowed("ア" * n) for n in (2, 3, 4, 8, 12, 40)] == [0, 0, 1, 2, 3, 3]
    assert spelling.english("garbege") == "garbage" and spelling.english("garbage") == ""
    assert spelling.english("ごみ") == "" == spelling.english("xqzj")


def test_words_taken_from_titles():
    words = [word for word, _ in vocabulary.words_of("指定緊急避難場所一覧（R7）")]
    assert "避難場所" in words and "緊急避難場所" in words
    assert not [word for word in words if word.endswith("一覧")]


@pytest.mark.parametrize(
    "text, typed, expected",
    [
        ("指定緊急避難場所一覧", "ひなん", "指定緊急[避難場所]一覧"),
        ("ＡＥＤ設置箇所＜b＞", "aed", "[ＡＥＤ]設置箇所＜b＞"),
        ("ﾊﾞｽ停 一覧", "バス停", "[ﾊﾞｽ停] 一覧"),
        ("眞岡木綿会館", "真岡", "[眞岡]木綿会館"),
        ("廃棄物の処理", "ごみ", "[廃棄物]の処理"),
        ("Bus & <b>stops</b>", "bus", "[Bus] & <b>stops</b>"),
        ("人口", "", "人口"),
        ("", "人口", ""),
    ],
)
def test_marks(text, typed, expected):
    pieces = highlight.parts(text, typed)
    assert "".join(f"[{p.text}]" if p.marked else p.text for p in pieces) == expected


@pytest.mark.parametrize("seed", range(40))
def test_marks_never_change_the_text(seed):
    rng = random.Random(seed)
    alphabet = "避難所ごみゴﾐﾞがが゙Ａe\u0301é<&>'\" 　\n１一①㌔ﬁ㍻🏃‍♀️齋ー"
    text, typed = ("".join(rng.choices(alphabet, k=rng.randint(0, 30))) for _ in range(2))
    assert "".join(part.text for part in highlight.parts(text, typed)) == text
    assert len(highlight.excerpt(text, typed, 10)) <= 12


def test_excerpt_stands_around_the_match():
    text = "あ" * 300 + "避難所" + "い" * 300
    assert "避難所" in highlight.excerpt(text, "避難所", 100)
    assert highlight.excerpt("避難所" + text, "避難所", 100).startswith("避難所")


def test_quorum_is_the_smallest_sets_that_weigh_enough():
    weights = {"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}
    rarity = {WordQuery(name): weight for name, weight in weights.items()}
    sets = [{term.match for term in some} for some in fallback._least_sets(rarity)]
    assert {"a"} in sets and {"b", "c"} in sets and {"b", "d"} in sets and {"d", "c"} not in sets
    for some in sets:
        total = sum(weights[name] for name in some)
        assert total >= fallback.SHARE * 10
        assert all(total - weights[name] < fallback.SHARE * 10 for name in some)


@pytest.mark.parametrize(
    "typed", ["+a b", "a -b", '"a b"', "a OR b", "a NOT b", "a*", "title:a", "", "*:*", "a~", "x^2 y"]
)
def test_signs_are_never_tried_again(typed):
    assert not fallback.may_try_again(typed, {})


def test_plain_words_are_tried_again_unless_the_client_says_how_many_must_match():
    assert fallback.may_try_again("避難所 洪水 wi-fi", {"mm": "2<-1 5<80%"})
    assert not fallback.may_try_again("避難所 洪水", {"mm": "100%"})


def test_file_of_synonyms_says_which_line_is_wrong(tmp_path):
    path = tmp_path / "s.txt"
    path.write_text(
        "# 注釈\nごみ，廃棄物、塵芥\n犬→狂犬病\n~ 一覧\n- どこ\nねこ,,いぬ\nあ => い => う\nを, が\n",
        encoding="utf-8-sig",
    )
    with pytest.raises(synonyms.BrokenFile) as broken:
        synonyms.check(path)
    assert [problem.split(":")[0] for problem in broken.value.problems] == [
        f"s.txt の {n} 行目" for n in (6, 7, 8)
    ]
    path.write_text("ごみ，廃棄物、塵芥\n犬→狂犬病, ペット # 注\n~ 一覧\n- どこ\n", encoding="cp932")
    found = synonyms.check(path)
    assert found.groups == [("ごみ", "廃棄物", "塵芥")] and found.one_way == [("犬", ("狂犬病", "ペット"))]
    assert found.optional == ["一覧"] and found.dropped == ["どこ"]
    with pytest.raises(synonyms.BrokenFile, match="開けません"):
        synonyms.check(tmp_path / "none.txt")
    path.write_bytes(b"\x81\xff\xfe\x00\x80")
    with pytest.raises(synonyms.BrokenFile, match="文字コード"):
        synonyms.check(path)


def test_shipped_synonyms_are_many_and_without_fault():
    found = synonyms.check(synonyms.SHIPPED)
    assert len(found.groups) > 300 and len(found.one_way) > 400


def test_a_related_word_weighs_less_than_a_synonym():
    from ckanext.moka.search.answers import ranking

    assert 1 > ranking.CLOSE > ranking.WIDE > 0
    # The mild tie-breakers together are less than the least that a word in a title of twenty words counts.
    assert 4 / (1 + ranking.LONG_TITLE * math.log(20)) > ranking.YEAR + ranking.FRESH + ranking.USED
