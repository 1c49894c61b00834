"""Whether a block of an XLSX sheet holds nothing but rows and cells written as almost all programs write them.

Large sheets consist of such blocks: one search each for what is not so spares looking for every oddity on its own.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["LONG", "last_line"]

# Shorter blocks are not worth a pattern of their own.
LONG = 128 * 1024
_FORMULA = re.compile(rb"<f")
_UNUSUAL_ROW = re.compile(
    rb'<row(?! r="[0-9]{1,7}"(?: (?:spans|s|customFormat|customHeight|x14ac:dyDescent|thickBot|thickTop|outlineLevel'
    rb'|collapsed|ph)="[0-9a-z:. ]*+"| hidden="(?:0|false)"| ht="[1-9][0-9.]*+")*+\s?/?+>)'
)
_LAST = re.compile(rb'<c r="[A-Z]{1,3}([1-9][0-9]{0,6})"')
_TYPES = rb'(?: s="[0-9]++")?+(?: t="(?:s|n|str|inlineStr|b|d)")?+'


def last_line(block: bytes, width: bytes) -> int:
    """Return the number of the last line that has a cell; 0 where anything is written in another way.

    Every row then says its number first and is not hidden; every cell says its place, its style and its type in this
    order, is neither a formula nor an error, and lies neither right of column ``width`` nor below the line returned.
    """
    last = _LAST.match(block, max(block.rfind(b'<c r="'), 0))
    if last is None or _FORMULA.search(block) or _UNUSUAL_ROW.search(block):
        return 0
    return 0 if _unusual_cell(width, last[1]).search(block) else int(last[1])


@lru_cache(64)
def _unusual_cell(width: bytes, line: bytes) -> re.Pattern[bytes]:
    column, row = _up_to(width, b"A", b"Z"), _up_to(line, b"0", b"9")
    return re.compile(rb'<c(?! r="(?:' + column + rb")(?:" + row + rb')"' + _TYPES + rb"/?+>)")


def _up_to(last: bytes, low: bytes, high: bytes) -> bytes:
    """Return a pattern for the names of columns, or the numbers, that do not come after ``last``."""
    ways = [last]
    for position in range(len(last) - 1, -1, -1):
        before = last[position : position + 1]
        if before > low:
            rest = b"[%b-%b]{%d}" % (low, high, len(last) - position - 1)
            ways.append(last[:position] + b"[%b-%c]" % (low, before[0] - 1) + rest)
    if len(last) > 1:
        ways.append(b"[%b-%b]{1,%d}" % (low, high, len(last) - 1))
    return b"|".join(ways)
