"""constraint-error: required, pattern, enum, code list, range and uniqueness of a recognised standard."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import moka_schemas

from ..judging.context import Context, Hit
from ..judging.profile import Profile
from ..judging.values import group
from ..model import Column, Fields, Table, as_text
from ..tableschema.hits import schema_hits
from .type_error import severity

RULE = "constraint-error"
_BLANK = re.compile(r"^\s*$")
_HINTS = {
    "^[0-9]{6}$": (
        "半角数字 6 桁で入力してください（例：092096）。",
        "Enter six digits (for example 092096).",
    ),
    "^[0-9]{13}$": ("半角数字 13 桁で入力してください。", "Enter thirteen digits."),
    "^([0-9]{7}|[0-9]{3}-[0-9]{4})$": (
        "半角数字 7 桁で入力してください（例：3214395）。",
        "Enter seven digits (for example 3214395).",
    ),
    "^([01][0-9]|2[0-9]):[0-5][0-9]$": (
        "hh:mm の形で入力してください（例：09:00）。",
        "Write it as hh:mm (for example 09:00).",
    ),
    "^https?://.+": (
        "http:// か https:// で始まるアドレスを入力してください。",
        "Enter an address that begins with http:// or https://.",
    ),
}


def check(context: Context) -> Iterator[Hit]:
    """Constraints of the fields that were found; one hit per column and kind."""
    if context.source.judged:
        yield from schema_hits(context, RULE)
        return
    for table, column, profile in context.columns():
        item = table.schema_fields.get(column.index)
        if item is None:
            continue
        rules = item.get("constraints", {})
        lower = severity(table.schema or {})
        for hit in (
            _required(context, table, column, rules),
            _pattern(context, table, column, rules),
            _enum(context, table, column, rules, item),
            _range(context, table, column, rules, profile),
            _unique(context, table, column, item),
        ):
            if hit:
                yield hit._replace(severity=lower or hit.severity)


def _required(context: Context, table: Table, column: Column, rules: dict[str, Any]) -> Hit | None:
    if not rules.get("required"):
        return None
    if column.filled == len(column) and not column.holds(_BLANK):
        return None
    blanks = [
        (i, "") for i, v in enumerate(column.values) if v is None or (isinstance(v, str) and not v.strip())
    ]
    if len(blanks) == len(column.values) and blanks:
        cell, row = table.place(0, column)
        return Hit("required", Fields(table.sheet.name, cell, row, column.label), {}, len(blanks))
    return context.group_at(table, column, blanks, "required")


def _pattern(context: Context, table: Table, column: Column, rules: dict[str, Any]) -> Hit | None:
    pattern = rules.get("pattern")
    if not pattern:
        return None
    compiled = re.compile(pattern)
    hint = _HINTS.get(
        pattern,
        (f"正規表現 {pattern} に合う値を入力してください。", f"Enter a value that matches {pattern}."),
    )
    wrong = {
        v
        for v in column.doubtful(compiled)
        if v is not None and (t := as_text(v).strip()) and not compiled.search(t)
    }
    return group(context, table, column, wrong, "pattern", hint={"ja": hint[0], "en": hint[1]})


def _enum(
    context: Context, table: Table, column: Column, rules: dict[str, Any], item: dict[str, Any]
) -> Hit | None:
    if "enum" in rules:
        allowed, data, variant = set(rules["enum"]), {"list": rules["enum"]}, "enum"
    elif "codes" in item:
        codes = moka_schemas.code_list(item["codes"])
        allowed = {value for entry in codes["items"] for value in (entry["label"], entry["code"]) if value}
        data = {"list": [entry["label"] for entry in codes["items"]], "title": codes["title"]}
        variant = "code"
    else:
        return None

    def unknown(text: str) -> bool:
        parts = re.split(r"[;；]", text) if item.get("separator") else [text]
        return any(part.strip() and part.strip() not in allowed for part in parts)

    wrong = {v for v in column.outside(allowed) if v is not None and unknown(as_text(v))}
    return group(context, table, column, wrong, variant, **data)


def _range(
    context: Context, table: Table, column: Column, rules: dict[str, Any], profile: Profile
) -> Hit | None:
    low, high = rules.get("minimum"), rules.get("maximum")
    if low is None and high is None:
        return None

    def outside(value: object) -> bool:
        if isinstance(value, str):
            number = profile.numbers.get(value)
            value = number.plain if number else value
        try:
            amount = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False
        return (low is not None and amount < low) or (high is not None and amount > high)

    if column.within(low, high):
        return None
    wrong = {v for v in column.counts if v not in (None, "") and outside(v)}
    return group(context, table, column, wrong, "range", low=low, high="" if high is None else high)


def _unique(context: Context, table: Table, column: Column, item: dict[str, Any]) -> Hit | None:
    if item["title"] != "ID" and not item.get("constraints", {}).get("unique"):
        return None
    if not column.native and column.distinct == column.filled:
        return None
    counts = Counter(as_text(v) for v in column.values if v not in (None, ""))
    twice = {value for value, count in counts.items() if count > 1}
    seen: set[str] = set()
    places = []
    for position, value in enumerate(column.values):
        text = as_text(value)
        if text in twice and text in seen:
            places.append((position, text))
        seen.add(text)
    return context.group_at(table, column, places, "unique")
