"""L3-02: codes whose meaning is nowhere in the file; whether a code table goes with it, a person has to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit, joined
from ..judging.labels import coded_label
from ..model import Column, Table, as_text

RULE = "L3-02"
_CODE = re.compile(r"[0-9０-９]{1,3}|[A-Za-zＡ-Ｚａ-ｚ]{1,2}[0-9]{0,3}")
_LEGEND = re.compile(r"(?<![0-9])[0-9０-９A-Za-z]{1,3}\s*[:：=＝…]\s*[^\s0-9０-９]")
_LEGEND_SHEET = re.compile(r"コード|凡例|符号|選択肢|区分表|区分一覧|定義|[Cc]ode|[Ll]egend")
_MEANING = re.compile(r"名称|名$|内容|意味|説明|定義|[Nn]ame|[Mm]eaning|[Ll]abel")
_MOST = 30


def check(_context: Context) -> Iterator[Hit]:
    """Nothing is certain here: the code table may be another file of the dataset."""
    yield from ()


def ask(context: Context) -> Hit | None:
    """Ask once about all columns of bare codes that neither the file nor a standard explains."""
    if _legend(context):
        return None
    found = []
    for table in context.tables:
        for column in table.columns:
            if (
                column.index not in table.schema_fields
                and coded_label(column.label)
                and not _LEGEND.search(column.label)
                and _codes(column)
                and not _named_beside(table, column)
            ):
                places = ((i, v) for i, v in enumerate(column.values) if v not in (None, ""))
                if hit := context.group_at(table, column, places, "default"):
                    found.append(hit)
    return joined(found, "default")


def _codes(column: Column) -> bool:
    """A few short codes, each used again and again."""
    if column.store.size > _MOST + 2:
        return False
    values = [v for v in column.counts if v not in (None, "")]
    return (
        2 <= len(values) <= _MOST
        and column.filled >= 2 * len(values)
        and all(isinstance(v, (str, int)) and _CODE.fullmatch(as_text(v).strip()) for v in values)
    )


def _named_beside(table: Table, column: Column) -> bool:
    """Another column says in words what each code means: one word per code."""
    for other in table.columns:
        if other is column or other.store.size > column.store.size + 1 or len(other.texts) < 2:
            continue
        pairs = set(zip(column.store.codes.to_pylist(), other.store.codes.to_pylist(), strict=True))
        if len(pairs) == column.store.size and not _codes(other):
            return True
    return False


def _legend(context: Context) -> bool:
    """A sheet or a small table of codes and their meanings, or a note that spells them out (1：有　2：無)."""
    if any(_LEGEND_SHEET.search(sheet.name or "") for sheet in context.source.sheets if not sheet.hidden):
        return True
    for table in context.tables:
        codes = [c for c in table.columns if "コード" in c.label or "区分" in c.label or "値" in c.label]
        meanings = [c for c in table.columns if c not in codes and _MEANING.search(c.label)]
        if len(table.columns) <= 4 and meanings and any(len(c.counts) == len(c) for c in codes[:1]):
            return True
        rows = table.sheet.rows
        around = [v for r in [*table.title_rows, *table.note_rows] for v in rows[r]]
        around += [rows[r][c] for r, c in table.side_cells]
        if any(isinstance(v, str) and len(_LEGEND.findall(v)) >= 2 for v in around):
            return True
    return False
