"""Find the tables in a sheet: what is title, header, data, note, and what stands beside.

Sheets are looked at row by row as the set of filled columns; nothing is decided by fixed positions.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

from ..cleaning import clean_label
from ..model import Column, Sheet, Table
from .grid import Grid
from .headers import (
    ASIDE,
    LEGEND,
    LOOKAHEAD,
    NOTE,
    body_columns,
    header_row,
    labels,
    lower_header,
    upper_header,
)
from .regions import View, blocks, is_form, is_prose, sides, window

__all__ = ["locate"]

_LINKDATA = re.compile(
    r"^#?(?:LINK|lang|attribution_name|license|file_name|download_from|object_type_xsd|property_context|namespace)\b"
)


def locate(sheet: Sheet) -> list[Table]:
    """Return the tables of ``sheet``, from top to bottom and from left to right; an empty list when it holds none."""
    grid = Grid(sheet)
    if not grid.filled_rows:
        return []
    marker = next((r for r in grid.filled_rows[:LOOKAHEAD] if grid.text(r, 0).strip() == "#property"), None)
    if marker is not None:
        return [_linkdata(grid, marker)]
    tables = []
    for rows in blocks(grid):
        windows = sides(grid, rows)
        for low, high in windows:
            part = View(grid, low, high) if len(windows) > 1 else grid
            mine = [r for r in rows if part.filled[r]] if len(windows) > 1 else rows
            table = _table(part, mine) if mine and not is_prose(part, mine) else None
            if table and not is_form(part, mine, table.data_rows, len(table.columns)):
                tables.append(table)
    return tables if len(tables) == 1 else [table for table in tables if table.columns and table.data_rows]


def _table(grid: Grid, rows: list[int]) -> Table:
    core = body_columns(grid, rows)
    header = header_row(grid, rows, core)
    before = [r for r in rows if r < header]
    headers = [header]
    while before and upper_header(grid, before[-1], headers[0], core):
        headers.insert(0, before.pop())
    after = [r for r in rows if r > header]
    while after and lower_header(grid, headers, after):
        headers.append(after.pop(0))
    notes = _trailing_notes(grid, after, core)
    data = [r for r in after if r not in notes]
    low, high = _extent(grid, headers, data, core)
    columns, blank, side = _columns(grid, headers, data, low, high)
    last = data[-1] if data else headers[-1]
    blank_rows = _blank_rows(grid, headers[-1], last)
    outside = _outside(grid, [*headers, *data], low, high)
    # In a text file a value beyond the header's own fields is one field too many, not a note beside the table.
    fields = len(grid.rows[headers[-1]]) if grid.sheet.name is None else None
    data_side = [(r, c) for r, c in outside if fields is None or c < fields]
    extra = [(r, c) for r, c in outside if fields is not None and c >= fields]
    beside = set(side)
    return Table(
        sheet=grid.sheet, header_rows=headers, data_rows=data, columns=columns, title_rows=before, note_rows=sorted(notes),
        blank_rows=blank_rows, blank_columns=blank, side_cells=side + [cell for cell in data_side if cell not in beside], extra_cells=extra,
    )  # fmt: skip


def _blank_rows(grid: Grid, header: int, last: int) -> list[int]:
    start, end = bisect_right(grid.filled_rows, header), bisect_left(grid.filled_rows, last)
    if end - start == last - header - 1:
        return []
    filled = set(grid.filled_rows[start:end])
    return [r for r in range(header + 1, last) if r not in filled]


def _outside(grid: Grid, rows: list[int], low: int, high: int) -> list[tuple[int, int]]:
    """The filled cells of ``rows`` that stand left or right of the columns from ``low`` to ``high``."""
    first, end = window(grid)
    beyond = [*range(first, low), *range(high + 1, min(grid.rows.longest(rows), end))]
    return sorted((r, c) for c in beyond for r in grid.rows.filled_in(c, rows))


def _trailing_notes(grid: Grid, after: list[int], core: set[int]) -> set[int]:
    notes: set[int] = set()
    if len(core) < 2:
        return (
            {r for r in after[-3:] if NOTE.match(grid.text(r, min(grid.filled[r])))}
            if len(after) > 1
            else set()
        )
    covered = {
        r for m in grid.sheet.merged if m.bottom > m.top for r in range(m.top, min(m.bottom, after[-1]) + 1)
    }
    notes |= _tail(grid, after, core) - covered
    for row in reversed(after):
        if row in notes:
            continue
        columns = grid.filled[row]
        first = grid.text(row, min(columns))
        # A last record with one value is data; a note is a sentence, or stands apart, in the first column.
        apart = not grid.filled[row - 1]
        lonely = (
            len(columns) == 1
            and min(columns) <= min(core)
            and row not in covered
            and grid.label_like(row, min(columns))
        )
        sentence = lonely and (len(first) > 15 or "。" in first or apart)
        marked = NOTE.match(first) and len(columns) <= max(2, len(core) // 3)
        if not (sentence or marked):
            break
        notes.add(row)
    if len(notes) > 30 or len(notes) == len(after):
        notes = {r for r in notes if NOTE.match(grid.text(r, min(grid.filled[r])))}
    return notes if len(notes) < len(after) else set()


def _tail(grid: Grid, after: list[int], core: set[int]) -> set[int]:
    """Lines after the last blank rows that are no records: a legend, whom to ask, who made the table."""
    found: set[int] = set()
    group: list[int] = []
    solid = not after or after[-1] - after[0] + 1 == len(after)
    gaps = 0 if solid else sum(b - a > 1 for a, b in pairwise(after))
    for row in reversed(after[-20:]):
        columns = grid.filled[row]
        first = grid.text(row, min(columns)).strip()
        words = all(grid.label_like(row, c) for c in columns)
        contact = len(columns) <= 2 < len(core) and ASIDE.match(first) is not None
        if not (words and len(columns) == 1 or contact):
            break
        group.append(row)
        if not grid.filled[row - 1]:
            # Where every record stands apart, one with a single value may be a record.
            if gaps < 3 or len(group) > 1 or contact:
                found |= set(group)
            group = []
    return found if len(found) < len(after) else set()


def _extent(grid: Grid, headers: list[int], data: list[int], core: set[int]) -> tuple[int, int]:
    """First and last column: from the header, widened by columns of data that really are columns."""
    named = {c for r in headers for c in grid.filled[r]}
    for merged in grid.sheet.merged:
        if merged.top in headers:
            named.update(range(max(merged.left, window(grid)[0]), min(merged.right + 1, window(grid)[1])))
    first, end = window(grid)
    widest = min(grid.rows.longest(data), end)
    many = max(2, len(data) * 0.3)
    other = [c for c in range(first, widest) if c not in named]
    counts = {c: grid.rows.count_filled(c, data) for c in other}
    real = named | {c for c, n in counts.items() if n >= many or (n and c in core)}
    if grid.sheet.name is None and _shifted(grid, headers[-1], data):
        real -= set(range(len(grid.rows[headers[-1]]), widest))
    return min(real), max(real)


def _shifted(grid: Grid, header: int, data: list[int]) -> bool:
    """Some records of a text file have as many fields as the header, others more: commas shifted those, no column has
    lost its name."""
    fields = len(grid.rows[header])
    if grid.rows.longest(data) <= fields:
        return False
    same = sum(grid.rows.width(row) <= fields for row in data)
    return same >= max(1, len(data) * 0.1)


def _columns(
    grid: Grid, headers: list[int], data: list[int], low: int, high: int
) -> tuple[list[Column], list[int], list[tuple[int, int]]]:
    columns, blank, side = [], [], []
    names = labels(grid, headers, low, high)
    stores = grid.rows.select_all(range(low, high + 1), data)
    for index in range(low, high + 1):
        raw = names[index - low]
        store = stores[index - low]
        named = bool(raw.strip())
        apart = index > low and _cut_off(grid, data, headers, names, index - low, low, high)
        filled = grid.rows.count_filled(index, data) if apart or not named else 1
        instruction = raw.startswith(("←", "⇐", "<-")) or (
            not named and any(str(v).startswith("←") for v in store.pool if v)
        )
        share = 0.5 if LEGEND.search(raw) else 0.1
        most = max(1, len(data) * share) if named else max(10, len(data) * 0.1)
        lonely = apart and (filled > 0 or named) and filled <= most and filled < len(data)
        if instruction or lonely:
            side += [(r, index) for r in grid.rows.filled_in(index, [*headers, *data])]
        elif not raw.strip() and not filled:
            blank.append(index)
        else:
            columns.append(Column(index, raw, clean_label(raw), store=store))
    last = max((c.index for c in columns), default=0)
    blank = [i for i in blank if i < last] + _blank_right(grid, headers, columns, high)
    return columns, sorted(set(blank)), side


def _cut_off(
    grid: Grid, data: list[int], headers: list[int], names: list[str], offset: int, low: int, high: int
) -> bool:
    """A few cells beyond a blank column, right of everything that has a label (a label of one cell is a note too)."""
    index = low + offset
    if names[offset].strip() and (grid.sheet.name is None or len(headers) > 1):
        return False
    if any(c > index for r in headers for c in grid.filled[r] if c <= high):
        return False
    for left in range(index - 1, low - 1, -1):
        if names[left - low].strip():
            return False
        taken = grid.rows.count_filled(left, data)
        if not taken and not any(left in grid.filled[r] for r in headers):
            return True
        if taken > max(10, len(data) * 0.1):
            return False
    return False


def _blank_right(grid: Grid, headers: list[int], columns: list[Column], high: int) -> list[int]:
    """Columns that a text file carries to the right of the table with neither label nor value."""
    if grid.sheet.name is not None or not columns:
        return []
    width = len(grid.rows[headers[-1]])
    last = max(column.index for column in columns)
    return [c for c in range(last + 1, width) if not grid.rows.count_filled(c)]


def _linkdata(grid: Grid, header: int) -> Table:
    """A LinkData file: lines that begin with # carry metadata, ``#property`` names the columns."""
    labels = [grid.text(header, c) for c in range(len(grid.rows[header]))]
    rest = [r for r in grid.filled_rows if r > header]
    meta = [r for r in rest if _LINKDATA.match(grid.text(r, 0))]
    said = set(meta)
    data = [r for r in rest if r not in said]
    columns, blank, side = _columns(
        grid, [header], data, 0, max((i for i, t in enumerate(labels) if t.strip()), default=0)
    )
    for column in columns:
        if column.raw_label.strip() == "#property":
            column.label = "番号"
    last = data[-1] if data else header
    inside = {c.index for c in columns} | set(blank)
    beyond = [c for c in range(grid.rows.longest(data)) if c not in inside]
    extra = sorted({(r, c) for c in beyond for r in grid.rows.filled_in(c, data)}.difference(side))
    return Table(
        sheet=grid.sheet, header_rows=[header], data_rows=data, columns=columns,
        title_rows=[r for r in grid.filled_rows if r < header], meta_rows=meta, note_rows=[],
        blank_rows=_blank_rows(grid, header, last), blank_columns=blank,
        side_cells=side, extra_cells=extra,
    )  # fmt: skip
