"""The arithmetic of order and facets: no services."""

from __future__ import annotations

import math
import random
import struct

import numpy as np
import pytest

from ckanext.moka.search.answers import ranking
from ckanext.moka.search.answers.results import _top
from ckanext.moka.search.index import columns
from ckanext.moka.search.index.columns import Columns
from ckanext.moka.search.language.compiler import Compiler
from ckanext.moka.search.language.nodes import Text
from ckanext.moka.search.language.query_parser import parse_dismax


def ints(*values):
    return np.array(values, dtype=np.int64)


def column(versions, terms):
    """Columns in which every number of a version is ten times the version."""
    tens = ints(*versions) * 10
    owners = [place for place, some in enumerate(terms) for _ in some]
    flat = [term for some in terms for term in some]
    return Columns(ints(*versions), tens, tens, tens, tens, ints(*owners), ints(*flat))


def test_array_of_the_server_is_read():
    sent = struct.pack(">iiiii", 1, 0, 20, 3, 1) + b"".join(struct.pack(">iq", 8, n) for n in (5, -7, 2**40))
    assert columns.numbers(memoryview(sent)).tolist() == [5, -7, 2**40]
    assert columns.numbers(None).tolist() == []


@pytest.mark.parametrize("seed", range(30))
def test_top_is_the_start_of_the_whole_order(seed, monkeypatch):
    monkeypatch.setattr("ckanext.moka.search.answers.results._ENOUGH", 5)
    rng = random.Random(seed)
    count, amount = rng.randint(0, 60), rng.randint(0, 70)
    keys = [np.array([rng.randint(0, 3) for _ in range(count)]) for _ in range(2)] + [-np.arange(count)]
    whole = sorted(range(count), key=lambda i: [-key[i] for key in keys])
    assert _top(keys, np.arange(count), amount).tolist() == whole[:amount]


@pytest.mark.parametrize("seed", range(30))
def test_columns_join_and_count(seed):
    rng = random.Random(seed)
    terms = {version: rng.sample(range(1, 9), rng.randint(0, 4)) for version in range(1, 21)}
    order = rng.sample(sorted(terms), 20)
    first, second = sorted(order[:12]), sorted(order[12:])
    joined = column(first, [terms[v] for v in first]).joined(column(second, [terms[v] for v in second]))
    assert joined.versions.tolist() == sorted(terms) and (joined.seq == joined.versions * 10).all()
    assert joined.positions(ints(0, 7, 20, 99)).tolist() == [-1, 6, 19, -1]
    hits = rng.sample(sorted(terms), rng.randint(0, 20))
    expected = {t: n for t in (2, 4, 6) if (n := sum(t in terms[v] for v in hits))}
    assert (
        joined.counts(joined.positions(ints(*hits)), "even", lambda ids: ids[np.isin(ids, (2, 4, 6))])
        == expected
    )


def test_columns_ask_only_for_versions_they_do_not_know(monkeypatch):
    monkeypatch.setattr(columns, "_kept", None)
    asked = []

    def query(sql, params):
        asked.append(params.get("versions"))
        wanted = params.get("versions") or [1, 2, 3]
        lists = [[v * k for v in wanted] for k in (1, 10, 10, 10, 10)] + [[2] * len(wanted)]
        return [*map(as_sent, lists), " ".join("7 8" for _ in wanted)]

    known, hits = columns.current("e", ints(3, 1), query)
    assert known.seq[hits].tolist() == [30, 10] and asked == [[3, 1]]
    columns.current("e", ints(1, 3), query)
    assert len(asked) == 1
    columns.current("e", ints(1, 2), query)
    assert asked[-1] == [2]
    columns.current("another epoch", ints(1), query)
    assert asked[-1] == [1]


def as_sent(values):
    return struct.pack(">iiiii", 1, 0, 20, len(values), 1) + b"".join(
        struct.pack(">iq", 8, n) for n in values
    )


def test_rough_score_is_the_best_field_and_a_tenth_of_the_others():
    compiler = Compiler(dict(ranking.DEFAULT_WEIGHTS))
    compiler.condition(Text("gtfs"))
    score = ranking.Score.plan(compiler, "gtfs")
    assert len(score.sets) == 4  # name, title, tags, whole title
    name, title, tags, whole = (np.array(flag) for flag in ([0, 0, 1], [1, 1, 0], [1, 0, 0], [0, 1, 0]))
    rough = score.rough([name, title, tags, whole], np.array([1.0, math.e, 1.0]))
    short = 4 / (1 + ranking.LONG_TITLE)
    assert rough == pytest.approx([0.9 * 4 + 0.1 * 6, short + ranking.WHOLE_TITLE, 4.0])


def test_pairs_of_characters_count_only_where_the_words_are_not():
    compiler = Compiler({"title": 1.0})
    compiler.condition(Text("木綿会館"))
    score = ranking.Score.plan(compiler, "")
    pairs = next(part for word in score.words for part in word.parts if part.weight == ranking.GRAMS)
    name = score.sets[pairs.number].split(":")[1].split(" ")[0].rstrip(")")
    assert "'g:木綿'" in compiler.params[name] and "& !(" in compiler.params[name]
    assert not any("d.name" in condition for condition in score.sets)  # no name is Japanese


def test_words_of_the_same_meaning_count_less_than_what_was_typed_and_related_ones_least():
    compiler = Compiler({"title": 1.0})
    compiler.condition(Text("犬"))
    score = ranking.Score.plan(compiler, "")
    typed, wide = (np.array(flag) for flag in ([1, 0], [0, 1]))
    assert len(score.sets) == 2  # 犬 itself, and what 犬 is related to
    assert score.rough([typed, wide], np.ones(2)) == pytest.approx([0.9 + 0.1, ranking.WIDE * (0.9 + 0.1)])


def test_rare_words_count_more():
    compiler = Compiler(dict(ranking.DEFAULT_WEIGHTS))
    compiler.condition(parse_dismax("避難 人口", "100%"))
    score = ranking.Score.plan(compiler, "避難 人口")
    score.counted([10, 900, 1000])
    rare, frequent = (word.rarity for word in score.words)
    assert rare == pytest.approx(math.log(1 + 1000.5 / 10.5)) and rare > 5 * frequent
