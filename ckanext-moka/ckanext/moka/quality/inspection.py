"""Look for personal data inside files that are no tables, with the table engine's rules. No CKAN."""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from ckanext.moka.quality import contents, plainfiles
from ckanext.moka.tables import api as tables

__all__ = ["add_personal_data"]

_BLOCKING = ("fatal", "critical")


def add_personal_data(report: dict[str, Any], path: Path, name: str, kind: str) -> None:
    """Put in front of the findings of ``report`` what stands inside the file; values are never repeated."""
    if kind not in contents.INSPECTED or not report["publishable"]:
        return
    found: list[dict[str, Any]] = []
    try:
        inside, text = contents.inside(path, kind)
        for rows in inside:
            found += _in_table(rows, name)
    except (RecursionError, sqlite3.DatabaseError):
        found.append(plainfiles.not_inspected(name, "入れ子が深すぎるか、形式に誤りがあります。"))
        text = ""
    if kinds := tables.running_text(text):
        found.append(plainfiles.person_in_text(name, kinds))
    found += _in_table([["本文"], *([line] for line in text.splitlines() if line.strip())], name)
    unique = {(item["rule"], item["severity"], item["field"], item["message"]): item for item in found}
    report["findings"] = [*unique.values(), *report["findings"]]
    report["publishable"] = not any(item["severity"] in _BLOCKING for item in report["findings"])


def _in_table(rows: contents.Rows, name: str) -> list[dict[str, Any]]:
    """Run the engine over rows and return what it says about personal data, or that it could not look."""
    with tempfile.TemporaryDirectory(prefix="moka-quality-") as folder:
        table = Path(folder) / "records.csv"
        with table.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([_one_line(value) for value in row] for row in rows)
        if table.stat().st_size == 0:
            return []
        inner = tables.check(table, name=f"{name}.csv").to_dict()
    if any(finding["rule"] == "source-error" for finding in inner["findings"]):
        return [plainfiles.not_inspected(name, "中の表が大きすぎるか、読めませんでした。")]
    return [finding for finding in inner["findings"] if finding["rule"].startswith("P-")]


def _one_line(value: Any) -> str:
    return " ".join(str(value).replace("\0", "").split("\n")) if value is not None else ""
