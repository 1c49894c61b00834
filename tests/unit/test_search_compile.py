"""From query text to nodes to SQL: the language, and that no text ever becomes SQL. No services."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from ckanext.moka.search.answers.ranking import DEFAULT_WEIGHTS, Score, parse_qf
from ckanext.moka.search.japanese.words import word_query
from ckanext.moka.search.language import datemath, fields
from ckanext.moka.search.language.compiler import Compiler
from ckanext.moka.search.language.local_params import split_local_params
from ckanext.moka.search.language.nodes import Bool, Everything, Exists, Pattern, QueryError, Range, Text
from ckanext.moka.search.language.query_parser import (
    parse_dismax,
    parse_edismax,
    parse_filter,
    parse_lucene,
    required,
)

NOW = dt.datetime(2026, 3, 31, 12, 34, 56, 789000)


def lucene(text, operator="AND"):
    return parse_lucene(text, operator, ("text",))


def test_fields_signs_and_operators():
    assert lucene('+a:"x y" -b:z') == Bool((Text("x y", ("a",), True),), (), (Text("z", ("b",)),))
    assert lucene("a:x OR b:y") == Bool((), (Text("x", ("a",)), Text("y", ("b",))))
    assert lucene("a:(x OR y)") == Bool((), (Text("x", ("a",)), Text("y", ("a",))))
    assert lucene("x y", "OR") == Bool((), (Text("x", ("text",)), Text("y", ("text",))))
    assert lucene("*:*") == Everything() == lucene("")
    assert lucene("a:*") == Exists("a")
    assert lucene("a:x?y*") == Pattern("x?y*", ("a",))
    assert lucene(r"title:Pop\!") == Text("Pop!", ("title",))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a:[1 TO 5]", Range("a", "1", "5")),
        ("a:{1 TO 5}", Range("a", "1", "5", False, False)),
        ("a:[* TO 5}", Range("a", "*", "5", True, False)),
        ("a:[NOW-1DAY/DAY TO NOW]", Range("a", "NOW-1DAY/DAY", "NOW")),
        ("a:[2026-04-01T00:00:00Z TO *]", Range("a", "2026-04-01T00:00:00Z", "*")),
    ],
)
def test_ranges(text, expected):
    assert lucene(text) == expected


@pytest.mark.parametrize("text", ["a:(", "((((", "a:[1 TO", '"x', "日本:語", "*:x", "(" * 300, "x" * 9000])
def test_malformed_filters_are_refused(text):
    with pytest.raises(QueryError):
        parse_filter(text)


@pytest.mark.parametrize("text", ["a:(", "((((", "12:30 会議", "http://example.com/?x=1", '"x:'])
def test_what_a_person_types_is_searched_as_words_instead(text):
    node = parse_lucene(text, "AND", ("text",), lenient=True)
    assert isinstance(node, (Bool, Text, Everything))


def test_dismax_takes_any_text():
    assert parse_dismax('避難所 "井頭 公園" -プール +市', "100%") == Bool(
        (Text("市"),), (Text("避難所"), Text("井頭 公園", phrase=True)), (Text("プール"),), 2
    )
    assert parse_dismax("a OR b", "100%").minimum == 1
    assert parse_dismax("NOT a", "100%").must_not == (Text("a"),)


@pytest.mark.parametrize(
    "count, mm, expected",
    [
        (1, "2<-1 5<80%", 1), (2, "2<-1 5<80%", 2), (3, "2<-1 5<80%", 2), (5, "2<-1 5<80%", 4),
        (10, "2<-1 5<80%", 8), (4, "2", 2), (4, "75%", 3), (4, "-25%", 3), (3, "100%", 3), (2, "9", 2),
    ],
)  # fmt: skip
def test_minimum_match_follows_solr(count, mm, expected):
    assert required(count, mm) == expected


def test_unreadable_minimum_match_is_refused():
    with pytest.raises(QueryError):
        required(3, "many")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("NOW", "2026-03-31T12:34:56.789Z"),
        ("NOW/DAY", "2026-03-31T00:00:00.000Z"),
        ("NOW-1MONTH", "2026-02-28T12:34:56.789Z"),
        ("NOW/YEAR+1YEAR-1SECOND", "2026-12-31T23:59:59.000Z"),
        ("2026-04-01T00:00:00Z-7DAYS", "2026-03-25T00:00:00.000Z"),
        ("2026", "2026-01-01T00:00:00.000Z"),
        ("2026-04", "2026-04-01T00:00:00.000Z"),
        ("2026-04-01T09:00:00+09:00", "2026-04-01T00:00:00.000Z"),
    ],
)
def test_date_arithmetic(text, expected):
    assert fields.iso_millis(datemath.resolve(text, NOW)) == expected


@pytest.mark.parametrize(
    "text", ["yesterday", "NOW+", "NOW+1FORTNIGHT", "2026-13-01", "NOW+99999999YEARS", ""]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(QueryError):
        datemath.resolve(text, NOW)


def test_solr_shows_milliseconds_only_where_there_are_any():
    assert fields.solr_date("2014-06-10T08:24:12.782257Z") == "2014-06-10T08:24:12.782Z"
    assert fields.solr_date("2014-06-10T08:24:12Z") == "2014-06-10T08:24:12Z"
    assert fields.solr_date("soon") == "soon"


def test_local_params():
    assert split_local_params("plain") == (None, "plain")
    assert split_local_params("{!bool must=a must='b c'}d") == ({"type": ["bool"], "must": ["a", "b c"]}, "d")
    assert parse_filter("{!lucene q.op=OR}a b") == Bool((), (Text("a", ("text",)), Text("b", ("text",))))
    with pytest.raises(QueryError):
        split_local_params("{!bool must=a")
    with pytest.raises(QueryError):
        parse_filter("{!join from=a to=b}x")


NASTY = ["'; DROP TABLE x; --", 'a"b', "%(p0)s", "{0}", "x\\", "a' | 'b", "避難' <-> 'x", ":p0", "--", "/*"]


@pytest.mark.parametrize("nasty", NASTY)
def test_no_text_becomes_sql(nasty):
    """The SQL is the same whatever the words are; they are in the parameters."""
    nodes = [
        Text(nasty, ("tags",)), Text(nasty, ("title",)), Exists(nasty), Pattern(nasty + "?", ("tags",)),
        Pattern(nasty + "*?", ("title",)), Range(nasty, nasty, nasty), Text(nasty, (nasty,)),
        Text(nasty, ("title_ngram",)),
    ]  # fmt: skip
    for node in nodes:
        compiler = Compiler()
        sql = compiler.condition(node)
        assert nasty not in sql.replace("d.fields -> CAST(:p0 AS text)", "").replace(":p0", "")
        assert compiler.params or sql == "FALSE"


@pytest.mark.parametrize("nasty", NASTY)
def test_tsquery_text_quotes_every_word(nasty):
    """Outside the quoted lexemes there are only operators."""
    query = word_query(nasty + " 避難")
    outside = query.on(query.match).replace("''", "").split("'")[0::2]
    assert all(set(part) <= set(" &|()<>-0123456789:*") for part in outside)


def test_score_has_a_part_for_each_field_of_qf():
    compiler = Compiler(parse_qf("title^4 notes text"))
    compiler.condition(Text("木綿"))
    score = Score.plan(compiler, "木綿")
    assert "ts_rank" in score.fine() and score.counts == []
    assert ["d.head" in sql or "d.title_fold" in sql for sql in score.sets] == [True, True]
    assert any("notes/" in str(value) for value in compiler.params.values())


def test_rarity_is_counted_for_several_words():
    compiler = Compiler(dict(DEFAULT_WEIGHTS))
    compiler.condition(parse_dismax("避難 人口", "100%"))
    assert len(Score.plan(compiler, "避難 人口").counts) == 3


def test_excluded_words_do_not_count():
    compiler = Compiler(dict(DEFAULT_WEIGHTS))
    compiler.condition(parse_dismax("避難 -人口", "100%"))
    assert [leaf.text for leaf in compiler.leaves] == ["避難"]


def test_particles_alone_ask_for_nothing_beside_words():
    compiler = Compiler(dict(DEFAULT_WEIGHTS))
    with_particle = compiler.condition(parse_dismax("ごみ の 日", "100%"))
    without = Compiler(dict(DEFAULT_WEIGHTS)).condition(parse_dismax("ごみ 日", "100%"))
    assert re.sub(r":p\d+", ":p", with_particle) == re.sub(r":p\d+", ":p", without)


def test_optional_words_count_but_need_not_match():
    optional = frozenset({"場所"})
    assert parse_dismax("トイレ 場所", "100%", optional) == Bool(
        (), (Text("トイレ"),), (), 1, (Text("場所"),)
    )
    assert parse_dismax("場所", "100%", optional).should == (Text("場所"),)
    compiler = Compiler(dict(DEFAULT_WEIGHTS))
    compiler.condition(parse_dismax("トイレ 場所", "100%", optional))
    assert [leaf.text for leaf in compiler.leaves] == ["トイレ", "場所"]


def test_of_a_pasted_page_the_first_two_dozen_distinct_words_are_searched():
    pasted = " ".join(f"語彙{number} 語彙{number}" for number in range(300))
    for read in (
        parse_dismax(pasted, "2<-1 5<80%"),
        parse_edismax(f"{pasted} title:木綿", "2<-1 5<80%", "AND"),
    ):
        typed = [node.text for node in read.should if not node.fields]
        assert typed == [f"語彙{number}" for number in range(24)]
    assert [node.fields for node in read.should if node.fields] == [("title",)]


def test_conditions_with_fields_are_never_cut():
    wanted = " ".join(f"id:d{number}" for number in range(100))
    assert len(parse_edismax(wanted, "1", "OR").should) == 100
