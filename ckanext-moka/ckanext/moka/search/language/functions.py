"""Solr's functions of a dataset's numbers, for ``bf``, ``boost`` and ``sort``: ``recip(ms(NOW,metadata_modified),…)``.

Functions are reckoned in this process over arrays with one number for each hit: no number overflows there and
nothing of them becomes SQL. What has no value (a logarithm of nothing, a division by nothing) is 0, as is a
field that a dataset lacks. A function that is not known here is refused, never ignored.

Source: Apache Solr Reference Guide 9, "Function Queries".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ckanext.moka.search.language import datemath, fields
from ckanext.moka.search.language.nodes import QueryError

__all__ = ["Function", "is_function", "parse", "parse_list", "split"]

Floats = np.ndarray[Any, np.dtype[np.float64]]
_LIMIT = 1e15
_MOST_PARTS = 60
_DEEPEST = 10
_TOKEN = re.compile(
    r"\s*(?:(?P<moment>NOW[-+/0-9A-Z]*|\d{4}-\d\d-\d\dT[0-9:.]+Z[-+/0-9A-Z]*)"
    r"|(?P<number>[+-]?(?:[0-9]{1,30}(?:[.][0-9]{0,30})?|[.][0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_.\-]*)|(?P<mark>[(),^]))"
)
_CALL = re.compile(r"^\s*[A-Za-z_]\w*\s*\(.*\)\s*$", re.S)


@dataclass(frozen=True)
class Function:
    """A function of fields; ``fields``: those whose numbers it needs, ``reckon`` takes them as arrays."""

    fields: frozenset[str]
    reckon: Callable[[dict[str, Floats]], Any]

    def value(self, columns: dict[str, Floats], amount: int) -> Floats:
        """Return its number for each of ``amount`` documents."""
        with np.errstate(all="ignore"):
            found = np.broadcast_to(np.asarray(self.reckon(columns), dtype=np.float64), (amount,))
        return _bounded(found)


# Name: fewest arguments, most arguments (0: any number), what is reckoned.
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "recip": (4, 4, lambda x, m, a, b: a / (m * x + b)),
    "linear": (3, 3, lambda x, m, c: m * x + c),
    "log": (1, 1, np.log10),
    "ln": (1, 1, np.log),
    "exp": (1, 1, np.exp),
    "sqrt": (1, 1, np.sqrt),
    "cbrt": (1, 1, np.cbrt),
    "abs": (1, 1, np.abs),
    "ceil": (1, 1, np.ceil),
    "floor": (1, 1, np.floor),
    "rint": (1, 1, np.rint),
    "pow": (2, 2, lambda x, y: np.power(np.asarray(x, dtype=np.float64), y)),
    "sub": (2, 2, np.subtract),
    "div": (2, 2, lambda x, y: np.asarray(x, dtype=np.float64) / y),
    "mod": (2, 2, np.fmod),
    "sum": (1, 0, lambda *all_: sum(all_)),
    "product": (1, 0, lambda *all_: _product(all_)),
    "max": (1, 0, lambda *all_: _over(np.maximum, all_)),
    "min": (1, 0, lambda *all_: _over(np.minimum, all_)),
    "map": (4, 5, lambda x, low, high, to, *other: np.where((x >= low) & (x <= high), to, other[0] if other else x)),
    "if": (3, 3, lambda test, yes, no: np.where(np.asarray(test) != 0, yes, no)),
    "not": (1, 1, lambda x: np.asarray(x) == 0),
    "gt": (2, 2, np.greater),
    "gte": (2, 2, np.greater_equal),
    "lt": (2, 2, np.less),
    "lte": (2, 2, np.less_equal),
    "eq": (2, 2, np.equal),
}  # fmt: skip
_OTHER_NAMES = {"add": "sum", "mul": "product", "div": "div"}


def is_function(text: str) -> bool:
    """Tell whether ``text`` looks like a call of a function (and not the name of a field)."""
    return bool(_CALL.match(text))


def parse(text: str) -> Function:
    """Return the function that ``text`` describes; raises :class:`QueryError`."""
    reader = _Reader(text)
    found = reader.expression(0)
    reader.end()
    return found


def parse_list(texts: Any) -> list[tuple[Function, float]]:
    """Return the functions of ``bf`` or ``boost``: several between blanks, each with ``^factor`` behind it."""
    found = []
    for text in [texts] if isinstance(texts, str) else list(texts):
        for part in split(str(text), " "):
            body, mark, factor = part.rpartition("^")
            if mark and re.match(r"^[0-9]{1,6}(?:[.][0-9]{1,9})?$", factor):
                found.append((parse(body), float(factor)))
            else:
                found.append((parse(part), 1.0))
    if len(found) > 10:
        raise QueryError("No more than 10 functions can be asked for")
    return found


def split(text: str, separator: str) -> list[str]:
    """Return the parts of ``text`` between separators that are not inside brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == separator and depth <= 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


class _Reader:
    """Reads one function from left to right."""

    def __init__(self, text: str):
        if len(text) > 2000:
            raise QueryError("The function is too long")
        self.text, self.place, self.parts = text, 0, 0

    def expression(self, depth: int) -> Function:
        """Read a number, a moment, a field or a call."""
        self.parts += 1
        if depth > _DEEPEST or self.parts > _MOST_PARTS:
            raise QueryError("The function has too many parts")
        kind, value = self._next()
        if kind == "number":
            number = float(value)
            return Function(frozenset(), lambda _: number)
        if kind == "moment":
            return _constant(float(datemath.millis(datemath.resolve(value))))
        if kind != "name":
            raise self._unreadable()
        if self._at("("):
            self.place = self._after_bracket
            return self._call(value, depth)
        return _field(value)

    def _call(self, name: str, depth: int) -> Function:
        name = _OTHER_NAMES.get(name, name)
        if name in ("field", "exists", "def"):
            return self._of_field(name, depth)
        arguments: list[Function] = []
        while not self._at(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.expression(depth + 1))
        self._expect(")")
        if name == "ms":
            return _ms(arguments)
        if name not in _FUNCTIONS:
            raise QueryError(f"The function {name[:50]!r} is not supported")
        least, most, rule = _FUNCTIONS[name]
        if len(arguments) < least or (most and len(arguments) > most):
            raise QueryError(f"The function {name!r} does not take {len(arguments)} arguments")
        return Function(
            frozenset().union(*(argument.fields for argument in arguments)),
            lambda columns: _bounded(rule(*(argument.reckon(columns) for argument in arguments))),
        )

    def _of_field(self, name: str, depth: int) -> Function:
        """``field(x)``, ``exists(x)``, ``def(x,y)``: what tells a missing value from 0."""
        kind, value = self._next()
        if kind != "name":
            raise self._unreadable()
        if name == "field":
            self._expect(")")
            return _field(value)
        if name == "exists":
            self._expect(")")
            return Function(frozenset({value}), lambda columns: ~np.isnan(columns[value]))
        self._expect(",")
        other = self.expression(depth + 1)
        self._expect(")")
        return Function(
            other.fields | {value},
            lambda columns: np.where(np.isnan(columns[value]), other.reckon(columns), columns[value]),
        )

    def _next(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.place)
        if not match or match.lastgroup is None:
            raise self._unreadable()
        self.place = match.end()
        return match.lastgroup, match.group(match.lastgroup)

    def _at(self, mark: str) -> bool:
        match = re.compile(r"\s*" + re.escape(mark)).match(self.text, self.place)
        self._after_bracket = match.end() if match else self.place
        return match is not None

    def _expect(self, mark: str) -> None:
        if not self._at(mark):
            raise self._unreadable()
        self.place = self._after_bracket

    def end(self) -> None:
        """Raise :class:`QueryError` unless everything was read."""
        if self.text[self.place :].strip():
            raise self._unreadable()

    def _unreadable(self) -> QueryError:
        return QueryError(f"The function {self.text[:100]!r} cannot be read at character {self.place + 1}")


def _constant(number: float) -> Function:
    return Function(frozenset(), lambda _: number)


def _field(name: str) -> Function:
    return Function(frozenset({name}), lambda columns: np.nan_to_num(columns[name], nan=0.0))


def _ms(arguments: list[Function]) -> Function:
    """``ms()`` now; ``ms(a)`` a moment; ``ms(a,b)`` milliseconds from b to a."""
    if not arguments:
        return _constant(float(datemath.millis(dt.datetime.now(dt.UTC).replace(tzinfo=None))))
    if len(arguments) > 2:
        raise QueryError("The function 'ms' takes two moments at most")
    for argument in arguments:
        for name in argument.fields:
            if not fields.is_date(name):
                raise QueryError(f"{name[:50]!r} is not a field with a date")
    if len(arguments) == 1:
        return arguments[0]
    first, second = arguments
    return Function(
        first.fields | second.fields, lambda columns: first.reckon(columns) - second.reckon(columns)
    )


def _bounded(values: Any) -> Any:
    array = np.asarray(values, dtype=np.float64)
    return np.clip(np.nan_to_num(array, nan=0.0, posinf=0.0, neginf=0.0), -_LIMIT, _LIMIT)


def _product(arguments: Any) -> Any:
    found: Any = 1.0
    for argument in arguments:
        found = found * argument
    return found


def _over(rule: Any, arguments: Any) -> Any:
    found = arguments[0]
    for argument in arguments[1:]:
        found = rule(found, argument)
    return found
