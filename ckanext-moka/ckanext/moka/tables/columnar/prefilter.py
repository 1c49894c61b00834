"""Prove cheaply that a pattern is found in none of many texts, so that Python's ``re`` sees only the doubtful ones.

Two tests, both one-sided. *The alphabet*: a pattern that needs a character which no text has is found nowhere. *RE2*:
the pattern is weakened to one that Arrow can search for (a look-around becomes nothing, ``\\d`` a digit or anything
outside ASCII, ``$`` nothing); what Python would find, the weaker pattern finds too. What both let through is searched
by Python, so the answer is always Python's.
"""

from __future__ import annotations

import re
import re._constants as sre
import re._parser as parser
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from re import Pattern
from typing import Any

__all__ = ["Alphabet", "exact", "possible", "weaker"]

_ANY = "\\x{0}-\\x{10ffff}"
_REST = "\\x{80}-\\x{10ffff}"
# What a category of Python's re holds, or more.
_CATEGORY = {
    sre.CATEGORY_DIGIT: f"0-9{_REST}",
    sre.CATEGORY_SPACE: f"\\x{{9}}-\\x{{d}}\\x{{1c}}-\\x{{20}}{_REST}",
    sre.CATEGORY_WORD: f"0-9A-Za-z_{_REST}",
    sre.CATEGORY_NOT_DIGIT: f"\\x{{0}}-\\x{{2f}}\\x{{3a}}-\\x{{7f}}{_REST}",
    sre.CATEGORY_NOT_SPACE: f"\\x{{0}}-\\x{{8}}\\x{{e}}-\\x{{1b}}\\x{{21}}-\\x{{7f}}{_REST}",
    sre.CATEGORY_NOT_WORD: f"\\x{{0}}-\\x{{2f}}\\x{{3a}}-\\x{{40}}\\x{{5b}}-\\x{{5e}}\\x{{60}}\\x{{7b}}-\\x{{7f}}{_REST}",
}
_SINGLE = (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY)
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_MOST = 500
_LONGEST = 20_000


class Alphabet:
    """The characters that occur in a column."""

    def __init__(self, chars: Iterable[str]) -> None:
        self.chars = frozenset(chars)
        self.text = "".join(self.chars)
        self._codes = sorted(map(ord, self.chars))
        self._categories: dict[tuple[Any, int], bool] = {}

    def __contains__(self, char: str) -> bool:
        return char in self.chars

    def __len__(self) -> int:
        return len(self.chars)

    def within(self, low: int, high: int) -> bool:
        """Tell whether a character with a code from ``low`` to ``high`` occurs."""
        place = bisect_left(self._codes, low)
        return place < len(self._codes) and self._codes[place] <= high

    def category(self, category: Any, flags: int) -> bool:
        """Tell whether a character of a category (``\\d``, ``\\s`` …) occurs, as Python's ``re`` sees it."""
        key = (category, flags & re.ASCII)
        if key not in self._categories:
            sign = {
                sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
                sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
            }[category]  # fmt: skip
            self._categories[key] = re.search(sign, self.text, key[1]) is not None
        return self._categories[key]


@lru_cache(maxsize=1024)
def _tree(pattern: str, flags: int) -> Any:
    return parser.parse(pattern, flags)


def possible(pattern: Pattern[str], alphabet: Alphabet) -> bool:
    """Tell whether ``pattern`` can be found in texts whose characters are all in ``alphabet``; sound, not exact."""
    tokens = _tree(pattern.pattern, pattern.flags)
    if len(tokens) == 1 and tokens[0][0] in _SINGLE:
        return pattern.search(alphabet.text) is not None
    return _can(tokens, alphabet, pattern.flags)


def _can(tokens: Any, alphabet: Alphabet, flags: int) -> bool:
    return all(_token(kind, value, alphabet, flags) for kind, value in tokens)


def _token(kind: Any, value: Any, alphabet: Alphabet, flags: int) -> bool:
    if kind in _SINGLE:
        return _single(kind, value, alphabet, flags)
    if kind in _REPEATS:
        return value[0] == 0 or _can(value[2], alphabet, flags)
    if kind is sre.SUBPATTERN:
        return _can(value[3], alphabet, flags | value[1]) if not value[2] else True
    if kind is sre.BRANCH:
        return any(_can(branch, alphabet, flags) for branch in value[1])
    if kind is sre.ATOMIC_GROUP:
        return _can(value, alphabet, flags)
    # Anchors, look-arounds, back-references: nothing is proved by them.
    return True


def _single(kind: Any, value: Any, alphabet: Alphabet, flags: int) -> bool:
    if kind is sre.LITERAL and not flags & re.IGNORECASE:
        return chr(value) in alphabet
    if kind is not sre.IN or flags & re.IGNORECASE:
        return len(alphabet) > 0 if kind is not sre.LITERAL else _cases(value, alphabet)
    if value[0][0] is sre.NEGATE:
        return len(alphabet) > 0
    for item, content in value:
        if item is sre.LITERAL and chr(content) in alphabet:
            return True
        if item is sre.RANGE and alphabet.within(*content):
            return True
        if item is sre.CATEGORY and alphabet.category(content, flags):
            return True
    return False


def _cases(code: int, alphabet: Alphabet) -> bool:
    """A letter whose case does not matter: unless it is a plain one, nothing is proved."""
    char = chr(code)
    if not char.isascii() or char.lower() in "iks":
        return True
    return char.lower() in alphabet or char.upper() in alphabet


@lru_cache(maxsize=1024)
def weaker(pattern: Pattern[str]) -> str | None:
    """Return a pattern for RE2 that is found wherever ``pattern`` is; ``None`` when it would be too long."""
    text = _weaken(_tree(pattern.pattern, pattern.flags), pattern.flags)
    return text if len(text) <= _LONGEST else None


@lru_cache(maxsize=1024)
def exact(pattern: Pattern[str]) -> str | None:
    """Return a pattern with which RE2 finds exactly what Python's ``re`` finds; ``None`` when there is none."""
    if pattern.flags & (re.IGNORECASE | re.MULTILINE) or len(pattern.pattern) > 5_000:
        return None
    tokens = _tree(pattern.pattern, pattern.flags)
    return _weaken(tokens, pattern.flags) if _same(tokens) else None


def _same(tokens: Any) -> bool:
    """Nothing in a pattern means another thing to RE2, and nothing is left out by :func:`_weaken`."""
    for kind, value in tokens:
        if kind is sre.IN:
            if any(item is sre.CATEGORY for item, _content in value):
                return False
        elif kind is sre.BRANCH:
            if not all(map(_same, value[1])):
                return False
        elif kind is sre.SUBPATTERN:
            if value[1] or value[2] or not _same(value[3]):
                return False
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            if (
                value[0] > _MOST
                or (value[1] is not sre.MAXREPEAT and value[1] > _MOST)
                or not _same(value[2])
            ):
                return False
        elif kind is sre.AT:
            if value not in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING, sre.AT_END, sre.AT_END_STRING):
                return False
        elif kind not in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY):
            return False
    return True


def _weaken(tokens: Any, flags: int) -> str:
    return "".join(_weak_token(kind, value, flags) for kind, value in tokens)


def _weak_token(kind: Any, value: Any, flags: int) -> str:
    if kind in _SINGLE:
        return f"[{_class(kind, value, flags)}]"
    if kind in _REPEATS:
        low, high, inner = value
        most = "" if high is sre.MAXREPEAT or high > _MOST else str(high)
        return f"(?:{_weaken(inner, flags)}){{{min(low, _MOST)},{most}}}"
    if kind is sre.SUBPATTERN:
        return f"(?:{_weaken(value[3], flags | value[1])})" if not value[2] else f"[{_ANY}]*"
    if kind is sre.BRANCH:
        return "(?:" + "|".join(_weaken(branch, flags) for branch in value[1]) + ")"
    if kind is sre.ATOMIC_GROUP:
        return f"(?:{_weaken(value, flags)})"
    if kind is sre.AT:
        return _anchor(value, flags)
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        return ""
    return f"[{_ANY}]*"


def _anchor(where: Any, flags: int) -> str:
    if where is sre.AT_BEGINNING_STRING or (where is sre.AT_BEGINNING and not flags & re.MULTILINE):
        return "\\A"
    if where is sre.AT_END_STRING:
        return "\\z"
    if where is sre.AT_END and not flags & re.MULTILINE:
        return "(?:\\x{a})?\\z"
    return ""


def _class(kind: Any, value: Any, flags: int) -> str:
    blind = bool(flags & re.IGNORECASE)
    if kind is sre.ANY:
        return _ANY if flags & re.DOTALL else "^\\x{a}"
    if kind is sre.LITERAL:
        return _literal(value, blind)
    if kind is sre.NOT_LITERAL:
        return _ANY if blind else f"^\\x{{{value:x}}}"
    if value[0][0] is sre.NEGATE:
        if blind or any(item is sre.CATEGORY for item, _content in value):
            return _ANY
        return "^" + "".join(_member(item, content, False) for item, content in value[1:])
    return "".join(_member(item, content, blind) for item, content in value)


def _member(item: Any, content: Any, blind: bool) -> str:
    if item is sre.LITERAL:
        return _literal(content, blind)
    if item is sre.RANGE:
        low, high = content
        # Without regard to case a range may reach further than it says.
        return _ANY if blind else f"\\x{{{low:x}}}-\\x{{{high:x}}}"
    return _CATEGORY[content]


def _literal(code: int, blind: bool) -> str:
    if not blind:
        return f"\\x{{{code:x}}}"
    char = chr(code)
    if not char.isascii():
        return _REST + ("A-Za-z" if char.lower() != char.upper() else "")
    rest = _REST if char.isalpha() else ""
    return "".join(f"\\x{{{ord(c):x}}}" for c in {char.lower(), char.upper()}) + rest
