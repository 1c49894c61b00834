"""Which rows of a block name its columns, and what the columns are called."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from ...core.text import collapse_spaces
from .grid import Grid

__all__ = [
    "ASIDE", "LEGEND", "LOOKAHEAD", "NOTE", "SAMPLE", "TITLE_HINT", "body_columns", "contrast", "header_row", "header_words", "labels",
    "lower_header", "upper_header",
]  # fmt: skip

LOOKAHEAD = 40
SAMPLE = 400
NOTE = re.compile(
    r"^\s*(?:[（(\[【〔]\s*)?(?:※|＊|\*|注|備考|資料|出典|出所|参考|単位|問合せ|問い合わせ|お問い合わせ|問合先|Ver|ver|バージョン|（注|"
    r"[-－―‐]\s*[0-9０-９]{1,4}\s*[-－―‐]$)"
)
LEGEND = re.compile(r"凡例|注意|記入|※|メモ|説明")
ASIDE = re.compile(
    r"^[（(\[【〔]?\s*(?:担当|所管|電話|ＴＥＬ|TEL|Tel|FAX|ＦＡＸ|問|連絡|凡例|メール|電子メール|[Ee]-?[Mm]ail|作成|更新|発行|URL|ＵＲＬ|注|出典|資料|※|＊|備考)"
)
TITLE_HINT = re.compile(r"(現在|単位|時点|作成|年度版|[（(]単位|^※)")
# How the names of columns end in municipal tables; a hint only, where numbers below do not tell a header from data.
_HEADER_WORD = re.compile(
    r"(?:名|名称|氏名|年齢|住所|所在地|場所|位置|番号|電話|ＴＥＬ|TEL|FAX|区分|種別|種類|分類|項目|内容|備考|摘要|(?<![曜翌祝休前後毎])日|定休日|^曜日|実施曜日|時間|年度|年|年月|月|"
    r"数|率|額|量|計|合計|総数|面積|人口|世帯|世帯数|男|女|定員|料金|単価|コード|ID|No|NO|№|URL|所管|担当|担当課|管理者|設置者|代表者|対象|"
    r"緯度|経度|郵便番号|地区|町名|学校|施設|部|課|品目|金額|構成比|前年比|増減|値|^曜|件名|状況|有無|方法|会派|党派|主催|^会場|用途)(?:[（(].*[）)])?$"
)
# What stands beside a title rather than above columns: "施設名：", a postal address, a phone number.
_ASIDE_TEXT = re.compile(r"[:：]\s*$|〒|[0-9０-９]{2,4}[-－][0-9０-９]{2,4}")
_DATED = re.compile(r"(?:明治|大正|昭和|平成|令和|[MTSHR])?[0-9０-９元]+(?:年度?|月)")
_DAYS = re.compile(r"[0-9０-９]日$|、")
_UNIT = re.compile(
    r"^[（(]?(?:人|名|世帯|戸|棟|件|回|日|年|円|千円|百万円|億円|台|箇所|か所|ヶ所|校|園|学級|店|団体|冊|本|枚|頭|羽|ha|ａ|a|㎡|m2|ｍ2|㎥|"
    r"m3|ｍ3|km|㎞|ｋｍ|km2|ｔ|t|トン|kg|ｋｇ|kWh|ｋＷｈ|L|kL|％|%|‰|℃|mm|㎜|m/s|ｍ|m|歳|時間|点|倍|票)[）)]?$"
)
_COLUMN_NUMBER = re.compile(r"^[（(]?[0-9０-９Ａ-ＺA-Za-z①-⑳]{1,2}[）)]?$")
_ASCII_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_ ./()-]*$")


def body_columns(grid: Grid, rows: list[int]) -> set[int]:
    """Columns that belong to the table: filled in a fair share of its rows, or between such columns."""
    sample = (
        rows if len(rows) <= SAMPLE else [*rows[: SAMPLE // 2], *rows[:: max(1, len(rows) // (SAMPLE // 2))]]
    )
    counts: Counter[int] = Counter(c for r in sample for c in grid.filled[r])
    best = max(counts.values())
    core = {c for c, n in counts.items() if n >= min(best, max(2, best * 0.3))}
    return core or set(counts)


def header_row(grid: Grid, rows: list[int], core: set[int]) -> int:
    """Return the row that names the columns: the first one filled like the widest rows, with words in it."""
    head = rows[:LOOKAHEAD]
    if len(core) == 1 and grid.sheet.name is None:
        return head[0]
    if len(core) == 1 or all(len(grid.filled[r]) == 1 for r in rows[:SAMPLE]):
        # Above and below a list of one column, lines stand apart.
        starts = [rows[0], *(b for a, b in pairwise(rows[:SAMPLE]) if b - a > 1)]
        lengths = [b - a for a, b in pairwise([*map(rows.index, starts), len(rows)])]
        return starts[lengths.index(max(lengths))]
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
        notes = sum(bool(TITLE_HINT.search(t)) for t in texts) / len(columns)
        below = head[position + 1 : position + 8]
        around = [*head[max(0, position - 3) : position], *below[:3]]
        score = share * 2 + cover * 2 + len(set(texts)) / len(texts) + contrast(grid, row, below)
        # Where all cells are words, a gap in the header must not make the first record one.
        score += (header_words(grid, row) - _alike(grid, row, around)) * 1.5 if cover > 0.6 else 0.0
        score -= notes * 2 + position * 0.12
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
        and not any(TITLE_HINT.search(text) for text in texts)
    )


def contrast(grid: Grid, row: int, below: list[int]) -> float:
    """Share of columns where the row has a word and the rows below have a number or a date."""
    columns = [c for c in grid.filled[row] if grid.label_like(row, c)]
    if not columns or not below:
        return 0.0
    hits = 0
    for column in columns:
        cells = [r for r in below if column in grid.filled[r]]
        hits += bool(cells) and sum(not grid.label_like(r, column) for r in cells) * 2 > len(cells)
    return hits / len(columns)


def header_words(grid: Grid, row: int) -> float:
    """Share of the cells of a row that are written like names of columns."""
    texts = [re.sub(r"\s", "", grid.text(row, c)) for c in grid.filled[row]]
    # 4月 and 5月 side by side are names; one of them, and 3日 or 10日、24日, is what a record says.
    dated = sum(bool(_DATED.fullmatch(t)) for t in texts) > 1
    named = [
        t
        for t in texts
        if _HEADER_WORD.search(t)
        and len(t) <= 20
        and not _DAYS.search(t)
        and (dated or not _DATED.fullmatch(t))
    ]
    return len(named) / len(texts) if texts else 0.0


def _alike(grid: Grid, row: int, others: list[int]) -> float:
    """Share of the cells of a row that end like a name of a column, as most cells around do (総務課 above 市民課)."""
    columns = grid.filled[row]
    ends = {c: match[0] for c in columns if (match := _HEADER_WORD.search(grid.text(row, c).strip()))}
    same = 0
    for column, end in ends.items():
        cells = [grid.text(r, column).strip() for r in others if column in grid.filled[r]]
        same += sum(cell.endswith(end) for cell in cells) * 2 > len(cells)
    return min(same / len(columns), header_words(grid, row)) if columns else 0.0


def upper_header(grid: Grid, row: int, below: int, core: set[int]) -> bool:
    """An upper row of a header in several rows: groups above columns, with gaps that the row below fills."""
    columns = grid.filled[row]
    if row != below - 1 or any(
        TITLE_HINT.search(grid.text(row, c))
        or NOTE.match(grid.text(row, c))
        or _ASIDE_TEXT.search(grid.text(row, c))
        for c in columns
    ):
        return False
    merged = [m for m in grid.sheet.merged if m.top <= row <= m.bottom and m.left in columns]
    if any(m.right - m.left + 1 >= max(3, len(core) * 0.9) for m in merged):
        return False
    if len(columns) < 2 and not any(m.bottom >= below for m in merged):
        return False
    return all(grid.label_like(row, c) or grid.year_like(row, c) for c in columns)


def lower_header(grid: Grid, headers: list[int], after: list[int]) -> bool:
    """A further header row below: it fills gaps or merged groups of the row above and holds words only."""
    row, upper = after[0], headers[-1]
    columns = grid.filled[row]
    if row != upper + 1 or len(after) < 2:
        return False
    texts = [grid.text(row, c).strip() for c in columns]
    if len(columns) >= 3 and all(map(_COLUMN_NUMBER.match, texts)) and _numbered(texts):
        return True
    if not all(grid.label_like(row, c) or _UNIT.match(grid.text(row, c).strip()) for c in columns):
        return False
    spans = [m for m in grid.sheet.merged if m.top <= upper <= m.bottom]
    if any(m.bottom >= row for m in spans if m.top == headers[0]):
        return True
    if _fills_gaps(grid, row, headers, after) or _other_script(grid, row, upper, after[1]):
        return True
    if len(headers) == 1 and _complements(grid, row, upper, after):
        return True
    wide = {c for m in spans if m.right > m.left for c in range(m.left, m.right + 1)}
    return (
        bool(wide)
        and columns <= wide | grid.filled[upper]
        and len(columns & wide) >= 2
        and contrast(grid, row, after[1:8]) > 0
    )


def _numbered(texts: list[str]) -> bool:
    """(1), (2), (3) … under the names of the columns; bare numbers are data."""
    return all(re.match(r"[（(①-⑳]", text) for text in texts) and len(set(texts)) == len(texts)


def _fills_gaps(grid: Grid, row: int, headers: list[int], after: list[int]) -> bool:
    """Under a row with gaps, or a row of units: the key column is blank and numbers stand below every word."""
    columns, above = grid.filled[row], grid.filled[headers[-1]]
    key = min(grid.filled[headers[0]])
    if not columns or min(columns) <= key or not any(key in grid.filled[r] for r in after[1:4]):
        return False
    if contrast(grid, row, after[1:8]) < 0.6:
        return False
    units = all(_UNIT.match(grid.text(row, c).strip()) for c in columns)
    if units or (bool(columns - above) and len(columns) >= 2):
        return True
    # 令和4年, 令和4年 above 件数, 金額: a group written above each of its columns.
    groups = Counter(grid.text(headers[-1], c).strip() for c in columns)
    pairs = {(grid.text(headers[-1], c).strip(), grid.text(row, c).strip()) for c in columns}
    return min(groups.values()) > 1 and len(pairs) == len(columns)


def _complements(grid: Grid, row: int, upper: int, after: list[int]) -> bool:
    """Names below groups, and gaps below names that stand for themselves: together they name every column."""
    columns, above = grid.filled[row], grid.filled[upper]
    whole = columns | above
    if not (columns - above and above - columns) or header_words(grid, row) < 0.6:
        return False
    return all(whole <= grid.filled[r] and header_words(grid, r) < 0.6 for r in after[1:4])


def _other_script(grid: Grid, row: int, upper: int, first: int) -> bool:
    """Names in Latin letters under Japanese ones: all are identifiers and the data are not."""
    columns = grid.filled[row]
    if columns != grid.filled[upper] or len(columns) < 3:
        return False
    plain = all(_ASCII_NAME.match(grid.text(row, c).strip()) for c in columns)
    japanese = sum(not grid.text(upper, c).isascii() for c in columns)
    data = [grid.text(first, c) for c in grid.filled[first]]
    return plain and japanese > len(columns) / 2 and any(not text.isascii() for text in data)


def labels(grid: Grid, headers: list[int], low: int, high: int) -> list[str]:
    """Labels from one or several header rows; upper labels reach over the columns of their group."""
    if len(headers) == 1:
        return [grid.text(headers[0], c) for c in range(low, high + 1)]
    levels: list[list[str]] = []
    for depth, row in enumerate(headers):
        texts = [grid.text(row, c) for c in range(low, high + 1)]
        if depth < len(headers) - 1:
            texts = _spread(grid, row, texts, low, grid.filled[headers[depth + 1]])
        levels.append(texts)
    result = []
    for parts in zip(*levels, strict=True):
        cleaned: list[str] = []
        for part in (collapse_spaces(item) for item in parts):
            if part and (not cleaned or cleaned[-1] != part):
                cleaned.append(part)
        result.append("_".join(cleaned))
    return result


def _spread(grid: Grid, row: int, texts: list[str], low: int, below: frozenset[int]) -> list[str]:
    """A label reaches over its merged cells; without merging, over the gaps beside it that the next row fills."""
    spans = [m for m in grid.sheet.merged if m.top <= row <= m.bottom]
    result, current = [], ""
    for offset, text in enumerate(texts):
        column = low + offset
        inside = next((m for m in spans if m.left <= column <= m.right), None)
        if inside is not None:
            current = grid.text(inside.top, inside.left)
        elif text.strip():
            current = text
        elif spans or column not in below:
            current = ""
        result.append(current)
    return result
