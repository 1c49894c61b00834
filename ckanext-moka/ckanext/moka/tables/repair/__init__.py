"""Repairs that are certain: what the cell says stays, only its spelling changes. Every change is listed.

One module a step, each with the rules it mends; see ``columns.STEPS`` for their order. Never touched: marks for
suppressed or missing values, blanks (a blank is no zero), approximate numbers, rare characters in names, dates
whose era and year contradict each other.
"""

from .columns import RULES, repair
from .gaps import GAP, closed_gaps
from .long import to_long
from .pairs import is_coordinate_pair
from .result import PG_TYPES, ChangeList, CleanColumn, CleanTable
from .said import Said
from .structure import other_table
from .undo import CannotUndo, undo
from .working import EVERYTHING, Selection

__all__ = [
    "EVERYTHING", "GAP", "PG_TYPES", "RULES", "CannotUndo", "ChangeList", "CleanColumn", "CleanTable", "Said", "Selection",
    "closed_gaps", "is_coordinate_pair", "other_table", "repair", "to_long", "undo",
]  # fmt: skip
