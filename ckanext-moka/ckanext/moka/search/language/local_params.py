"""Solr's local parameters, ``{!name key=value key='quoted value'}rest``."""

from __future__ import annotations

import re

from ckanext.moka.search.language.nodes import QueryError

__all__ = ["split_local_params"]

_PAIR = re.compile(r"""\s*([A-Za-z_][\w.]*)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s}]*)""")
_NAME = re.compile(r"\s*([A-Za-z_]\w*)(?=[\s}])")


def split_local_params(text: str) -> tuple[dict[str, list[str]] | None, str]:
    """Return the parameters (a list per key, the parser's name under ``type``) and the rest.

    ``(None, text)`` when ``text`` has none; raises :class:`QueryError` when they never end.
    """
    text = text.strip()
    if not text.startswith("{!"):
        return None, text
    found: dict[str, list[str]] = {}
    place = 2
    name = _NAME.match(text, place)
    if name:
        found["type"] = [name.group(1)]
        place = name.end()
    while True:
        pair = _PAIR.match(text, place)
        if not pair:
            break
        value = pair.group(2)
        if value.startswith("$"):
            raise QueryError("References to other parameters ($name) are not supported")
        if value[:1] in "\"'" and value:
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found.setdefault(pair.group(1), []).append(value)
        place = pair.end()
    end = re.compile(r"\s*}").match(text, place)
    if not end:
        raise QueryError("The local parameters are not closed")
    return found, text[end.end() :]
