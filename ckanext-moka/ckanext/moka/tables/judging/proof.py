"""Which findings automatic repair takes away: the rules that found something look again at the repaired columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..model import Source, Table
from ..repair import CleanTable
from ..rules import all_rules
from .context import Context, Hit

__all__ = ["Proof"]

# Rules that judge the cells of columns. The others judge the file and what stands around its tables.
_CELLS = frozenset(
    "control-character fullwidth type-error constraint-error L1-06 L1-08 L1-14 L2-01 L2-02 L2-04 L3-05 L3-06".split()  # noqa: SIM905
)
_Key = tuple[str, str, str | None, str | None]


class Proof:
    """What is left of the findings after repair."""

    def __init__(
        self, source: Source, cleaned: Sequence[CleanTable], hits: Iterable[tuple[str, Hit]]
    ) -> None:
        rules = {rule for rule, hit in hits if _provable(rule, hit)}
        # What repair writes is a CSV file: numbers that a workbook kept as texts are plain numbers in it.
        written = replace(source, format="csv")
        context = Context(written, [_repaired(clean) for clean in cleaned]) if rules else None
        checks = all_rules()
        self._left: set[_Key] = set()
        for rule in rules:
            for hit in checks[rule](context) if context else ():
                self._left |= _keys(rule, hit)

    def mended(self, rule: str, hit: Hit) -> bool | None:
        """Tell whether repair takes all of ``hit`` away; ``None`` where looking again cannot tell."""
        if not _provable(rule, hit):
            return None
        return not _keys(rule, hit) & self._left


def _provable(rule: str, hit: Hit) -> bool:
    return (rule in _CELLS or rule.startswith("V-")) and hit.place.cell is not None


def _keys(rule: str, hit: Hit) -> set[_Key]:
    """The columns that a hit points to, and the rule as a whole for a hit that names several columns as one."""
    cells = {str(cell["cell"]).rstrip("0123456789") for cell in hit.cells}
    cells.add(str(hit.place.cell or "").rstrip("0123456789"))
    keys: set[_Key] = {(rule, hit.variant, hit.place.sheet, letters) for letters in cells}
    return keys | {(rule, hit.variant, hit.place.sheet, None)} if hit.place.field is None else keys


def _repaired(clean: CleanTable) -> Table:
    return replace(clean.source, columns=clean.after)
