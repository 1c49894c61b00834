"""CSV and TSV: find the separator, split into records, notice what is wrong with quotes."""

from __future__ import annotations

import csv
import io
from collections import Counter

from .model import Sheet, SourceNote, UnreadableFile, Value

__all__ = ["parse"]

_SEPARATORS = ",\t;"
_SAMPLE_LINES = 50
_MAX_CELL = 16 * 1024 * 1024


def parse(text: str) -> tuple[Sheet, str, list[SourceNote]]:
    """Split ``text`` into records. Returns the sheet, the separator and what was noticed.

    Raises ``UnreadableFile`` when a quote is opened and never closed, naming the line where it opens.
    """
    csv.field_size_limit(_MAX_CELL)
    delimiter = _separator(text)
    notes: list[SourceNote] = []
    rows: list[list[Value]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    start = 1
    try:
        for record in reader:
            rows.append(record)  # type: ignore[arg-type]
            last_start, start = start, reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile("quote", line=start) from error
    if rows and _unclosed(rows[-1], text):
        raise UnreadableFile("quote", line=last_start)
    if delimiter == ";":
        notes.append(SourceNote("format-error", "semicolon", {}))
    tail = 0
    while rows and not any(str(cell).strip() for cell in rows[-1]):
        rows.pop()
        tail += 1
    return Sheet(None, rows, blank_tail=tail), delimiter, notes


def _separator(text: str) -> str:
    lines = [line for line in text[:200_000].splitlines()[:_SAMPLE_LINES] if line.strip()]
    best, best_score = ",", 0.0
    for separator in _SEPARATORS:
        widths = Counter(len(next(csv.reader([line], delimiter=separator))) for line in lines)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        if width > 1:
            score = count / len(lines) + (0.1 if separator == "," else 0) + min(width, 20) / 1000
            if score > best_score:
                best, best_score = separator, score
    return best


def _unclosed(record: list[Value], text: str) -> bool:
    """The last record took the rest of the file: its last cell has a line end and the text does not end in a quote."""
    last = str(record[-1]) if record else ""
    return "\n" in last.rstrip("\r\n") and text.count('"') % 2 == 1
