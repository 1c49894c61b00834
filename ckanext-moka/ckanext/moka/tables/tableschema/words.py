"""The words of a Table Schema for people: what a type or a constraint asks for, with an example."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import yaml

from .examples import example_of

__all__ = ["constraint_words", "problem_words", "type_words", "ungrouped"]

_SHOWN = 8
_MOMENT = datetime(2001, 4, 1, 9, 30)
Words = dict[str, str]


@cache
def _words() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def type_words(item: dict[str, Any]) -> tuple[Words, str]:
    """Return what a field's type is called in ja and en, and an example of it."""
    types = _words()["types"]
    kind, form = item.get("type", "any"), item.get("format", "default")
    entry = types.get(f"{kind}/{form}") or types.get(kind) or types["any"]
    example = str(item.get("example") or entry["example"])
    if kind in ("date", "time", "datetime") and "%" in form:
        example = _MOMENT.strftime(form)
    if kind == "boolean":
        words = [*item.get("trueValues", ["true"])[:1], *item.get("falseValues", ["false"])[:1]]
        return {
            "ja": "か".join(f"「{w}」" for w in words),
            "en": " or ".join(f'"{w}"' for w in words),
        }, example
    return {"ja": entry["ja"], "en": entry["en"]}, example


def constraint_words(item: dict[str, Any], names: list[str]) -> Words:
    """Return in words what the constraints ``names`` of a field ask for."""
    rules = item.get("constraints", {})
    parts = [_one(item, name, rules.get(name)) for name in names]
    return {"ja": "、".join(part["ja"] for part in parts), "en": ", ".join(part["en"] for part in parts)}


def _one(item: dict[str, Any], name: str, value: Any) -> Words:
    entries = _words()["constraints"]
    key = name
    if item.get("type") in ("array", "list", "object"):
        key = {"minLength": "minItems", "maxLength": "maxItems"}.get(name, name)
    shown: dict[str, Any] = {"value": value}
    if name == "pattern":
        sample = str(item["example"]) if item.get("example") else example_of(str(value))
        key, shown["example"] = ("pattern", sample) if sample else ("pattern-no-example", "")
    entry = entries.get(key) or entries["array-item"]
    if name == "enum" and isinstance(value, list):
        return {lang: entry[lang].format(value=_listing(value, lang)) for lang in ("ja", "en")}
    return {lang: entry[lang].format(**shown) for lang in ("ja", "en")}


def _listing(values: list[Any], lang: str) -> str:
    shown = [f"「{v}」" if lang == "ja" else f'"{v}"' for v in values[:_SHOWN]]
    rest = len(values) - len(shown)
    if lang == "ja":
        return "".join(shown) + (f"ほか {rest:,} 個" if rest else "")
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def problem_words(error: dict[str, Any]) -> Words:
    """Return what is wrong with a descriptor; notes that are not known are named by their type only."""
    note = f"{error.get('note', '')} {error.get('message', '')}"
    for entry in _words()["problems"]:
        found = re.search(entry["match"], note)
        if found:
            parts = {name: value or "" for name, value in found.groupdict().items()}
            return {lang: entry[lang].format(**parts) for lang in ("ja", "en")}
    kind = error.get("type", "error")
    return {
        "ja": f"定義の書き方が Table Schema の決まりに合いません（{kind}）",
        "en": f"{error.get('note') or kind}",
    }


def ungrouped(pattern: str) -> bool:
    """Tell whether a pattern has alternatives outside any group: ``^あり|なし$`` then also accepts ありません."""
    depth, position, inside = 0, 0, False
    while position < len(pattern):
        char = pattern[position]
        if char == "\\":
            position += 1
        elif char == "[":
            inside = True
        elif char == "]":
            inside = False
        elif not inside:
            depth += {"(": 1, ")": -1}.get(char, 0)
            if char == "|" and depth == 0:
                return True
        position += 1
    return False
