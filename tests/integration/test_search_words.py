"""Residents' words on a real site: synonyms that staff edit, second tries, proposals, marks, relevance."""

from __future__ import annotations

import json
import os
import random
import re
import string
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from ckan import model, plugins
from ckan.cli.cli import ckan as ckan_command
from ckan.lib.search import make_connection
from ckan.plugins import toolkit as tk

from ckanext.moka.search.answers import vocabulary
from ckanext.moka.search.japanese import synonyms

sys.path.insert(0, str(Path(__file__).parent.parent / "relevance"))
import judge


def make(call, private=False, **fields):
    """Make a dataset; a public one counts as released, since without files there is nothing to review."""
    made = call("package_create", **fields, private=True)
    if private:
        return made
    if plugins.plugin_loaded("moka_publication"):
        model.Session.execute(
            sa.text(
                "INSERT INTO moka_publication_state (dataset_id, state, note, reason, release_no, contents, updated_at)"
                " VALUES (:id, 'released', '', '', 1, '[]', now())"
            ),
            {"id": made["id"]},
        )
        model.Session.commit()
    return call("package_patch", id=made["id"], private=False)


@pytest.fixture
def dataset(call, org, unique):
    def _make(title, **more):
        return make(call, **{"name": unique("ds"), "title": title, "owner_org": org["id"], **more})

    return _make


@pytest.fixture
def ask(call, org):
    """Return ``ask(q)``: the answer of package_search among this test's datasets."""

    def _ask(q, **more):
        return call("package_search", q=q, fq=f"owner_org:{org['id']}", **more)

    return _ask


def names(answer):
    return [item["name"] for item in answer["results"]]


def test_relevance_of_the_judged_set():
    """Aims of the relevance suite: nDCG@10 of 0.85 and 2 % without a useful answer, in both halves."""
    connection = make_connection()
    with judge.indexed(connection):
        scores, _ = judge.measure(connection)
    with judge.whitespace_words(), judge.indexed(connection):
        plain, _ = judge.measure(connection)
    for half in ("tuning", "held-out"):
        mean = sum(scores[half].ndcg) / len(scores[half].ndcg)
        assert mean >= 0.93, half
        assert len(scores[half].useless) <= 0.02 * len(scores[half].ndcg), scores[half].useless
        assert mean > 2 * sum(plain[half].ndcg) / len(plain[half].ndcg)
    assert sum(scores["all"].none_kept) >= 8


def test_relevance_of_the_second_set():
    """Titles as three other cities write them, graded by another hand."""
    connection = make_connection()
    with judge.indexed(connection, judge.SECOND):
        scores, _ = judge.measure(connection, judge.SECOND)
    found = scores["all"]
    assert sum(found.ndcg) / len(found.ndcg) >= 0.93
    assert len(found.useless) <= 0.01 * len(found.ndcg), found.useless
    assert sum(found.none_kept) >= 8


@pytest.mark.parametrize(
    "title, typed",
    [
        ("髙橋是清の記念碑", "高橋是清"),
        ("眞岡尋常小学校の沿革", "真岡尋常小学校"),
        ("山﨑家住宅", "山崎家"),
        ("齋藤文庫の蔵書目録", "斉藤文庫"),
        ("サーバー機器の台数", "サーバ機器"),
        ("一丁目から三丁目の住居表示", "１丁目"),
        ("取組状況の一覧", "取り組み"),
        ("窓口への申込みの件数", "申し込み"),
        ("令和7年度の入込客数", "2025 入込客数"),
        ("無線LANの設置場所", "ワイファイ"),
    ],
)
def test_other_spellings_find(ask, dataset, title, typed):
    made = dataset(title)
    assert names(ask(typed))[:1] == [made["name"]]


def test_whole_title_stands_first_whatever_else_matches(ask, dataset):
    dataset("公園の公園による公園のための公園台帳", tags=[{"name": "公園"}], notes="公園。" * 30)
    wanted = dataset("公園")
    dataset("都市公園", tags=[{"name": "公園"}])
    assert names(ask("公園"))[0] == wanted["name"]


def test_newest_year_stands_first_among_equals(ask, dataset):
    made = {year: dataset(f"議事速報（令和{year}年）")["name"] for year in (5, 7, 6)}
    assert names(ask("議事速報")) == [made[7], made[6], made[5]]
    assert names(ask("議事速報 令和5年"))[0] == made[5]


def test_fewer_words_are_tried_and_the_answer_says_so(ask, dataset):
    made = dataset("図書室の開室時間")
    answer = ask("水族館 図書室")
    assert names(answer) == [made["name"]]
    assert answer["moka_search"]["mode"] == "some" and answer["moka_search"]["missing"] == ["水族館"]
    assert ask("図書室")["moka_search"]["mode"] == "all"


@pytest.mark.parametrize(
    "q", ["+水族館 +図書室", '"水族館 図書室"', "水族館 AND 図書室", "title:水族館 title:図書室"]
)
def test_what_a_client_says_must_match_is_not_tried_again(ask, dataset, q):
    dataset("図書室の開室時間")
    answer = ask(q)
    assert answer["count"] == 0 and answer["moka_search"] is None


def test_mm_of_a_client_is_kept(ask, dataset):
    dataset("図書室の開室時間")
    assert ask("水族館 図書室", mm="100%")["count"] == 0


def test_questions_find(ask, dataset):
    made = dataset("犬の登録頭数", notes="登録の窓口と手数料です。")
    for typed in ("犬の登録はどこで", "犬を登録したい", "犬の登録はどうすればいいですか"):
        assert names(ask(typed)) == [made["name"]], typed


@pytest.mark.parametrize("typed", ["とりしらべだい", "torishirabedai", "とりしらべたい", "鳥調台"])
def test_slips_are_corrected_or_read(ask, dataset, typed):
    made = dataset("取調台の配置")
    assert names(ask(typed)) == [made["name"]]


def test_words_of_private_datasets_are_never_proposed(call, dataset):
    hidden, shown = (f"zq{''.join(random.choices(string.ascii_lowercase, k=10))}" for _ in range(2))
    dataset(f"{hidden}の台帳", private=True)
    public = dataset(f"{shown}の台帳")

    def proposed(word):
        near = [found for found, _ in vocabulary.like(word[:-1] + "x")]
        return [*call("moka_search_suggest", user="", q=word[:6])["words"], *near]

    vocabulary.learn(100_000)
    assert shown in proposed(shown) and hidden not in proposed(hidden)
    if plugins.plugin_loaded("moka_publication"):
        call("moka_publication_withdraw", id=public["id"], reason="試験のため")
    else:
        call("package_patch", id=public["id"], private=True)
    assert shown not in proposed(shown)


def test_autocomplete_knows_readings(call, dataset):
    made = dataset("避難場所の収容人数")
    found = call("moka_search_suggest", user="", q="ひなんばしょのしゅう")
    assert made["name"] in [item["name"] for item in found["datasets"]]
    assert any(word.startswith("避難") for word in call("moka_search_suggest", user="", q="ひな")["words"])
    assert call("moka_search_suggest", user="", q="") == {"words": [], "datasets": []}


def test_results_page_marks_matches_and_says_how_they_were_found(app, org, dataset):
    dataset("図書室の開室時間", notes="<b>あ</b>" * 60 + "図書室は本館の2階です。")
    page = app.get(tk.url_for("dataset.search", q="水族館 としょしつ", organization=org["name"])).body
    assert "すべての語を含むものはありません。一部の語で探しました。" in page
    assert re.search(r"<a [^>]*><mark>図書室</mark>の開室時間</a>", page)
    assert "<mark>図書室</mark>は本館" in page and "<b>あ" not in page


def test_typed_markup_stays_text_on_the_page(app, dataset):
    page = app.get(tk.url_for("dataset.search", q="<script>alert(1)</script> 図書室")).body
    assert "<script>alert(1)" not in page


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    path = tmp_path / "words.txt"
    monkeypatch.setattr(synonyms, "_own_file", lambda: str(path))
    monkeypatch.setattr(synonyms, "CHECK_SECONDS", 0.0)
    yield path
    monkeypatch.undo()
    synonyms.reload()


def write(path, text):
    """Write and make sure that the time of change is another."""
    path.write_text(text, encoding="utf-8")
    stamp = time.time_ns() + 10**9
    os.utime(path, ns=(stamp, stamp))


def test_staff_change_synonyms_without_a_restart(ask, dataset, own_file):
    made = dataset("べにばな温泉の湯量")
    assert ask("ぽかぽか館")["count"] == 0
    write(own_file, "ぽかぽか館, べにばな温泉\n")
    assert names(ask("ぽかぽか館")) == [made["name"]]
    write(own_file, "ぽかぽか館, べにばな温泉\n片方だけの語\n")
    assert synonyms.reload() == [
        "words.txt の 2 行目: 語が1つしかありません。「,」で区切って2語以上書いてください。（片方だけの語）"
    ]
    assert names(ask("ぽかぽか館")) == [made["name"]]  # the last good state stays
    write(own_file, "# 空\n")
    assert ask("ぽかぽか館")["count"] == 0


def test_commands_check_show_and_explain(cli, dataset, tmp_path, org):
    bad = tmp_path / "bad.txt"
    bad.write_text("ごみ, 廃棄物\nあ => い => う\n", encoding="cp932")
    result = cli.invoke(ckan_command, ["moka-search", "synonyms", "check", str(bad)])
    assert result.exit_code == 1 and "bad.txt の 2 行目" in result.output
    assert cli.invoke(ckan_command, ["moka-search", "synonyms", "check"]).exit_code == 0
    assert cli.invoke(ckan_command, ["moka-search", "synonyms", "reload"]).exit_code == 0
    assert "廃棄物" in cli.invoke(ckan_command, ["moka-search", "synonyms", "show", "ごみ"]).output
    assert "なくてもよい" in cli.invoke(ckan_command, ["moka-search", "synonyms", "show", "一覧"]).output
    dataset("消防水利の位置")
    result = cli.invoke(ckan_command, ["moka-search", "explain", "消防水利"])
    assert result.exit_code == 0 and "消防水利の位置" in result.output and "題名" in result.output


def test_the_answer_stays_json(call, dataset):
    said = call("package_search", q="水族館 図書室 ひなんばしよ")["moka_search"]
    assert said["mode"] and json.loads(json.dumps(said)) == said


def test_beginning_of_a_word_finds_when_nothing_else_does(ask, dataset):
    made = dataset("部活動指導員の配置")
    assert names(ask("部活")) == [made["name"]]
    dataset("東京都の統計")
    assert ask("京都")["count"] == 0


@pytest.mark.parametrize(
    "q",
    [
        "避難" * 2000,
        "あ" * 7999,
        "hinan" * 1000,
        "一" * 3000,
        "令和" * 500 + "7",
        " ".join(["避難 ごみ 人口"] * 100),
        "\x01'\x02 | 'a",
    ],
)
def test_absurd_queries_are_answered(ask, q):
    assert ask(q)["count"] >= 0
