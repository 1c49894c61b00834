"""An example of what a pattern asks for, so that people need not read regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import cycle
from typing import Any

__all__ = ["example_of"]

_LONGEST = 40
_PREFERRED = "1234567890abcABCあいアイ一"


def example_of(pattern: str) -> str | None:
    """Return a text that the whole pattern matches, ``None`` when none is found."""
    try:
        tree = re._parser.parse(pattern)
        text = "".join(_walk(tree, cycle("1234567890")))
        sure = re.fullmatch(pattern, text) is not None
    except (re.error, ValueError, OverflowError, RecursionError):
        return None
    return text if sure and 0 < len(text) <= _LONGEST and text.isprintable() else None


def _walk(tree: Iterable[Any], digits: Any) -> Iterable[str]:
    for kind, value in tree:
        name = str(kind)
        if name == "LITERAL":
            yield chr(value)
        elif name == "ANY":
            yield "○"
        elif name == "IN":
            yield _member(value, digits)
        elif name == "BRANCH":
            yield from _walk(value[1][0], digits)
        elif name == "SUBPATTERN":
            yield from _walk(value[3], digits)
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            for _number in range(low if low > 0 else min(1, int(high))):
                yield from _walk(inner, digits)
        elif name != "AT":
            raise ValueError(name)


def _member(items: list[Any], digits: Any) -> str:
    allowed = re.compile("|".join(_item(kind, value) for kind, value in items if str(kind) != "NEGATE"))
    negated = str(items[0][0]) == "NEGATE"
    for char in (next(digits), *_PREFERRED):
        if bool(allowed.fullmatch(char)) is not negated:
            return char
    for kind, value in items:
        if str(kind) in ("LITERAL", "RANGE") and not negated:
            return chr(value[0] if isinstance(value, tuple) else value)
    raise ValueError("no member")


def _item(kind: Any, value: Any) -> str:
    name = str(kind)
    if name == "LITERAL":
        return re.escape(chr(value))
    if name == "RANGE":
        return f"[{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}]"
    classes = {"CATEGORY_DIGIT": r"\d", "CATEGORY_WORD": r"\w", "CATEGORY_SPACE": r"\s"}
    return classes[str(value)] if str(value) in classes else rf"\{str(value)[-1]}"
