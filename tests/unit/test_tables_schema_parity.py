"""Parity with frictionless 5.21.0 on random tables: same (row, field, type), same order, same number of rows."""

from __future__ import annotations

import random
import warnings
from pathlib import Path

import frictionless
import pytest
import tables_schema_fuzz as fuzz

ERRORS = 10_000


def test_the_reference_is_the_pinned_version() -> None:
    assert frictionless.__version__ == "5.21.0"


@pytest.fixture(autouse=True)
def _whole_pieces() -> object:
    from ckanext.moka.tables.tableschema import cells, pieces

    before = pieces.PIECE_BYTES, pieces.ROWS, cells.PEEK
    yield
    pieces.PIECE_BYTES, pieces.ROWS, cells.PEEK = before


def compare_until(tmp_path: Path, errors: int, seed: int) -> int:
    """Compare random cases until so many errors agree; fail on the first that differs, naming how to repeat it."""
    warnings.simplefilter("ignore")
    total, number = 0, 0
    while total < errors:
        number += 1
        rng = random.Random(f"{seed}/{number}")
        fuzz.shrink(rng)
        case = fuzz.make_case(rng)
        count, difference = fuzz.compare(tmp_path / "table", case)
        assert not difference, f"MOKA_SEED={seed} case {number}: {difference}\n{case.options}\n{case.schema}"
        total += count
    return total


def test_same_findings_on_fuzzed_tables(tmp_path: Path) -> None:
    assert compare_until(tmp_path, ERRORS, fuzz.SEED) >= ERRORS
