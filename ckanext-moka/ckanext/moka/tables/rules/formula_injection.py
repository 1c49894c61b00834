"""formula-injection: texts that a spreadsheet program runs as a formula when it opens the CSV.

Negative numbers, phone numbers with +81, marks (－, --), handles (@city) and lines of signs are no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import SHOWN, Context, Hit, spot
from ..model import Column, Fields, Table

RULE = "formula-injection"
_SUSPECT = re.compile(r"^[=＝@＠+\-＋\t\r\n]")
_START = re.compile(r"^[\t\r\n]*[=＝@＠+\-＋]")
_PROGRAM = re.compile(
    r"\|.*!|\b(?:cmd|powershell|mshta|rundll32|regsvr32|msexcel|DDE|DDEAUTO|WEBSERVICE|HYPERLINK|FILTERXML|RTD|CALL|EXEC"
    r"|REGISTER(?:\.ID)?|IMPORT(?:XML|DATA|RANGE|HTML|FEED)|IMAGE)\s*[(|]",
    re.IGNORECASE | re.S,
)
_PLAIN = re.compile(
    r"[+\-＋]?[\d０-９,.．／/:：\s()（）％%~〜～\-–−－―ー]*(?:[eE][+\-]?\d+)?[人円件％%年月日時分個台℃㎡mkgcM]*"
    r"|[=＝+\-＋@＠\s*#_]*|[@＠][\w.\-]+|[=\-]+[^=\-]+[=\-]+"
)
_FORMULA = re.compile(r"^[=＝]|[A-Za-z_.]\s*\(|[A-Z]{1,3}[0-9]+|[|!&*^\"]|^[+\-＋]\s*[\d(]")


def check(context: Context) -> Iterator[Hit]:
    """One hit per column and kind; one per sheet for formulas that start programs."""
    for table, column, _profile in context.columns():
        found = {text: kind for text in _suspects(column) if (kind := injected(text))}
        for variant in ("program", "default"):
            wanted = {text for text, kind in found.items() if kind == variant}
            if hit := context.group(table, column, wanted, variant):
                yield hit
        yield from _label(table, column)
    for sheet in context.source.sheets:
        bad = [
            (r, c, f"={text}")
            for r, c, text, _stored in sheet.formulas
            if _PROGRAM.search(text) and "|" in text
        ]
        if bad:
            cells = [spot(*item) for item in bad[:SHOWN]]
            place = Fields(sheet.name, cells[0]["cell"], cells[0]["row"], None, cells[0]["value"])
            yield Hit("program", place, {}, len(bad), cells)


def _suspects(column: Column) -> list[str]:
    return sorted(column.matching(_SUSPECT))


def _label(table: Table, column: Column) -> Iterator[Hit]:
    kind = injected(column.raw_label)
    if kind and table.header_rows:
        cell = spot(table.header_rows[-1], column.index, column.raw_label)
        yield Hit(
            kind, Fields(table.sheet.name, cell["cell"], cell["row"], None, cell["value"]), {}, 1, [cell]
        )


def injected(text: str) -> str | None:
    """Return ``program`` or ``default`` when a text acts as a formula in a CSV, ``None`` when it is harmless."""
    if not _START.match(text):
        return None
    text = text[:2000]
    bare = text.strip("\t\r\n")
    if _PROGRAM.search(bare):
        return "program"
    if re.fullmatch(r"[+\-]\d[\d.]*(?:[+*/^]\d[\d.]*)+", bare):
        return "default"
    if _PLAIN.fullmatch(bare):
        return None
    return "default" if bare[0] in "=＝" or _FORMULA.search(bare) else None
