"""What people wrote around a table: title, as-of day, unit, source, notes. Nothing of it is lost."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from ...core.dates import parse_date
from ..locating.grid import is_filled
from ..model import Table, Value, address, as_text

__all__ = ["Said", "Sentence", "gather"]

_DAY = (
    r"(?:(?:明治|大正|昭和|平成|令和)\s*(?:元|[0-9]{1,2})\s*年|[12][0-9]{3}\s*年)\s*[0-9]{1,2}\s*月\s*[0-9]{1,2}\s*日"
    r"|[MTSHR][0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{1,2}|[12][0-9]{3}[./-][0-9]{1,2}[./-][0-9]{1,2}"
)
_PERIOD = (
    r"(?:(?:明治|大正|昭和|平成|令和)\s*(?:元|[0-9]{1,2})|[12][0-9]{3})\s*年度?(?:\s*[0-9]{1,2}\s*月)?\s*末?"
)
_AS_OF = re.compile(rf"(?P<day>{_DAY}|{_PERIOD})\s*(?:現在|時点|末現在|末日現在)")
_UNIT = re.compile(r"単位\s*[:;]?\s*(?P<unit>[^\s()（）\[\]【】〔〕、。,:;]+)")
_SOURCE = re.compile(
    r"^[(\[【※*\s]*(?:出典|資料|出所|資料出所)\s*[:;】\]]?\s*(?P<source>.+?)[)\]】]?\s*$", re.S
)
_NOTE = re.compile(r"^\s*(?:[(\[【]\s*)?(?:※|\*|注|備考|問合せ|問い合わせ|お問い合わせ|参考|#)")
# A LinkData file names its author so.
_ATTRIBUTION = "#attribution_name "
_WHOLE_AS_OF = re.compile(rf"^[(\[【]?\s*(?:{_DAY}|{_PERIOD})\s*(?:現在|時点)\s*[)\]】]?$")
_WHOLE_UNIT = re.compile(r"^[(\[【〔]?\s*単位\s*[:;]?\s*[^\s()、。]+\s*[)\]】〕]?$")


class Sentence(NamedTuple):
    """One cell outside the table: where it stands and what it says."""

    cell: str
    text: str
    column: int = 0


@dataclass
class Said:
    """The cells around a table by what they mean; ``cells`` holds every one of them as it was written."""

    title: str = ""
    as_of: str = ""
    unit: str = ""
    source: str = ""
    notes: list[str] = field(default_factory=list)
    cells: list[Sentence] = field(default_factory=list)

    def to_dict(self) -> dict[str, str | list[str]]:
        """Return what was said as plain data; the keys are title, as_of, unit, source, notes."""
        return {
            "title": self.title,
            "as_of": self.as_of,
            "unit": self.unit,
            "source": self.source,
            "notes": self.notes,
        }


def gather(table: Table) -> Said:
    """Sort the cells around ``table``: above it, below it, beside it."""
    said = Said()
    sheet, inside = table.sheet, table.range
    for row in sorted([*table.title_rows, *table.meta_rows]):
        cells = _cells(sheet.rows[row], row)
        mine = [c for c in cells if inside.left <= c.column <= inside.right]
        if cells and cells[0].text.startswith("#"):
            cells = [Sentence(cells[0].cell, " ".join(cell.text for cell in cells), 0)]
        # Where tables stand side by side, the title above the table itself is its title.
        for cell in [c for c in cells if c in mine] + [c for c in cells if c not in mine]:
            _sort(cell, said, above=True)
    for row in sorted(table.note_rows):
        for cell in _cells(sheet.rows[row], row):
            _sort(cell, said, above=False)
    for row, column in table.side_cells:
        _sort(Sentence(address(row, column), as_text(sheet.rows[row][column])), said, above=False)
    return said


def _cells(values: list[Value], row: int) -> list[Sentence]:
    return [Sentence(address(row, c), as_text(v), c) for c, v in enumerate(values) if is_filled(v)]


def _sort(sentence: Sentence, said: Said, *, above: bool) -> None:
    """Put one cell where it belongs; what says more than its field can hold stays a title or a note as well."""
    said.cells.append(sentence)
    text = sentence.text.strip()
    plain = unicodedata.normalize("NFKC", text)
    as_of, unit, source = _AS_OF.search(plain), _UNIT.search(plain), _SOURCE.match(plain)
    used = False
    if plain.startswith(_ATTRIBUTION) and not said.source:
        said.source = text[len(_ATTRIBUTION) :].strip()
        used = True
    if as_of and not said.as_of:
        day = parse_date(as_of["day"])
        said.as_of = day.isoformat() if day else as_of["day"]
        used = _WHOLE_AS_OF.match(plain) is not None
    if unit and not said.unit:
        said.unit = unit["unit"]
        used = used or _WHOLE_UNIT.match(plain) is not None
    if source and not said.source:
        said.source = source["source"]
        used = True
    if used:
        return
    if above and not said.title and not _NOTE.match(plain) and not source:
        said.title = text
    else:
        said.notes.append(text)
