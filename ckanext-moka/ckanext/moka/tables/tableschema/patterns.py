"""Which of Python's patterns RE2 may test, and in what form; a pattern not understood here proves nothing.

frictionless matches ``^PATTERN$`` without grouping it, so ``あり|なし`` also accepts ありません. What is built here demands
that the whole cell matches one alternative; it accepts a subset of what frictionless accepts and never more.
"""

from __future__ import annotations

import re

__all__ = ["sound_pattern"]

_DIGIT, _WORD, _SPACE = "0-9", "0-9A-Za-z_", r" \t\n\r\f\v"
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_PUNCTUATION = set("!\"#%&',-/:;<=>@_`~.^$*+?{}[]\\|() ")
_COUNT = re.compile(r"\{(\d{1,3})(,(\d{1,3})?)?\}")
_MOST_REPEATS = 400


def sound_pattern(pattern: str) -> str | None:
    """Return an RE2 expression that matches only cells which frictionless's test of ``pattern`` accepts.

    ``None`` when the pattern holds anything whose meaning may differ between Python and RE2. ``\\d \\w \\s`` become
    their ASCII part: a subset, and sound because nothing here can negate it.
    """
    if not isinstance(pattern, str) or "\x00" in pattern:
        return None
    body = _translate(pattern)
    return None if body is None else rf"\A(?:^{body}$)\z"


def _translate(pattern: str) -> str | None:
    out: list[str] = []
    position, depth, repeats = 0, 0, 1
    can_repeat = False
    while position < len(pattern):
        char = pattern[position]
        count = _COUNT.match(pattern, position) if char == "{" else None
        if char in "*+?" or count:
            token = count[0] if count else char
            if not can_repeat:
                return None
            if count:
                low, high = int(count[1]), int(count[3] or count[1])
                repeats *= max(low, high, 1)
                if high < low and count[3] or repeats > _MOST_REPEATS:
                    return None
            position += len(token)
            can_repeat = False
            if pattern[position : position + 1] in ("+", "?", "*", "{"):
                return None
        else:
            step = _atom(pattern, position)
            if step is None:
                return None
            token, position, change, can_repeat = step
            depth += change
            if depth < 0:
                return None
        out.append(token)
    return "".join(out) if depth == 0 else None


def _atom(pattern: str, position: int) -> tuple[str, int, int, bool] | None:
    """Return the RE2 text of one element, where the next begins, the change of depth, and whether it may repeat."""
    char = pattern[position]
    if char == "(":
        if pattern.startswith("(?:", position):
            return "(?:", position + 3, 1, False
        return None if pattern.startswith("(?", position) else ("(?:", position + 1, 1, False)
    if char == ")":
        return ")", position + 1, -1, True
    if char in "|^$":
        return char, position + 1, 0, False
    if char == "[":
        return _set(pattern, position)
    if char == "\\":
        follow = pattern[position + 1 : position + 2]
        if follow in _CLASSES and follow:
            return f"[{_CLASSES[follow]}]", position + 2, 0, True
        return (f"\\{follow}", position + 2, 0, True) if follow in _PUNCTUATION and follow != " " else None
    if char in "{}]":
        return None
    return char, position + 1, 0, True


def _set(pattern: str, position: int) -> tuple[str, int, int, bool] | None:
    end = position + 1
    negated = pattern[end : end + 1] == "^"
    out = ["[^" if negated else "["]
    end += negated
    first = end
    while end < len(pattern) and pattern[end] != "]":
        char = pattern[end]
        if char == "\\":
            follow = pattern[end + 1 : end + 2]
            if follow in _CLASSES and follow and not negated:
                nearby = pattern[end + 2 : end + 3], pattern[end - 1 : end] if end > first else ""
                if "-" in nearby:
                    return None
                out.append(_CLASSES[follow])
            elif follow and follow in _PUNCTUATION and follow != " ":
                out.append(f"\\{follow}")
            else:
                return None
            end += 2
            continue
        if char == "[" or (char in "-&|~" and pattern[end + 1 : end + 2] == char):
            return None
        out.append(char)
        end += 1
    if end >= len(pattern) or end == first:
        return None
    return "".join([*out, "]"]), end + 1, 0, True
