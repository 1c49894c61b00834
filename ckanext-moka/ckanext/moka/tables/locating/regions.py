"""Cut a sheet into the blocks of cells that may be tables: one under another, and side by side."""

from __future__ import annotations

import re
from itertools import pairwise

from ..model import Sheet
from .grid import Grid
from .headers import SAMPLE, TITLE_HINT, body_columns, header_row, header_words

__all__ = ["View", "blocks", "is_form", "is_prose", "sides", "window"]

_LEAD = 4
_HAND_MADE = 5_000
# More tables than anybody sets on one sheet: then the lines belong to one table that repeats itself.
_MOST_BLOCKS, _MOST_SIDES = 200, 20
_PAIR_END = re.compile(r"[:：]\s*$")
_FORM = re.compile(
    r"(様式第|様式[0-9０-９]|申請書|届出書|申込書|請求書|調査票|記入欄|報告書|通知書|第[0-9０-９]+条関係|市長\s*様|町長\s*様|知事\s*様|印\s*$|"
    r"次のとおり|年[\s　]+月[\s　]+日)"
)


class _Filled(dict[int, frozenset[int]]):
    def __init__(self, filled: dict[int, frozenset[int]], low: int, high: int) -> None:
        super().__init__()
        self.whole, self.inside = filled, frozenset(range(low, high + 1))

    def __missing__(self, row: int) -> frozenset[int]:
        found = self[row] = self.whole[row] & self.inside
        return found


class View(Grid):
    """The columns ``low`` to ``high`` of a sheet, seen as if there were no others."""

    def __init__(self, grid: Grid, low: int, high: int) -> None:
        self.sheet: Sheet = grid.sheet
        self.rows = grid.rows
        self.low, self.high = low, high
        self.filled = _Filled(grid.filled, low, high)  # type: ignore[assignment]
        self.filled_rows = [r for r in grid.filled_rows if self.filled[r]]


def window(grid: Grid) -> tuple[int, int]:
    """Return the first column that belongs to ``grid``, and the one after its last."""
    return (grid.low, grid.high + 1) if isinstance(grid, View) else (0, 1 << 20)


def blocks(grid: Grid) -> list[list[int]]:
    """Cut where a new header follows: after a blank row, or where the same header is repeated.

    Elsewhere a blank row stays inside its table. A title above a header belongs to the block of that header.
    """
    found: list[list[int]] = [[grid.filled_rows[0]]]
    # Titles between tables without a blank row are a habit of hand-made sheets, not of long lists from a program.
    rows = grid.filled_rows
    small = len(rows) <= _HAND_MADE
    known: _Shapes = {}
    if not small and rows[-1] - rows[0] + 1 == len(rows):
        parts = _repeated(grid, list(rows))
        return parts if len(parts) <= _MOST_BLOCKS else [list(rows)]
    for index, (before, row) in enumerate(pairwise(rows), start=1):
        gap = row - before > 1 or (small and len(found[-1]) > 2 and _title_line(grid, row))
        if gap and _starts_table(grid, found[-1], rows[index : index + _LEAD + 8], known):
            found.append([row])
        else:
            found[-1].append(row)
    parts = [part for block in found for part in _repeated(grid, block)]
    return parts if len(parts) <= _MOST_BLOCKS else [list(rows)]


_Shapes = dict[tuple[int, int], tuple[set[int], int | None]]


def _shape(grid: Grid, block: list[int], known: _Shapes) -> tuple[set[int], int | None]:
    """Return the body columns and the header of a block, judged by its first rows; no header: it is no table."""
    top = block[: SAMPLE // 4]
    key = (top[0], len(top))
    if key not in known:
        core = body_columns(grid, top)
        known[key] = (core, header_row(grid, top, core) if is_table(grid, top) else None)
    return known[key]


def _starts_table(grid: Grid, block: list[int], rest: list[int], known: _Shapes) -> bool:
    lead = 0
    while lead < min(_LEAD, len(rest) - 1) and _title_like(grid, rest[lead]):
        lead += 1
    row = rest[lead]
    columns = grid.filled[row]
    if len(columns) < 2 or (lead and row - rest[0] > _LEAD * 2):
        return False
    if not all(grid.label_like(row, c) or grid.year_like(row, c) for c in columns):
        return False
    core, header = _shape(grid, block, known)
    if header is None:
        return False
    if _texts(grid, row) == _texts(grid, header):
        return True
    following = [r for r in rest[lead + 1 : lead + 6] if r - row <= 6 and len(grid.filled[r]) > 1]
    if not following or not all(grid.label_like(row, c) for c in columns):
        return False
    if _named_anew(grid, row, following, header):
        return True
    # A header differs from its data: below it stand numbers or dates in columns where it has words,
    # while the block above would have had numbers there too.
    above = [r for r in block[-20:] if r > header]
    for column in columns:
        below_numeric = sum(not grid.label_like(r, column) and column in grid.filled[r] for r in following)
        if below_numeric < max(1, len(following) // 2):
            continue
        above_numeric = sum(not grid.label_like(r, column) and column in grid.filled[r] for r in above)
        if above_numeric >= max(1, len(above) // 2) or column not in core:
            return True
    return False


def _named_anew(grid: Grid, row: int, following: list[int], header: int) -> bool:
    """The row is written like names of columns, as the header above was, and the rows below it are not."""
    if len(grid.filled[row]) < 2 or header_words(grid, row) < 0.6 or header_words(grid, header) < 0.5:
        return False
    return all(header_words(grid, r) <= 0.5 for r in following)


def _title_like(grid: Grid, row: int) -> bool:
    """A line above a table: one text, or a text with a unit or a date beside it."""
    columns = grid.filled[row]
    if len(columns) > 2 or not all(grid.label_like(row, c) for c in columns):
        return False
    return len(columns) == 1 or any(TITLE_HINT.search(grid.text(row, c)) for c in columns)


def is_table(grid: Grid, rows: list[int]) -> bool:
    """Tell whether rows hold a header and data in two or more columns, and not only lines of a preamble."""
    wide = [r for r in rows[:SAMPLE] if len(grid.filled[r]) >= 2]
    if len(wide) < 2:
        return False
    pairs = all(len(grid.filled[r]) <= 2 for r in wide) and sum(
        bool(_PAIR_END.search(grid.text(r, min(grid.filled[r])))) for r in wide
    ) * 2 >= len(wide)
    return not pairs


def _repeated(grid: Grid, block: list[int]) -> list[list[int]]:
    """Cut a block where its header is repeated word for word, together with the title lines above."""
    if len(block) < 4:
        return [block]
    header = header_row(grid, block, body_columns(grid, block))
    columns = sorted(grid.filled[header])
    if len(columns) < 2:
        return [block]
    first, texts = columns[0], _texts(grid, header)
    mark = grid.value(header, first)
    same = {r for r in grid.rows.equal(first, mark) if r > header and _texts(grid, r) == texts}
    again = [n for n, r in enumerate(block) if r in same] if same else []
    cuts = []
    for number in again:
        while number > 1 and block[number - 1] > header and _title_line(grid, block[number - 1]):
            number -= 1
        cuts.append(number)
    return [block[a:b] for a, b in pairwise([0, *cuts, len(block)])]


def _title_line(grid: Grid, row: int) -> bool:
    return len(grid.filled[row]) == 1 and _title_like(grid, row)


def _texts(grid: Grid, row: int) -> list[str]:
    return [grid.text(row, c).strip() for c in sorted(grid.filled[row])]


def sides(grid: Grid, rows: list[int]) -> list[tuple[int, int]]:
    """Return the first and last column of the tables that stand side by side in these rows (mostly one)."""
    core = body_columns(grid, rows)
    header = header_row(grid, rows, core)
    sample = [r for r in dict.fromkeys([*rows[:SAMPLE], *rows[-SAMPLE:]]) if r >= header]
    taken = sorted({c for r in sample for c in grid.filled[r]})
    whole = window(grid)
    if len(taken) < 4 or len(sample) < 3:
        return [(whole[0], whole[1] - 1)]
    labels = [grid.text(header, c).strip() for c in taken]
    cuts = _periodic(grid, rows, header, taken, labels)
    if not cuts:
        parts: list[list[int]] = [[taken[0]]]
        for left, right in pairwise(taken):
            if right - left > 1 and not _bridged(grid, header, left, right):
                parts.append([right])
            else:
                parts[-1].append(right)
        cuts = [b[0] for a, b in pairwise(parts) if _apart(grid, header, sample, a, b)]
    if len(cuts) >= _MOST_SIDES:
        return [(whole[0], whole[1] - 1)]
    edges = [whole[0], *cuts, whole[1]]
    return [(a, b - 1) for a, b in pairwise(edges)]


def _periodic(grid: Grid, rows: list[int], header: int, taken: list[int], labels: list[str]) -> list[int]:
    """A list broken into several columns of lists: 町名, 世帯数, 町名, 世帯数."""
    if header - 1 in rows and len(grid.filled[header - 1]) > 1:
        return []
    for period in range(2, len(labels) // 2 + 1):
        unit = labels[:period]
        if len(labels) % period or labels != unit * (len(labels) // period) or len(set(unit)) < period:
            continue
        below = [r for r in rows if r > header][:20]
        keys = [taken[n] for n in range(0, len(taken), period)]
        if all(labels) and all(_key_like(grid, below, key) for key in keys):
            return keys[1:]
    return []


def _key_like(grid: Grid, rows: list[int], column: int) -> bool:
    cells = [r for r in rows if column in grid.filled[r]]
    texts = {grid.text(r, column).strip() for r in cells}
    words = sum(grid.label_like(r, column) or grid.year_like(r, column) for r in cells)
    return bool(cells) and len(texts) == len(cells) and words * 2 > len(cells)


def _bridged(grid: Grid, header: int, left: int, right: int) -> bool:
    return any(m.left <= left and m.right >= right and m.bottom >= header for m in grid.sheet.merged)


def _apart(grid: Grid, header: int, sample: list[int], left: list[int], right: list[int]) -> bool:
    """Two runs of columns with a gap between are two tables: each has names, keys and an end of its own."""
    if any(len([c for c in part if c in grid.filled[header]]) < 2 for part in (left, right)):
        return False
    below = [r for r in sample if r > header]
    texts = [[grid.text(header, c).strip() for c in part] for part in (left, right)]
    if texts[0] == texts[1] or texts[0][0] == texts[1][0]:
        return True
    if not (_key_like(grid, below, left[0]) and _key_like(grid, below, right[0])):
        return False
    ends = [
        max((r for r in below if any(c in grid.filled[r] for c in part)), default=0) for part in (left, right)
    ]
    amounts = all(
        any(c in grid.filled[r] and not grid.label_like(r, c) for r in below[:8])
        for c in (left[-1], right[-1])
    )
    return right[0] - left[-1] > 2 or ends[0] != ends[1] or amounts


def is_prose(grid: Grid, rows: list[int]) -> bool:
    """One column of lines that are sentences, or a cover with a few lines apart: text, not a table."""
    if grid.sheet.name is None or len({c for r in rows[:SAMPLE] for c in grid.filled[r]}) > 1:
        return False
    texts = [grid.text(r, min(grid.filled[r])) for r in rows[:SAMPLE]]
    long = sum(len(text) > 30 or "。" in text for text in texts)
    apart = sum(b - a > 1 for a, b in pairwise(rows[:SAMPLE]))
    return long * 2 > len(texts) or (len(rows) <= 12 and apart * 2 >= len(rows) - 1 > 0) or len(rows) == 1


def is_form(grid: Grid, rows: list[int], data: list[int], columns: int) -> bool:
    """A paper form or a list of items of one thing rather than a table with a row for every record."""
    lines = rows[:60]
    marks = sum(bool(_FORM.search(grid.text(r, c))) for r in lines for c in grid.filled[r])
    if len(rows) <= 80 and ((marks >= 2 and len(data) <= 4) or (marks >= 3 and len(data) <= 15)):
        return True
    wide = [r for r in lines if len(grid.filled[r]) >= 2]
    if columns != 2 or len(wide) < 4 or len(rows) > 40:
        return False
    left = [re.sub(r"\s", "", grid.text(r, min(grid.filled[r]))) for r in wide]
    right_of_first = sorted(grid.filled[wide[0]])[-1]
    if (
        len(set(left)) < len(left)
        or header_words(grid, wide[0]) > 0.5
        or right_of_first == min(grid.filled[wide[0]])
    ):
        return False
    pairs = sum(_item_name(text) for text in left)
    return pairs >= len(left) * 0.7


def _item_name(text: str) -> bool:
    return bool(_ITEM.search(text))


_ITEM = re.compile(
    r"(名|名称|所在地|住所|電話|電話番号|ＦＡＸ|FAX|ＴＥＬ|TEL|メール|時間|休館日|休業日|定休日|担当|担当課|担当者|連絡先|面積|構造|料金|交通|駐車場|"
    r"備考|内容|対象|期間|日時|場所|目的|方法|設置者|管理者|代表者|定員|年月日|開設日|ホームページ|URL)[:：]?$"
)
