"""Sound fast tests over Arrow columns: what they prove good, frictionless accepts; the rest is doubtful, not bad.

Every proof carries the constraints and options it knows. A field with any other proves nothing, so its distinct
values all go to frictionless's own cell reader (a constraint that a fast test does not know makes it unsound).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .cellscan import DATE, NUMBER
from .moments import DATE as DAY_SHAPE
from .moments import moment_pattern
from .patterns import sound_pattern

__all__ = ["Facts", "Test", "proof", "typed_number_test", "written_tests"]

Test = Callable[[pa.StringArray], pa.BooleanArray]
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_COMPARE = {
    "minimum": pc.greater_equal,
    "maximum": pc.less_equal,
    "exclusiveMinimum": pc.greater,
    "exclusiveMaximum": pc.less,
}
_INTEGER = r"\A[+-]?[0-9]{1,15}\z"
_NUMBER = r"\A[+-]?(?:[0-9]{1,15}|[0-9]{1,7}\.[0-9]{1,8})\z"
_MOST_DIGITS = 15
_DAY_ZERO = date(1899, 12, 30)
_EMAIL = (
    r"\A[a-z0-9]{1,20}(?:[._-][a-z0-9]{1,20}){0,2}@(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20})?\.){1,4}"
    r"(?:jp|com|org|net)\z"
)
_URI = r"\Ahttps?://[a-z0-9]{1,30}(?:[-.][a-z0-9]{1,30}){0,8}(?:/[A-Za-z0-9._~-]*)*\z"
_UUID = r"\A[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\z"
_BINARY = r"\A(?:[A-Za-z0-9+/]{4})*\z"
_GEOPOINT = r"\A-?(?:1[0-7][0-9]|[0-9]{1,2})(?:\.[0-9]{1,10})?, ?-?[0-8]?[0-9](?:\.[0-9]{1,10})?\z"
_YEARMONTH = r"\A[0-9]{4}-(?:0[1-9]|1[0-2])\z"


@dataclass(frozen=True)
class Facts:
    """What a proof needs to know of a field; ``options`` are the type's own settings that were declared."""

    type: str
    format: str = "default"
    constraints: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    read: Callable[[Any], Any] = str


def proof(facts: Facts) -> Test | None:
    """Return the fast test of a field, ``None`` when nothing can be proved.

    ``required`` and ``unique`` need no test of the cell's text: missing cells are told apart before, keys after.
    """
    maker = _MAKERS.get(facts.type)
    if maker is None:
        return None
    known, build = maker
    asked = {name for name, value in facts.constraints.items() if value is not None}
    if not asked <= {"required", "unique", *known}:
        return None
    return build(facts)


def _matches(pattern: str) -> Test:
    return lambda cells: pc.match_substring_regex(cells, pattern)


def _everything(cells: pa.StringArray) -> pa.BooleanArray:
    return pc.is_valid(cells)


def _all_of(tests: list[Test]) -> Test:
    if not tests:
        return _everything
    if len(tests) == 1:
        return tests[0]

    def test(cells: pa.StringArray) -> pa.BooleanArray:
        good = tests[0](cells)
        for item in tests[1:]:
            good = pc.and_(good, item(cells))
        return good

    return test


def _string(facts: Facts) -> Test | None:
    formats = {"default": None, "email": _EMAIL, "uri": _URI, "uuid": _UUID, "binary": _BINARY}
    if facts.format not in formats or facts.options:
        return None
    tests: list[Test] = []
    shape = formats[facts.format]
    if shape:
        tests.append(_matches(shape))
    rules = {name: value for name, value in facts.constraints.items() if value is not None}
    if "enum" in rules:
        if not all(isinstance(item, str) for item in rules["enum"]):
            return None
        allowed = pa.array(rules["enum"], pa.string())
        tests.append(lambda cells: pc.is_in(cells, value_set=allowed))
    for name, compare in (("minLength", pc.greater_equal), ("maxLength", pc.less_equal)):
        if name in rules:
            if not isinstance(rules[name], int) or isinstance(rules[name], bool) or abs(rules[name]) > 2**30:
                return None
            bound = pa.scalar(rules[name], pa.int32())
            tests.append(_length_test(compare, bound))
    if "pattern" in rules:
        shape = sound_pattern(rules["pattern"])
        if shape is None or not _compiles(shape):
            return None
        tests.append(_matches(shape))
    return _all_of(tests)


def _length_test(compare: Any, bound: pa.Scalar) -> Test:
    return lambda cells: compare(pc.utf8_length(cells), bound)


def _compiles(shape: str) -> bool:
    try:
        pc.match_substring_regex(pa.array(["a"]), shape)
    except pa.ArrowInvalid:
        return False
    return True


def _any(facts: Facts) -> Test | None:
    return None if facts.options else _everything


def _integer(facts: Facts) -> Test | None:
    return _numeric(facts, _INTEGER)


def _number(facts: Facts) -> Test | None:
    return _numeric(facts, _NUMBER)


def _numeric(facts: Facts, shape: str) -> Test | None:
    if any(value is not None for name, value in facts.options.items() if name != "float_number"):
        return None
    bounds = _limits(facts)
    if bounds is None:
        return None
    if not bounds:
        return _matches(shape)

    def test(cells: pa.StringArray) -> pa.BooleanArray:
        good = pc.fill_null(pc.match_substring_regex(cells, shape), False)
        # Cells without the shape become 0, so that the cast cannot fail; Arrow reads no plus sign.
        plain = pc.if_else(good, cells, "0")
        if pc.any(pc.starts_with(plain, "+")).as_py():
            plain = pc.utf8_ltrim(plain, "+")
        amounts = pc.cast(plain, pa.float64())
        for compare, limit in bounds:
            good = pc.and_(good, compare(amounts, limit))
        return good

    return test


def typed_number_test(facts: Facts) -> Callable[[pa.DoubleArray], pa.BooleanArray] | None:
    """Return the fast test of numeric cells (a workbook's) of a number or integer field, ``None`` when there is none."""
    asked = {name for name, value in facts.constraints.items() if value is not None}
    if facts.type not in ("number", "integer") or not asked <= {"required", "unique", *_BOUNDS}:
        return None
    bounds = _limits(facts)
    if bounds is None:
        return None

    def test(amounts: pa.DoubleArray) -> pa.BooleanArray:
        whole = facts.type == "integer"
        good = pc.equal(pc.floor(amounts), amounts) if whole else pc.is_valid(amounts)
        for compare, limit in bounds:
            good = pc.and_(good, compare(amounts, limit))
        return pc.fill_null(good, False)

    return test


def written_tests(facts: Facts) -> dict[int, Test]:
    """Return the fast tests of a worksheet's numbers and dates as they are written there, by the kind of cell."""
    tests: dict[int, Test] = {}
    numbers = typed_number_test(facts)
    if numbers is not None:
        exact = numbers

        def amount(cells: pa.StringArray) -> pa.BooleanArray:
            amounts = pc.cast(cells, pa.float64())
            return pc.and_(exact(amounts), pc.is_finite(amounts))

        tests[NUMBER] = amount
    asked = {name for name, value in facts.constraints.items() if value is not None}
    if facts.type == "date" and asked <= {"required", "unique", *_BOUNDS}:
        limits = [(_COMPARE[name], facts.read(facts.constraints[name])) for name in _BOUNDS if name in asked]
        if all(type(bound) is date for _compare, bound in limits):
            days = [(compare, (bound - _DAY_ZERO).days) for compare, bound in limits]
            tests[DATE] = _day_test(days)
    return tests


def _day_test(limits: list[tuple[Any, int]]) -> Test:
    """Whole days from March 1900 (before it spreadsheets count a day that never was) to 9999."""

    def test(cells: pa.StringArray) -> pa.BooleanArray:
        good = pc.match_substring_regex(cells, r"\A[1-9][0-9]{1,6}\z")
        serial = pc.cast(pc.if_else(good, cells, "0"), pa.int64())
        good = pc.and_(good, pc.and_(pc.greater_equal(serial, 61), pc.less_equal(serial, 2_958_465)))
        for compare, limit in limits:
            good = pc.and_(good, compare(serial, limit))
        return good

    return test


def _limits(facts: Facts) -> list[tuple[Any, float]] | None:
    """Return the numeric bounds with their comparisons, ``None`` when one is not exact as a float."""
    bounds: list[tuple[Any, float]] = []
    for name in _BOUNDS:
        given = facts.constraints.get(name)
        if given is None:
            continue
        bound = facts.read(given)
        if bound is None or isinstance(bound, bool) or not _exact(bound):
            return None
        bounds.append((_COMPARE[name], float(bound)))
    return bounds


def _exact(bound: Any) -> bool:
    """At most 15 significant digits, so that floats compare as the decimals do."""
    digits = re.fullmatch(
        r"[+-]?(\d{1,15})(?:\.(\d{1,15}))?", format(bound, "f") if bound == bound else "nan"
    )
    if not digits:
        return False
    return len((digits[1] + (digits[2] or "")).lstrip("0")) <= _MOST_DIGITS


def _boolean(facts: Facts) -> Test | None:
    if not set(facts.options) <= {"true_values", "false_values"}:
        return None
    words = [*facts.options.get("true_values", ()), *facts.options.get("false_values", ())]
    if not all(isinstance(word, str) for word in words):
        return None
    allowed = pa.array(words, pa.string())
    return lambda cells: pc.is_in(cells, value_set=allowed)


def _date(facts: Facts) -> Test | None:
    if facts.format != "default":
        return _moment(facts)
    limits: list[tuple[Any, str]] = []
    for name in _BOUNDS:
        given = facts.constraints.get(name)
        if given is None:
            continue
        if not isinstance(given, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.ASCII):
            return None
        bound = facts.read(given)
        if bound is None:
            return None
        limits.append((_COMPARE[name], given))
    # Fixed width: the order of the texts is the order of the days.
    return _all_of([_matches(DAY_SHAPE), *(lambda cells, c=c, b=b: c(cells, b) for c, b in limits)])


def _moment(facts: Facts) -> Test | None:
    if facts.options or any(facts.constraints.get(name) is not None for name in _BOUNDS):
        return None
    shape = moment_pattern(facts.type, facts.format)
    return _matches(shape) if shape else None


def _year(facts: Facts) -> Test | None:
    if facts.options:
        return None
    limits: list[tuple[Any, str]] = []
    for name in _BOUNDS:
        given = facts.constraints.get(name)
        if given is None:
            continue
        bound = facts.read(given)
        if type(bound) is not int or not 0 <= bound <= 9999:
            return None
        limits.append((_COMPARE[name], f"{bound:04d}"))
    return _all_of([_matches(r"\A[0-9]{4}\z"), *(lambda cells, c=c, b=b: c(cells, b) for c, b in limits)])


def _shape(pattern: str, *formats: str) -> Callable[[Facts], Test | None]:
    return lambda facts: None if facts.options or facts.format not in formats else _matches(pattern)


def _list(facts: Facts) -> Test | None:
    plain = facts.options.get("item_type", "string") == "string" and set(facts.options) <= {
        "item_type",
        "delimiter",
    }
    return _everything if plain and facts.options.get("delimiter", ",") else None


_MAKERS: dict[str, tuple[tuple[str, ...], Callable[[Facts], Test | None]]] = {
    "any": ((), _any),
    "string": (("enum", "minLength", "maxLength", "pattern"), _string),
    "integer": (_BOUNDS, _integer),
    "number": (_BOUNDS, _number),
    "boolean": ((), _boolean),
    "date": (_BOUNDS, _date),
    "time": ((), _moment),
    "datetime": ((), _moment),
    "year": (_BOUNDS, _year),
    "yearmonth": ((), _shape(_YEARMONTH, "default")),
    "geopoint": ((), _shape(_GEOPOINT, "default")),
    "list": ((), _list),
}
