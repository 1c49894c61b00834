"""Parity with frictionless 5.21.0 on at least 150,000 adversarial errors. ``MOKA_SEED`` and ``MOKA_PARITY`` choose others."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "unit"))

import tables_schema_fuzz as fuzz
from test_tables_schema_parity import compare_until

ERRORS = int(os.environ.get("MOKA_PARITY", "150000"))


@pytest.mark.parametrize("kind", ["package", "workbook"])
def test_no_difference_in_packages_and_workbooks(kind: str, tmp_path: Path) -> None:
    for number in range(150):
        rng = random.Random(f"{fuzz.SEED}/long/{kind}/{number}")
        if kind == "package":
            _count, difference = fuzz.compare_package(tmp_path, rng)
        else:
            _count, difference = fuzz.compare(tmp_path / "book", fuzz.make_workbook(rng))
        assert not difference, f"MOKA_SEED={fuzz.SEED} {kind} {number}: {difference}"


def test_no_difference_in_many_errors(tmp_path: Path) -> None:
    assert compare_until(tmp_path, ERRORS, fuzz.SEED + 1) >= ERRORS
