"""Columns over distinct values say what plain Python lists would say; clean files are checked without spreading them out."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.moka.tables import api, convert
from ckanext.moka.tables.columnar import columns, prefilter, stores
from ckanext.moka.tables.columnar.columns import Column
from ckanext.moka.tables.judging import profile
from ckanext.moka.tables.repair import CleanColumn

VALUES = st.one_of(
    st.none(),
    st.text(alphabet='a１あ髙 　,"\n\x00𠮷-0', max_size=4),
    st.integers(-3, 3),
    st.sampled_from([True, False, 1.5, date(2024, 4, 1), datetime(2024, 4, 1, 9), "", " ", "\u3000"]),
)
# Everything in which RE2 and Python differ, and what the alphabet alone decides.
PATTERNS = [
    r"\d", r"\w+", r"\s", r"\S+", r"^\s*$", r"a$", r"^a", r"\Aa\Z", r"(?<!a)あ", r"あ(?=\d)", r"(a)\1", r"[^a]", r"[\d-]",
    r"a|あ", r"(?:a|\n)+", r".", r"(?s:.)\Z", r"(?i:K)", r"a{2,}", r"a{2,700}", r"\bあ", r"[ａ-ｚ]|１", r"[\x00-\x08]", r"x*", r"𠮷",
    r"^(?:a|あ)$", r"[^\sa]", r"\D", r"\W",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns of three values count as long here, so that small examples take the road of the big ones."""
    monkeypatch.setattr(columns, "_LONG", 2)
    monkeypatch.setattr(columns, "_FEW", 2)


@given(st.lists(VALUES, max_size=30))
def test_a_column_says_what_its_list_says(values: list[stores.Value]) -> None:
    """Values, counts, texts, filled cells and types are those of the list; 1, 1.0 and True are three values."""
    column = Column(0, "名称", "名称", values)
    assert [(type(v), v) for v in column.values] == [(type(v), v) for v in values]
    assert len(column) == len(column.values) == len(values)
    texts = Counter(v for v in values if isinstance(v, str) and v)
    assert dict(column.texts.items()) == texts and list(column.texts) == list(texts)
    assert column.texts.total() == texts.total() and column.distinct == len(texts)
    assert column.filled == sum(v is not None and v != "" for v in values)
    assert column.native == Counter(type(v) for v in values if v is not None and not isinstance(v, str))
    counted: Counter[stores.Value] = Counter()
    for value, count in column.counts.items():
        counted[value] += count
    assert counted == Counter(values)
    for text in ["a", "", "そのほか"]:
        assert column.texts[text] == texts[text] and (text in column.texts) == (text in texts)


@given(st.lists(VALUES, max_size=30), st.sampled_from(PATTERNS), st.sampled_from([0, re.I, re.M, re.S, re.A]))
@settings(max_examples=250)
def test_a_pattern_is_found_where_python_finds_it(
    values: list[stores.Value], pattern: str, flags: int
) -> None:
    """Neither the alphabet nor RE2 changes the answer of Python's re."""
    compiled = re.compile(pattern, flags)
    column = Column(0, "名称", "名称", values)
    expected = {v for v in values if isinstance(v, str) and v and compiled.search(v)}
    assert column.matching(compiled) == expected
    assert column.holds(compiled) == bool(expected)
    wrong = {v for v in values if isinstance(v, str) and not compiled.search(v.strip())}
    assert wrong <= set(column.doubtful(compiled))


@given(st.text(max_size=6), st.sampled_from(PATTERNS), st.sampled_from([0, re.I, re.A]))
@settings(max_examples=400)
def test_the_alphabet_never_rules_out_what_is_there(text: str, pattern: str, flags: int) -> None:
    """A pattern that is found is possible with the characters of the text in which it is found."""
    compiled = re.compile(pattern, flags)
    if compiled.search(text):
        assert prefilter.possible(compiled, prefilter.Alphabet(text))


@given(st.lists(VALUES, max_size=30), st.sets(st.sampled_from(["a", "１", "あ", " ", "-", "0", "無い"])))
def test_places_are_those_of_the_list(values: list[stores.Value], wanted: set[str]) -> None:
    """Cells are found in order; counting and the first one need no walk through the cells."""
    column = Column(0, "名称", "名称", values)
    expected = [(n, v) for n, v in enumerate(values) if isinstance(v, str) and v in wanted]
    assert list(column.places(wanted)) == expected
    assert column.count(wanted) == len(expected)
    assert column.among(wanted) == {v for _n, v in expected}
    if expected:
        assert column.first(wanted) == expected[0][1]


@given(st.lists(VALUES, max_size=30))
def test_rewriting_distinct_texts_rewrites_all_cells(values: list[stores.Value]) -> None:
    """Texts that become equal are one distinct value; what was derived before is forgotten."""
    column = Column(0, "名称", "名称", values)
    before = column.renamed("別名")
    assert column.filled >= 0 and list(column.texts) is not None
    mapping: dict[str, stores.Value] = {"a": "あ", "あ": "０", "-": None, " ": ""}
    column.rewritten(mapping)
    expected = [mapping.get(v, v) if isinstance(v, str) else v for v in values]
    assert [(type(v), v) for v in column.values] == [(type(v), v) for v in expected]
    assert dict(column.texts.items()) == Counter(v for v in expected if isinstance(v, str) and v)
    assert list(before.values) == values


TOKENS = ["1", "0", ".", ",", "-", "：", ":", "　", " ", "あ", "年", "月", "令和", "H", "５", "△", "x", "\n", "①", "\x1c", "A",
    "…", "円", "％", "12", "2024-01-0", "2024", "/", "~", "+", "*", "(", ")", "a", "m2", "n/a", "00:00", "T", "\x0b"]  # fmt: skip


@given(
    st.lists(st.lists(st.sampled_from(TOKENS), max_size=5).map("".join), min_size=1, max_size=60),
    st.sampled_from(["名称", "電話番号", "値"]),
)
@settings(max_examples=150)
def test_a_long_column_has_the_profile_of_a_short_one(values: list[str], label: str) -> None:
    """Arrow counts plain numbers, codes and words as the classification of single texts does."""
    column = Column(0, label, label, values)
    one = profile._profile(column, None)
    few, profile._FEW = profile._FEW, 0
    try:
        other = profile._profile(column, None)
    finally:
        profile._FEW = few
    assert one.word_texts == other.word_texts
    assert one == other


def _clean_file(path: Path, rows: int) -> None:
    pick = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["番号", "施設の名称", "所在地", "定員（人）", "開設日", "URL"])
        for number in range(1, rows + 1):
            place = f"栃木県真岡市荒町{pick.randint(1, 5000)}番地{number}"
            day = f"2020-0{pick.randint(1, 9)}-1{pick.randint(0, 9)}"
            writer.writerow(
                [
                    f"A{number:07}",
                    f"荒町第{number}集会所",
                    place,
                    number % 900,
                    day,
                    f"https://example.jp/{number}",
                ]
            )


def test_a_clean_file_is_checked_without_a_python_object_per_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 240,000 cells fewer than one in ten ever become Python objects, in reading, rules and repair together."""
    monkeypatch.setattr(columns, "_LONG", 20_000)
    monkeypatch.setattr(columns, "_FEW", 64)
    path = tmp_path / "big.csv"
    _clean_file(path, 40_000)
    made = Counter[str]()
    values, part = stores.Store.values, stores.Store.pool_part

    def counted_values(self: stores.Store, start: int = 0, stop: int | None = None) -> list[stores.Value]:
        found = values(self, start, stop)
        made["cells"] += len(found)
        return found

    def counted_part(self: stores.Store, start: int, stop: int) -> list[stores.Value]:
        found = part(self, start, stop)
        made["distinct"] += len(found)
        return found

    monkeypatch.setattr(stores.Store, "values", counted_values)
    monkeypatch.setattr(stores.Store, "pool_part", counted_part)
    report = api.check(path)
    assert report.tables[0]["rows"] == 40_000
    assert made.total() < 240_000 * 0.1, made


CELLS = st.one_of(st.none(), st.text(alphabet='a,"\n\r あ=;', max_size=4), st.integers(0, 9), st.booleans())


@given(st.integers(1, 3).flatmap(lambda w: st.lists(st.lists(CELLS, min_size=w, max_size=w), max_size=12)))
def test_a_csv_file_is_spelled_as_python_spells_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[stores.Value]]
) -> None:
    """The bytes are those of Python's csv module, quoting included."""
    width = len(rows[0]) if rows else 1
    made = []
    for index in range(width):
        column = Column(index, "列", f'列"{index}', [row[index] for row in rows])
        made.append(CleanColumn(index, column.label, f"c{index}", "text", lambda c=column: c.values))

    class Table:
        columns = made
        row_count = len(rows)

    folder = tmp_path_factory.mktemp("csv")
    convert._csv(Table(), folder / "fast.csv", True)  # type: ignore[arg-type]
    with (folder / "plain.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([column.label for column in made])
        writer.writerows(zip(*map(convert._csv_column, made), strict=True))
    assert (folder / "fast.csv").read_bytes() == (folder / "plain.csv").read_bytes()
