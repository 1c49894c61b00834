"""The parts of the Table Schema engine: proofs are sound, files are cut at record ends, keys compare parsed values."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import tables_schema_fuzz as fuzz
from frictionless import Field, Package

from ckanext.moka.tables.tableschema.cells import FieldJudge
from ckanext.moka.tables.tableschema.cutter import UnclosedQuote, cut
from ckanext.moka.tables.tableschema.examples import example_of
from ckanext.moka.tables.tableschema.patterns import sound_pattern
from ckanext.moka.tables.tableschema.proofs import proof
from ckanext.moka.tables.tableschema.report import MOST_BYTES
from ckanext.moka.tables.tableschema.validate import validate
from ckanext.moka.tables.tableschema.values import Interner
from ckanext.moka.tables.tableschema.words import ungrouped

RNG = random.Random(fuzz.SEED)
WORDS = [word for word in fuzz.NASTY if word] + [word for words in fuzz.GOOD.values() for word in words]


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("number", range(60))
def test_what_is_proved_good_frictionless_accepts(number: int) -> None:
    descriptor = fuzz.make_field(random.Random(f"{fuzz.SEED}/proof/{number}"), number)
    descriptor["constraints"].pop("exclusiveMinimum", None)
    descriptor["constraints"].pop("exclusiveMaximum", None)
    try:
        judge = FieldJudge(Field.from_descriptor(descriptor), 1, Interner())
    except Exception:  # noqa: BLE001 - a field that frictionless refuses
        pytest.skip("frictionless refuses the field")
    test = proof(judge._facts())
    if test is None:
        return
    good = test(pa.array(WORDS, pa.string()))
    wrong = [w for w, ok in zip(WORDS, good.to_pylist(), strict=True) if ok and any(judge.verdict(w)[:2])]
    assert wrong == [], descriptor


@pytest.mark.parametrize("pattern", fuzz.PATTERNS)
def test_a_translated_pattern_matches_only_what_python_matches(pattern: str) -> None:
    shape = sound_pattern(pattern)
    if shape is None:
        return
    judged = re.compile(f"^{pattern}$")
    found = pa.compute.match_substring_regex(pa.array(WORDS, pa.string()), shape).to_pylist()
    assert [w for w, ok in zip(WORDS, found, strict=True) if ok and not judged.match(w)] == []


@pytest.mark.parametrize(
    "pattern", ["(?=a)a", r"(a)\1", r"\bfoo", "[a[]", "a{2}{3}", "a++", "(?i)a", "[^\\d]"]
)
def test_patterns_that_differ_between_engines_prove_nothing(pattern: str) -> None:
    assert sound_pattern(pattern) is None


def test_a_constraint_that_is_not_known_proves_nothing() -> None:
    for descriptor in (
        {"type": "date", "constraints": {"enum": ["2001-04-01"]}},
        {"type": "integer", "constraints": {"enum": ["1"]}},
        {"type": "integer", "bareNumber": False},
        {"type": "number", "groupChar": ","},
        {"type": "boolean", "constraints": {"enum": ["true"]}},
        {"type": "number", "constraints": {"maximum": "45.99999999999999999"}},
    ):
        judge = FieldJudge(Field.from_descriptor({"name": "a", **descriptor}), 1, Interner())
        assert proof(judge._facts()) is None, descriptor


def records(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_cut_pieces_hold_whole_records(size: int) -> None:
    alphabet = ['"', ",", "\n", "\r\n", "a", '""', '5" pipe', "あ", '"x\ny"']
    for _number in range(300):
        text = "".join(RNG.choice(alphabet) for _ in range(RNG.randint(1, 60)))
        data = text.encode()
        pieces = list(cut((data[i : i + size] for i in range(0, len(data), size)), b",", b'"'))
        assert b"".join(pieces) == data
        assert list(itertools.chain.from_iterable(records(p.decode()) for p in pieces)) == records(text)


def test_an_unclosed_quote_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ckanext.moka.tables.tableschema.cutter.MOST_CARRIED", 1000)
    with pytest.raises(UnclosedQuote):
        list(cut([b'a,"b\n'] + [b"x,y\n" * 100] * 10, b",", b'"'))


def test_an_unclosed_quote_is_named_with_its_row(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}
    path = write(tmp_path / "t.csv", "a,b", '1,5" pipe', '2,"x', "3,y", "4,z")
    assert validate(path, descriptor=schema, encoding="utf-8").unclosed_quotes == {"t": 3}
    closed = write(tmp_path / "u.csv", "a,b", '1,5" pipe', '2,"x', '3,y"', "4,z")
    assert validate(closed, descriptor=schema, encoding="utf-8").unclosed_quotes == {}


def test_packages_with_keys_between_tables_agree_with_frictionless(tmp_path: Path) -> None:
    total = 0
    for number in range(10):
        rng = random.Random(f"{fuzz.SEED}/package/{number}")
        count, difference = fuzz.compare_package(tmp_path, rng)
        assert not difference, f"case {number}: {difference}"
        total += count
    assert total > 100


def test_keys_compare_parsed_values(tmp_path: Path) -> None:
    fields = [
        {"name": "a", "type": "integer", "constraints": {"unique": True}},
        {"name": "b", "type": "number"},
    ]
    path = write(tmp_path / "t.csv", "a,b", "1,1", "１,1.0", "01,1.00", " 1 ,x", "2,1e0", ",NaN", ",NaN")
    outcome = validate(path, descriptor={"fields": fields, "primaryKey": ["b"]})
    assert [(row, kind) for row, _field, kind in outcome if kind in ("unique-error", "primary-key")] == [
        (3, "unique-error"), (3, "primary-key"), (4, "unique-error"), (4, "primary-key"), (5, "unique-error"),
        (5, "primary-key"), (6, "primary-key"),
    ]  # fmt: skip


def package(folder: Path) -> Path:
    write(folder / "main.csv", "id,town,area", "1,10,A", "2,１１,B", "3,99,A", "4,,", "5,10,B")
    write(folder / "towns.csv", "code,area", "10,A", "011,B")
    towns = {
        "fields": [{"name": "code", "type": "integer"}, {"name": "area", "type": "string"}],
        "primaryKey": "code",
    }
    fields = [
        {"name": "id", "type": "integer"},
        {"name": "town", "type": "integer"},
        {"name": "area", "type": "string"},
    ]
    keys = [
        {"fields": "town", "reference": {"resource": "towns", "fields": "code"}},
        {"fields": ["town", "area"], "reference": {"resource": "towns", "fields": ["code", "area"]}},
        {"fields": "id", "reference": {"resource": "", "fields": "id"}},
    ]
    resources = [
        {"name": "main", "path": "main.csv", "schema": {"fields": fields, "foreignKeys": keys}},
        {"name": "towns", "path": "towns.csv", "schema": towns},
    ]
    path = folder / "datapackage.json"
    path.write_text(json.dumps({"name": "p", "resources": resources}), encoding="utf-8")
    return path


def without_seconds(report: dict[str, Any]) -> dict[str, Any]:
    for part in (report, *report["tasks"]):
        part["stats"].pop("seconds")
    return report


def test_packages_and_reports_are_those_of_frictionless(tmp_path: Path) -> None:
    path = package(tmp_path)
    ours = validate(path)
    theirs = Package(str(path)).validate(limit_errors=0)
    assert without_seconds(ours.to_frictionless()) == without_seconds(theirs.to_dict())
    assert ours.totals[None, "foreign-key"] == 3 and not ours.valid


@pytest.mark.parametrize(
    "limits", [{"limit_errors": 3}, {"limit_rows": 4}, {"limit_errors": 5, "limit_rows": 3}]
)
def test_limits_cut_as_frictionless_cuts(tmp_path: Path, limits: dict[str, int]) -> None:
    path = package(tmp_path)
    ours = without_seconds(validate(path, **limits).to_frictionless())
    theirs = without_seconds(Package(str(path)).validate(**{"limit_errors": 0, **limits}).to_dict())
    assert [t["errors"] for t in ours["tasks"]] == [t["errors"] for t in theirs["tasks"]]
    assert [t["warnings"] for t in ours["tasks"]] == [t["warnings"] for t in theirs["tasks"]]


def test_the_summary_stays_small_and_exact(tmp_path: Path) -> None:
    names = [f"項目{number}" for number in range(300)]
    lines = [",".join(names)] + [
        ",".join(f"誤り{row}-{n}" + "長" * 90 for n in range(300)) for row in range(40)
    ]
    schema = {"fields": [{"name": name, "type": "integer"} for name in names]}
    outcome = validate(write(tmp_path / "t.csv", *lines), descriptor=schema)
    size = len(json.dumps(outcome.summary(), ensure_ascii=False).encode())
    assert outcome.count == 300 * 40 and size <= MOST_BYTES
    table = outcome.summary()["tables"][0]
    assert (
        sum(g["count"] for g in table["groups"]) + table.get("more", {"errors": 0})["errors"] == outcome.count
    )
    assert [e["rowNumber"] for e in outcome.page(start=300, size=2)] == [3, 3]


def test_workbooks_agree_with_frictionless(tmp_path: Path) -> None:
    compared = 0
    for number in range(10):
        rng = random.Random(f"{fuzz.SEED}/xlsx/{number}")
        count, difference = fuzz.compare(tmp_path / "book", fuzz.make_workbook(rng))
        assert not difference, f"case {number}: {difference}"
        compared += count
    assert compared > 200


@pytest.mark.parametrize(
    ("pattern", "example"),
    [(r"\d{3}-\d{4}", "123-4567"), ("[0-9]{6}", "123456"), ("あり|なし", "あり"), (r"(?=x)", None)],
)
def test_patterns_are_shown_by_example(pattern: str, example: str | None) -> None:
    assert example_of(pattern) == example


@pytest.mark.parametrize(
    ("pattern", "open_"), [("あり|なし", True), ("(あり|なし)", False), ("[|]", False), (r"\|", False)]
)
def test_ungrouped_alternatives_are_noticed(pattern: str, open_: bool) -> None:
    assert ungrouped(pattern) is open_
