"""Conditions on exact values of a document ``d``: ranges, wildcards, whether there is a value; as SQL.

``bind`` returns the placeholder of a new parameter. Values are compared as text, character by character, as
Solr does with fields of text; the counts of views as numbers, dates as moments.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ckanext.moka.search.language import datemath, fields
from ckanext.moka.search.language.nodes import QueryError, Range

__all__ = ["IN_ROW", "exists", "in_range", "like", "like_escape", "like_pattern", "line_pattern"]

Bind = Callable[[Any], str]
IN_ROW = ("id", "name", "index_id", "site_id", "state")  # every document has these, in columns of their own
_MOMENTS = {"metadata_modified": "modified", "metadata_created": "created"}
_NUMBER = re.compile(r"^[+-]?[0-9]{1,18}(?:[.][0-9]{1,18})?$")
_DATE_MATHS = re.compile(r"^NOW(?:[-+/][0-9A-Z]|$)")


def exists(name: str, bind: Bind) -> str:
    """The field has a value."""
    if name in IN_ROW or name == fields.CATCH_ALL:
        return "TRUE"
    return f"jsonb_exists(d.fields, {bind(name)})"


def in_range(node: Range, bind: Bind) -> str:
    """A value of the field lies between two; raises ``QueryError`` for ends that the field cannot have."""
    if node.low == "*" and node.high == "*":
        return exists(node.field, bind)
    if node.field in _MOMENTS:
        column = f"d.{_MOMENTS[node.field]}"
        ends = _ends(node, lambda end: bind(datemath.millis(datemath.resolve(end))), column)
        return f"({' AND '.join(ends)})"
    as_number = node.field in fields.INT_FIELDS
    if as_number:
        ends = _ends(node, lambda end: f"CAST({bind(_value(node.field, end))} AS numeric)", "v::numeric")
        test = f"CASE WHEN v ~ '^-?[0-9]+([.][0-9]+)?$' THEN {' AND '.join(ends)} ELSE FALSE END"
    else:
        test = " AND ".join(_ends(node, lambda end: bind(_value(node.field, end)), 'v COLLATE "C"'))
    return f"EXISTS (SELECT 1 FROM {_values(node.field, bind)} v WHERE {test})"  # noqa: S608


def like(name: str, pattern: str, bind: Bind) -> str:
    """A value of the field matches a word with ``*`` and ``?``."""
    bound = bind(like_pattern(pattern))
    if name in IN_ROW:
        return f"d.{name} LIKE {bound} ESCAPE '!'"
    return f"EXISTS (SELECT 1 FROM {_values(name, bind)} v WHERE v LIKE {bound} ESCAPE '!')"  # noqa: S608


def like_escape(text: str) -> str:
    """Return ``text`` as it stands for itself in ``LIKE … ESCAPE '!'``."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def like_pattern(pattern: str) -> str:
    """Return a word with ``*`` and ``?`` (a backslash before them: the character itself) for ``LIKE``."""
    out, escaped = [], False
    for char in pattern:
        if escaped:
            out.append(like_escape(char))
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            out.append({"*": "%", "?": "_"}.get(char) or like_escape(char))
    return "".join(out)


def line_pattern(start: str, pattern: str) -> str:
    """Return the regular expression of a line that is ``start`` and a word with ``*`` and ``?``.

    PostgreSQL's own, which takes no longer for many marks; every other character stands for itself.
    """
    out, escaped = [re.escape(start)], False
    for char in pattern:
        if char == "\\" and not escaped:
            escaped = True
            continue
        mark = None if escaped else {"*": ".*", "?": "."}.get(char)
        out.append(mark or (char if char.isalnum() else re.escape(char)))
        escaped = False
    return f"(?n)^{''.join(out)}$"


def _ends(node: Range, bound: Callable[[str], str], value: str) -> list[str]:
    low = [f"{value} {'>=' if node.low_in else '>'} {bound(node.low)}"] if node.low != "*" else []
    high = [f"{value} {'<=' if node.high_in else '<'} {bound(node.high)}"] if node.high != "*" else []
    return low + high


def _values(name: str, bind: Bind) -> str:
    return f"jsonb_array_elements_text(d.fields -> CAST({bind(name)} AS text))"


def _value(name: str, end: str) -> str:
    if fields.is_date(name):
        return fields.iso_millis(datemath.resolve(end))
    if _DATE_MATHS.match(end):  # in fields of our own that hold dates, kept as they were written
        return fields.iso_millis(datemath.resolve(end))
    if name in fields.INT_FIELDS and not _NUMBER.match(end):
        raise QueryError(f"Invalid number: {end!r}")
    return end
