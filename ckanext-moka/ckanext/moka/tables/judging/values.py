"""What the rules about Japanese values share: columns by the name they carry, distinct values as plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator
from re import Pattern
from typing import Any

import pyarrow.compute as pc

from ..model import Column, Table, Value, as_text
from .context import Context, Hit

__all__ = ["group", "hits", "labelled", "narrow"]


def narrow(value: Value) -> str:
    """Return a cell as text in half width, without outer blanks."""
    return unicodedata.normalize("NFKC", as_text(value)).strip()


def labelled(
    context: Context, pattern: Pattern[str], *, pattern_free: bool = False
) -> Iterator[tuple[Table, Column]]:
    """Yield the columns whose name ``pattern`` finds (the last part of a name in several header rows too).

    With ``pattern_free`` columns are left out for which the recognised standard has a pattern: constraint-error
    names their faults.
    """
    for table in context.tables:
        for column in table.columns:
            if not pattern.search(unicodedata.normalize("NFKC", column.label)):
                continue
            rules = table.schema_fields.get(column.index, {}).get("constraints", {})
            if not (pattern_free and "pattern" in rules):
                yield table, column


def hits(
    context: Context,
    table: Table,
    column: Column,
    judge: Callable[[str], str | None],
    *,
    proven: str = "",
    **data: Callable[[str], Any],
) -> Iterator[Hit]:
    """Yield one hit for each variant that ``judge`` gives for a distinct value (``None``: nothing is wrong).

    ``proven`` is a regular expression (RE2) that only values without fault match wholly: they are not judged.
    ``data`` are words of the message, worked out from the first value of the variant.
    """
    found: dict[str, dict[Value, str]] = {}
    for value in _doubtful(column, proven):
        if (text := narrow(value)) and (variant := judge(text)):
            found.setdefault(variant, {})[value] = text
    for variant, wanted in found.items():
        words = {name: make(next(iter(wanted.values()))) for name, make in data.items()}
        if hit := group(context, table, column, set(wanted), variant, **words):
            yield hit


def group(
    context: Context, table: Table, column: Column, wanted: Collection[Value], variant: str, **data: Any
) -> Hit | None:
    """Return one hit for all cells with one of the values ``wanted``, texts or not."""
    texts = {value for value in wanted if isinstance(value, str)}
    if len(texts) == len(wanted):
        return context.group(table, column, texts, variant, **data)
    kinds = {(type(value), value) for value in wanted}
    places = ((n, v) for n, v in enumerate(column.values) if (type(v), v) in kinds)
    return context.group_at(table, column, places, variant, **data)


def _doubtful(column: Column, proven: str) -> Iterator[Value]:
    """Yield the distinct values that are not empty and not proven to be right."""
    words = column.store.words
    if proven:
        words = words.filter(pc.invert(pc.match_substring_regex(words, f"^(?:{proven})$")))
    yield from (text for text in words.to_pylist() if text)
    if column.native:
        yield from (value for value in column.counts if value is not None and not isinstance(value, str))
