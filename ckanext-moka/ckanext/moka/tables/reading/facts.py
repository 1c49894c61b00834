"""What a workbook holds besides the values of its sheets, whatever its format. Rows and columns count from 0."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import Range, Remnant

__all__ = ["BookFacts", "SheetFacts"]


@dataclass
class SheetFacts:
    """Facts about one sheet that its values do not show.

    ``width``, ``last_row`` and ``cells`` say how far its cells reach; ``head`` and ``tail`` are the XML around the rows.
    """

    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    comments: list[tuple[int, int, str]] = field(default_factory=list)
    formulas: list[tuple[int, int, str, bool]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    formats: list[tuple[int, int, frozenset[str]]] = field(default_factory=list)
    objects: int = 0
    last_row: int = 0
    width: int = 0
    cells: int = 0
    head: bytes = b""
    tail: bytes = b""


@dataclass
class BookFacts:
    """Facts about a workbook: its sheets by name, the properties of the file, what else it carries."""

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    remnants: list[Remnant] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
