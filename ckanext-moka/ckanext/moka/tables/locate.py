"""Find the tables in a sheet: what is title, header, data, note, and what stands beside.

Sheets are looked at row by row as the set of filled columns; nothing is decided by fixed positions.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from ..core.text import collapse_spaces
from .cleaning import clean_label
from .grid import Grid, is_filled
from .model import Column, Sheet, Table

__all__ = ["locate"]

_LOOKAHEAD = 40
_SAMPLE = 400
_NOTE = re.compile(
    r"^\s*[（(\[【]?\s*(?:※|＊|\*|注|備考|資料|出典|出所|参考|単位|問合せ|問い合わせ|お問い合わせ|Ver|ver|バージョン|（注)"
)
_TITLE_HINT = re.compile(r"(現在|単位|時点|作成|年度版|[（(]単位|^※)")
_LINKDATA = re.compile(
    r"^#?(?:LINK|lang|attribution_name|license|file_name|download_from|object_type_xsd|property_context|namespace)\b"
)


def locate(sheet: Sheet) -> list[Table]:
    """Return the tables of ``sheet`` from top to bottom; an empty list when it holds none."""
    grid = Grid(sheet)
    if not grid.filled_rows:
        return []
    marker = next((r for r in grid.filled_rows[:_LOOKAHEAD] if grid.text(r, 0).strip() == "#property"), None)
    if marker is not None:
        return [_linkdata(grid, marker)]
    blocks = _blocks(grid)
    tables = [_table(grid, rows) for rows in blocks]
    if len(tables) == 1:
        return tables
    return [table for table in tables if table.columns]


def _blocks(grid: Grid) -> list[list[int]]:
    """Cut the sheet at blank rows where a new header follows; elsewhere a blank row stays inside its table."""
    blocks: list[list[int]] = [[grid.filled_rows[0]]]
    for before, row in pairwise(grid.filled_rows):
        if row - before > 1 and _starts_table(grid, blocks[-1], row):
            blocks.append([row])
        else:
            blocks[-1].append(row)
    return blocks


def _starts_table(grid: Grid, block: list[int], row: int) -> bool:
    columns = grid.filled[row]
    widths = [len(grid.filled[r]) for r in block[:_SAMPLE]]
    if len(columns) < 2 or max(widths) < 2 or len(block) < 2:
        return False
    if not all(grid.label_like(row, c) for c in columns):
        return False
    header = _header_row(grid, block, _body_columns(grid, block))
    if [grid.text(row, c) for c in sorted(columns)] == [
        grid.text(header, c) for c in sorted(grid.filled[header])
    ]:
        return True
    following = [r for r in range(row + 1, min(row + 6, len(grid.rows))) if grid.filled[r]]
    if not following:
        return False
    # A header differs from its data: below it stand numbers or dates in columns where it has words,
    # while the block above would have had numbers there too.
    above = [r for r in block[-20:] if r > header]
    contrast = 0
    for column in columns:
        below_numeric = sum(not grid.label_like(r, column) and column in grid.filled[r] for r in following)
        above_numeric = sum(not grid.label_like(r, column) and column in grid.filled[r] for r in above[-20:])
        if below_numeric >= max(1, len(following) // 2) and (
            above_numeric >= max(1, len(above[-20:]) // 2) or column not in _body_columns(grid, block)
        ):
            contrast += 1
    return contrast > 0


def _body_columns(grid: Grid, rows: list[int]) -> set[int]:
    """Columns that belong to the table: filled in a fair share of its rows, or between such columns."""
    sample = (
        rows
        if len(rows) <= _SAMPLE
        else [*rows[: _SAMPLE // 2], *rows[:: max(1, len(rows) // (_SAMPLE // 2))]]
    )
    counts: Counter[int] = Counter(c for r in sample for c in grid.filled[r])
    best = max(counts.values())
    core = {c for c, n in counts.items() if n >= min(best, max(2, best * 0.3))}
    return core or set(counts)


def _header_row(grid: Grid, rows: list[int], core: set[int]) -> int:
    """Return the row that names the columns: the first one filled like the widest rows, with words in it."""
    head = rows[:_LOOKAHEAD]
    if len(core) == 1:
        return head[0]
    if grid.sheet.name is None and _complete(grid, head[0]):
        return head[0]
    widest = max(len(grid.filled[r]) for r in head)
    best, best_score = head[0], -1.0
    for position, row in enumerate(head[:25]):
        columns = grid.filled[row]
        if len(columns) < 2:
            continue
        words = sum(grid.label_like(row, c) or grid.year_like(row, c) for c in columns)
        share = words / len(columns)
        texts = [grid.text(row, c).strip() for c in columns]
        cover = len(columns) / widest
        notes = sum(bool(_TITLE_HINT.search(t)) for t in texts) / len(columns)
        below = head[position + 1 : position + 8]
        contrast = _contrast(grid, row, below)
        score = share * 2 + cover * 2 + len(set(texts)) / len(texts) + contrast - notes * 2 - position * 0.12
        if any(len(t) > 60 for t in texts):
            score -= 0.5
        if score > best_score + 1e-9:
            best, best_score = row, score
    return best


def _complete(grid: Grid, row: int) -> bool:
    """A record of a text file in which every field is a different word: a header, however wide other rows are.

    Titles and upper header rows that a spreadsheet wrote are padded with empty fields.
    """
    columns = grid.filled[row]
    texts = {grid.text(row, c).strip() for c in columns}
    return (
        len(columns) == len(grid.rows[row]) == len(texts) >= 2
        and all(grid.label_like(row, c) or grid.year_like(row, c) for c in columns)
        and not any(_TITLE_HINT.search(text) for text in texts)
    )


def _contrast(grid: Grid, row: int, below: list[int]) -> float:
    """Share of columns where the row has a word and the rows below have a number or a date."""
    columns = [c for c in grid.filled[row] if grid.label_like(row, c)]
    if not columns or not below:
        return 0.0
    hits = 0
    for column in columns:
        cells = [r for r in below if column in grid.filled[r]]
        hits += bool(cells) and sum(not grid.label_like(r, column) for r in cells) * 2 > len(cells)
    return hits / len(columns)


def _table(grid: Grid, rows: list[int]) -> Table:
    core = _body_columns(grid, rows)
    header = _header_row(grid, rows, core)
    before = [r for r in rows if r < header]
    headers = [header]
    while before and _upper_header(grid, before[-1], headers[0], core):
        headers.insert(0, before.pop())
    after = [r for r in rows if r > header]
    while after and _lower_header(grid, headers, after):
        headers.append(after.pop(0))
    notes = _trailing_notes(grid, after, core)
    data = [r for r in after if r not in notes]
    low, high = _extent(grid, headers, data, core)
    columns, blank, side = _columns(grid, headers, data, low, high)
    last = data[-1] if data else headers[-1]
    filled = set(grid.filled_rows)
    blank_rows = [r for r in range(headers[-1] + 1, last) if r not in filled]
    inside = frozenset(range(low, high + 1))
    wide = [r for r in [*headers, *data] if low > 0 or len(grid.rows[r]) > high + 1]
    outside = [(r, c) for r in wide for c in sorted(grid.filled[r] - inside)]
    # In a text file a value beyond the header's own fields is one field too many, not a note beside the table.
    fields = len(grid.rows[headers[-1]]) if grid.sheet.name is None else None
    data_side = [(r, c) for r, c in outside if fields is None or c < fields]
    extra = [(r, c) for r, c in outside if fields is not None and c >= fields]
    return Table(
        sheet=grid.sheet, header_rows=headers, data_rows=data, columns=columns, title_rows=before, note_rows=sorted(notes),
        blank_rows=blank_rows, blank_columns=blank, side_cells=side + [cell for cell in data_side if cell not in side], extra_cells=extra,
    )  # fmt: skip


def _upper_header(grid: Grid, row: int, below: int, core: set[int]) -> bool:
    """An upper row of a header in several rows: groups above columns, with gaps that the row below fills."""
    columns = grid.filled[row]
    if row != below - 1 or any(
        _TITLE_HINT.search(grid.text(row, c)) or _NOTE.match(grid.text(row, c)) for c in columns
    ):
        return False
    merged = [m for m in grid.sheet.merged if m.top <= row <= m.bottom and m.left in columns]
    if any(m.right - m.left + 1 >= max(3, len(core) * 0.9) for m in merged):
        return False
    if len(columns) < 2 and not any(m.bottom >= below for m in merged):
        return False
    return all(grid.label_like(row, c) or grid.year_like(row, c) for c in columns)


def _lower_header(grid: Grid, headers: list[int], after: list[int]) -> bool:
    """A further header row below: it fills gaps or merged groups of the row above and holds words only."""
    row, upper = after[0], headers[-1]
    columns = grid.filled[row]
    if row != upper + 1 or len(after) < 2 or not all(grid.label_like(row, c) for c in columns):
        return False
    spans = [m for m in grid.sheet.merged if m.top <= upper <= m.bottom]
    if any(m.bottom >= row for m in spans if m.top == headers[0]):
        return True
    wide = {c for m in spans if m.right > m.left for c in range(m.left, m.right + 1)}
    return (
        bool(wide)
        and columns <= wide | grid.filled[upper]
        and len(columns & wide) >= 2
        and _contrast(grid, row, after[1:8]) > 0
    )


def _trailing_notes(grid: Grid, after: list[int], core: set[int]) -> set[int]:
    notes: set[int] = set()
    if len(core) < 2:
        return (
            {r for r in after[-3:] if _NOTE.match(grid.text(r, min(grid.filled[r])))}
            if len(after) > 1
            else set()
        )
    covered = {
        r for m in grid.sheet.merged if m.bottom > m.top for r in range(m.top, min(m.bottom, after[-1]) + 1)
    }
    for row in reversed(after):
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
        marked = _NOTE.match(first) and len(columns) <= max(2, len(core) // 3)
        if not (sentence or marked):
            break
        notes.add(row)
    if len(notes) > 30 or len(notes) == len(after):
        notes = {r for r in notes if _NOTE.match(grid.text(r, min(grid.filled[r])))}
    return notes if len(notes) < len(after) else set()


def _extent(grid: Grid, headers: list[int], data: list[int], core: set[int]) -> tuple[int, int]:
    """First and last column: from the header, widened by columns of data that really are columns."""
    named = {c for r in headers for c in grid.filled[r]}
    for merged in grid.sheet.merged:
        if merged.top in headers:
            named.update(range(merged.left, merged.right + 1))
    widest = max((len(grid.rows[r]) for r in data), default=0)
    many = max(2, len(data) * 0.3)
    other = [c for c in range(widest) if c not in named]
    counts = {c: sum(1 for r in data if c < len(grid.rows[r]) and is_filled(grid.rows[r][c])) for c in other}
    real = named | {c for c, n in counts.items() if n >= many or (n and c in core)}
    return min(real), max(real)


def _columns(
    grid: Grid, headers: list[int], data: list[int], low: int, high: int
) -> tuple[list[Column], list[int], list[tuple[int, int]]]:
    columns, blank, side = [], [], []
    labels = _labels(grid, headers, low, high)
    for index in range(low, high + 1):
        raw = labels[index - low]
        values = [cells[index] if index < len(cells) else None for cells in (grid.rows[r] for r in data)]
        filled = 1 if raw.strip() else sum(map(is_filled, values))
        instruction = raw.startswith(("←", "⇐", "<-")) or (
            not raw.strip() and any(str(v).startswith("←") for v in values if v)
        )
        lonely = (
            not raw.strip()
            and 0 < filled <= max(10, len(data) * 0.1)
            and _cut_off(grid, data, headers, index, high)
        )
        if instruction or lonely:
            side += [(r, index) for r in [*headers, *data] if index in grid.filled[r]]
        elif not raw.strip() and not filled:
            blank.append(index)
        else:
            columns.append(Column(index, raw, clean_label(raw), values))
    last = max((c.index for c in columns), default=0)
    blank = [i for i in blank if i < last] + _blank_right(grid, headers, columns, high)
    return columns, sorted(set(blank)), side


def _cut_off(grid: Grid, data: list[int], headers: list[int], index: int, high: int) -> bool:
    """A few cells beyond a blank column, right of everything that has a label."""
    left = index - 1
    empty_left = left < 0 or not any(left in grid.filled[r] for r in [*headers, *data])
    return empty_left and not any(c > index for r in headers for c in grid.filled[r] if c <= high)


def _blank_right(grid: Grid, headers: list[int], columns: list[Column], high: int) -> list[int]:
    """Columns that a text file carries to the right of the table with neither label nor value."""
    if grid.sheet.name is not None or not columns:
        return []
    width = len(grid.rows[headers[-1]])
    last = max(column.index for column in columns)
    return [
        c for c in range(last + 1, width) if not any(c < len(row) and is_filled(row[c]) for row in grid.rows)
    ]


def _labels(grid: Grid, headers: list[int], low: int, high: int) -> list[str]:
    """Labels from one or several header rows; upper labels reach over the columns of their group."""
    if len(headers) == 1:
        return [grid.text(headers[0], c) for c in range(low, high + 1)]
    levels: list[list[str]] = []
    for depth, row in enumerate(headers):
        texts = [grid.text(row, c) for c in range(low, high + 1)]
        if depth < len(headers) - 1:
            texts = _spread(grid, row, texts, low)
        levels.append(texts)
    labels = []
    for parts in zip(*levels, strict=True):
        cleaned: list[str] = []
        for part in (collapse_spaces(item) for item in parts):
            if part and (not cleaned or cleaned[-1] != part):
                cleaned.append(part)
        labels.append("_".join(cleaned))
    return labels


def _spread(grid: Grid, row: int, texts: list[str], low: int) -> list[str]:
    spans = {m.left: m for m in grid.sheet.merged if m.top <= row <= m.bottom}
    result, current = [], ""
    for offset, text in enumerate(texts):
        column = low + offset
        inside = next((m for m in spans.values() if m.left <= column <= m.right), None)
        if inside is not None:
            current = grid.text(inside.top, inside.left)
        elif text.strip():
            current = text
        elif spans:
            current = ""
        result.append(current)
    return result


def _linkdata(grid: Grid, header: int) -> Table:
    """A LinkData file: lines that begin with # carry metadata, ``#property`` names the columns."""
    labels = [grid.text(header, c) for c in range(len(grid.rows[header]))]
    rest = [r for r in grid.filled_rows if r > header]
    meta = [r for r in rest if _LINKDATA.match(grid.text(r, 0))]
    data = [r for r in rest if r not in set(meta)]
    columns, blank, side = _columns(
        grid, [header], data, 0, max((i for i, t in enumerate(labels) if t.strip()), default=0)
    )
    for column in columns:
        if column.raw_label.strip() == "#property":
            column.label = "番号"
    last = data[-1] if data else header
    inside = {c.index for c in columns} | set(blank)
    extra = [(r, c) for r in data for c in sorted(grid.filled[r] - inside) if (r, c) not in side]
    return Table(
        sheet=grid.sheet, header_rows=[header], data_rows=data, columns=columns,
        title_rows=[r for r in grid.filled_rows if r < header], meta_rows=meta, note_rows=[],
        blank_rows=[r for r in range(header + 1, last) if not grid.filled[r]], blank_columns=blank,
        side_cells=side, extra_cells=extra,
    )  # fmt: skip
