"""Parity with frictionless 5.21.0 on at least 150,000 adversarial errors. ``MOKA_SEED`` and ``MOKA_PARITY`` choose others."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "unit"))

import tables_schema_fuzz as fuzz
from test_tables_schema_parity import compare_until

ERRORS = int(os.environ.get("MOKA_PARITY", "150000"))


def test_no_difference_in_many_errors(tmp_path: Path) -> None:
    assert compare_until(tmp_path, ERRORS, fuzz.SEED + 1) >= ERRORS
