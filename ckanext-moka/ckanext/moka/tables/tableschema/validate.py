"""The door of the Table Schema engine: a file and a descriptor in, findings out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .engine import TableResult, judge_resource
from .values import Interner

__all__ = ["Validation", "validate"]


class Validation:
    """The outcome of :func:`validate`: exact totals, faults in row order, reports made on demand."""

    def __init__(
        self,
        tables: list[TableResult],
        errors: list[dict[str, Any]],
        seconds: float,
        limit_errors: int | None,
        limit_rows: int | None,
    ) -> None:
        self.tables, self.errors, self.seconds = tables, errors, seconds
        self.limit_errors, self.limit_rows = limit_errors, limit_rows

    @property
    def valid(self) -> bool:
        """Whether nothing was found anywhere; limits do not change it."""
        return not self.errors and all(table.valid for table in self.tables)

    @property
    def rows(self) -> int:
        """The number of rows of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def unclosed_quotes(self) -> dict[str, int]:
        """Tables in which a quote is never closed, with the row in which it opens: frictionless says nothing of it."""
        found = {table.name: table.judge.unclosed_row for table in self.tables if table.judge is not None}
        return {name: row for name, row in found.items() if row is not None}

    @property
    def totals(self) -> Counter[tuple[int | None, str]]:
        """The exact number of faults per (field number, type), over all tables and whatever the limits."""
        total: Counter[tuple[int | None, str]] = Counter()
        for error in self.errors:
            total[None, error["type"]] += 1
        for table in self.tables:
            total.update(table.findings.totals())
            for error in (table.passed_on or {}).get("errors", ()):
                total[error.get("fieldNumber"), error["type"]] += 1
        return total

    @property
    def count(self) -> int:
        """The exact number of all faults."""
        return sum(self.totals.values())

    def __iter__(self) -> Iterator[tuple[int | None, int | None, str]]:
        """Yield (row, field, type) in row order, table after table; limits apply."""
        from .report import limited

        for error in self.errors:
            yield None, None, error["type"]
        for table in self.tables:
            for entry in limited(table, self.limit_errors, self.limit_rows)[0]:
                if isinstance(entry, dict):
                    yield entry.get("rowNumber"), entry.get("fieldNumber"), entry["type"]
                else:
                    yield entry.row, entry.field, entry.type

    def to_frictionless(self, *, limit_errors: int | None = None) -> dict[str, Any]:
        """Return the report as frictionless's ``Report.to_dict()``; ``limit_errors`` per table, none by default."""
        from .report import frictionless_report

        return frictionless_report(self, limit_errors if limit_errors is not None else self.limit_errors)

    def summary(self) -> dict[str, Any]:
        """Return groups with exact counts and first examples, at most 64 KB as JSON however many faults there are."""
        from .report import summary

        return summary(self)

    def page(self, start: int = 0, size: int = 100, table: int = 0) -> list[dict[str, Any]]:
        """Return some of a table's faults in full, in row order: the detail behind the summary."""
        from .report import page

        return page(self.tables[table], start, size)


def validate(
    source: str | Path | dict[str, Any],
    *,
    descriptor: str | Path | dict[str, Any] | None = None,
    limit_errors: int | None = None,
    limit_rows: int | None = None,
    **options: Any,
) -> Validation:
    """Judge ``source`` exactly as frictionless 5.21.0 would, without stopping early.

    ``source`` is a data file with ``descriptor`` a Table Schema, a resource or a data package (dict or path of JSON or
    YAML); or, without ``descriptor``, a package or resource descriptor itself. ``options`` go to frictionless's
    resource (``dialect``, ``encoding``, ``format``, ``detector`` …). Limits are applied afterwards, in row order, as
    frictionless applies them. Raises ``OSError`` when the descriptor or the file is not there.
    """
    from frictionless import FrictionlessException

    from .descriptor import resources_of

    started = time.perf_counter()
    tables: list[TableResult] = []
    errors: list[dict[str, Any]] = []
    try:
        resources, errors = resources_of(source, descriptor, options)
        interner = Interner()
        tables = [judge_resource(resource, interner) for resource in resources]
    except FrictionlessException as error:
        errors = [item.to_descriptor() for item in error.to_errors()]
    return Validation(tables, errors, time.perf_counter() - started, limit_errors, limit_rows)
