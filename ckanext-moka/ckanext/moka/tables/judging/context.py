"""What a rule gets to see, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypedDict

from ..model import Column, Fields, Remnant, Source, Table, Value, address, show
from .profile import Profile, profile

__all__ = ["HIDDEN", "SHOWN", "Cell", "Context", "Hit", "joined", "spans", "spot"]

SHOWN = 20
HIDDEN = "（伏せています）"


class Cell(TypedDict):
    """A cell as a finding shows it."""

    cell: str
    row: int
    value: str


class Hit(NamedTuple):
    """One group of equal faults as a rule reports it; the words are added later."""

    variant: str
    place: Fields = Fields()
    data: dict[str, Any] = {}
    total: int = 1
    cells: Sequence[Cell] = ()
    severity: str | None = None


@dataclass
class Context:
    """A file that is being checked: its source, the tables found, and what their columns hold."""

    source: Source
    tables: list[Table]
    _profiles: dict[tuple[int, int], Profile] = field(default_factory=dict)

    @property
    def text_file(self) -> bool:
        """CSV or TSV rather than a workbook."""
        return self.source.format in ("csv", "tsv")

    def remnants(self, kind: str) -> list[Remnant]:
        """Return what the workbook carries of one kind besides the values of its sheets."""
        return [item for item in self.source.remnants if item.kind == kind]

    def columns(self) -> Iterator[tuple[Table, Column, Profile]]:
        """Yield every column of every table with its profile."""
        for table in self.tables:
            for column in table.columns:
                yield table, column, self.profile(table, column)

    def profile(self, table: Table, column: Column) -> Profile:
        """Return the profile of a column, computed once."""
        key = (id(table), column.index)
        if key not in self._profiles:
            item = table.schema_fields.get(column.index)
            self._profiles[key] = profile(column, str(item["type"]) if item else None)
        return self._profiles[key]

    def group(
        self,
        table: Table,
        column: Column,
        wanted: set[str],
        variant: str,
        *,
        secret: bool = False,
        **data: Any,
    ) -> Hit | None:
        """Return one hit for all cells of ``column`` whose text is in ``wanted``; ``None`` when there is none."""
        if not wanted:
            return None
        where = column.positions_of(column.marked(wanted))
        first = where[:SHOWN].to_pylist()
        places = [(position, column.store.value(position)) for position in first]
        hit = self.group_at(table, column, places, variant, secret=secret, **data)
        return hit and hit._replace(total=len(where))

    def group_at(
        self,
        table: Table,
        column: Column,
        places: Iterable[tuple[int, Value]],
        variant: str,
        *,
        secret: bool = False,
        **data: Any,
    ) -> Hit | None:
        """Return one hit for the given positions of data; all are counted, the first ``SHOWN`` are listed."""
        count = 0
        cells: list[Cell] = []
        for position, value in places:
            count += 1
            if len(cells) < SHOWN:
                cell, row = table.place(position, column)
                cells.append({"cell": cell, "row": row, "value": HIDDEN if secret else show(value)})
        if not count:
            return None
        first = cells[0]
        label = column.label or None
        place = Fields(table.sheet.name, first["cell"], first["row"], label, first["value"])
        return Hit(variant, place, data, count, cells)


def joined(hits: Sequence[Hit], variant: str, **data: Any) -> Hit | None:
    """Return one hit for the hits of several columns, which are listed by name; ``None`` when there is none.

    No values are shown: what stands in each of the cells is left to the file.
    """
    if not hits:
        return None
    first = hits[0]
    if len(hits) == 1:
        return first._replace(variant=variant, data={"list": _labels(hits), **data})
    cells: list[Cell] = [
        {**cell, "value": str(hit.place.field or "")} for hit in hits for cell in hit.cells[:3]
    ]
    place = first.place._replace(field=None, value=None)
    total = sum(hit.total for hit in hits)
    return Hit(variant, place, {"list": _labels(hits), **data}, total, cells[:SHOWN])


def _labels(hits: Sequence[Hit]) -> list[str]:
    return list(dict.fromkeys(f"「{show(hit.place.field or hit.place.cell, 30)}」" for hit in hits))


def spot(row: int, column: int, value: Value = "") -> Cell:
    """Return a cell of the sheet, rows and columns counted from 0, as a finding shows it."""
    return {"cell": address(row, column), "row": row + 1, "value": show(value)}


def spans(numbers: Iterable[int]) -> list[str]:
    """Return row numbers as ranges: 1, 2, 3, 7 is ``["1–3", "7"]``."""
    result: list[list[int]] = []
    for number in sorted(set(numbers)):
        if result and number == result[-1][1] + 1:
            result[-1][1] = number
        else:
            result.append([number, number])
    return [str(a) if a == b else f"{a}–{b}" for a, b in result]
