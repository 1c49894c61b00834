"""L1-11: colours and other formats that tell data apart (XLSX). Struck-out values and legends are certain; else a person is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..judging.context import Context, Hit, joined, spot
from ..model import Column, Fields, Sheet, Table, Value

RULE = "L1-11"
Marks = dict[tuple[int, int], frozenset[str]]
_LOOK = r"(?:赤字|青字|緑字|太字|斜体|下線|網掛け|網かけ|あみかけ|着色|色付き|色つき|塗りつぶし|ハイライト|マーカー|取り?消し?線|[赤青黄緑橙桃紫灰白黒水]色|グレー|オレンジ|ピンク)"
# 「赤字は休止中」「※網掛けの施設は廃止」「黄色：変更」「色付きのセルが今年度の追加」
_LEGEND = re.compile(
    rf"{_LOOK}(?:の?(?:セル|部分|箇所|か所|行|欄|文字|施設|もの|項目))?\s*(?:は|が|：|:|=|＝|…|→)"
)
_SUM = re.compile(r"計|合計|総数|総計|平均|[Tt]otal|[Ss]um")
_ZEBRA = 0.8


def check(context: Context) -> Iterator[Hit]:
    """Values struck out among others, and tables whose notes say what a colour stands for."""
    for table in context.tables:
        marks: Marks = {(r, c): look for r, c, look in table.sheet.formats}
        for column in table.columns if marks else ():
            struck = [
                (i, v)
                for i, v in enumerate(column.values)
                if v not in (None, "") and "strike" in marks.get((table.data_rows[i], column.index), ())
            ]
            if struck and (hit := context.group_at(table, column, struck, "strike")):
                yield hit
        if marks and _odd_columns(context, table, marks) and (place := _legend(table)):
            yield Hit("legend", place)


def ask(context: Context) -> Hit | None:
    """Ask where single cells look different from the rest of their column and no legend says why."""
    found = []
    for table in context.tables:
        if table.sheet.formats and not _legend(table):
            found += _odd_columns(context, table, {(r, c): look for r, c, look in table.sheet.formats})
    return joined(found, "default")


def _odd_columns(context: Context, table: Table, marks: Marks) -> list[Hit]:
    """One hit per column in which some cells look different; stripes, totals and whole columns are design."""
    skipped = {i for i, r in enumerate(table.data_rows) if _total(table, r)}
    looks = {c.index: _column_looks(table, c, marks, skipped) for c in table.columns}
    if _striped(looks):
        return []
    hits = []
    for column in table.columns:
        kinds = Counter(looks[column.index].values())
        if len(kinds) < 2:
            continue
        usual = kinds.most_common(1)[0][0]
        odd = ((i, column.values[i]) for i, look in looks[column.index].items() if look != usual)
        if hit := context.group_at(table, column, odd, "default"):
            hits.append(hit)
    return hits


def _column_looks(table: Table, column: Column, marks: Marks, skipped: set[int]) -> dict[int, frozenset[str]]:
    """Return position -> look (struck-out apart) of the filled cells of a column."""
    plain: frozenset[str] = frozenset()
    return {
        i: marks.get((row, column.index), plain) - {"strike"}
        for i, (row, value) in enumerate(zip(table.data_rows, column.values, strict=True))
        if value not in (None, "") and i not in skipped
    }


def _striped(looks: dict[int, dict[int, frozenset[str]]]) -> bool:
    """Every other row has the same fill: easier to read, without a meaning."""
    stripes = columns = 0
    for found in looks.values():
        odd = Counter(look for i, look in found.items() if i % 2)
        even = Counter(look for i, look in found.items() if not i % 2)
        if not odd or not even or len(found) < 4:
            continue
        columns += 1
        (one, many), (other, more) = odd.most_common(1)[0], even.most_common(1)[0]
        regular = many >= _ZEBRA * odd.total() and more >= _ZEBRA * even.total()
        stripes += one != other and regular
    return stripes > 0 and stripes >= columns * 0.5


def _total(table: Table, row: int) -> bool:
    cells = table.sheet.rows[row]
    first = next((v for v in cells if v not in (None, "")), None)
    return isinstance(first, str) and len(first) <= 12 and _SUM.search(first) is not None


def _legend(table: Table) -> Fields | None:
    sheet: Sheet = table.sheet
    around: list[tuple[int, int, Value]] = [
        (r, c, v) for r in [*table.title_rows, *table.note_rows] for c, v in enumerate(sheet.rows[r])
    ]
    around += [(r, c, sheet.rows[r][c]) for r, c in table.side_cells]
    for r, c, value in around:
        if isinstance(value, str) and _LEGEND.search(value):
            cell = spot(r, c, value)
            return Fields(sheet.name, cell["cell"], cell["row"], None, cell["value"])
    return None
