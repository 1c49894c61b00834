"""Lets the search inside a table find Japanese: an unspaced Japanese cell is one word to PostgreSQL's full text.

A search whose text has a letter or digit outside ASCII is answered by containment instead; every other search
stays CKAN's own. ``datastore_search_sql`` is not touched.

The datastore's own IDatastore hook adds the full-text condition, and CKAN calls the hooks in the order of
``ckan.plugins``, where ``moka_search`` stands first. A hook of ours would run too early to replace anything, so
the backend's method behind that hook is wrapped (CKAN 2.12.0).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from ckanext.datastore.backend import postgres
from ckanext.datatablesview import blueprint as datatables

__all__ = ["beyond_ascii", "contained", "install", "words"]

_core_search = postgres.DatastorePostgresqlBackend.datastore_search


def beyond_ascii(text: Any) -> bool:
    """Tell whether ``text`` is a string with a letter or digit outside ASCII."""
    return isinstance(text, str) and any(ord(char) > 127 and char.isalnum() for char in text)


def words(text: str) -> list[str]:
    """Return the words to look for: divided at blanks and ``&``, without quotes, NUL and the prefix sign ``:*``."""
    parts = (part.strip("'\"").removesuffix(":*").strip("'\"") for part in re.split(r"[\s&\0]+", text))
    return [part for part in parts if part]


def contained(columns: list[str], text: str, prefix: str) -> tuple[str, dict[str, str]]:
    """Return the condition that every word of ``text`` is in one of ``columns``, and its bound parameters.

    A word counts as typed or in its NFKC form. ``prefix`` keeps the parameters' names apart from others.
    """
    clauses, values = [], {}
    for number, word in enumerate(words(text)):
        tests = []
        for form, pattern in enumerate(dict.fromkeys((word, unicodedata.normalize("NFKC", word)))):
            name = f"{prefix}_{number}_{form}"
            values[name] = "%" + re.sub("([!%_])", r"!\1", pattern) + "%"
            tests += [
                f"cast({postgres.identifier(column)} as text) ILIKE :{name} ESCAPE '!'" for column in columns
            ]
        clauses.append(f"({' OR '.join(tests) or 'false'})")
    return " AND ".join(clauses) or "false", values


def _rankable(text: str) -> str:
    """Return ``text`` as a query that both ``to_tsquery`` and ``plainto_tsquery`` can read, for the rank."""
    return " & ".join(f"'{word}':*" for word in re.sub(r"\W+", " ", text).split())


def _searches(data_dict: dict[str, Any]) -> list[tuple[str | None, str]]:
    """Return (column or None for the whole row, text) of each search that is ours; ``full_text`` goes before ``q``."""
    q, whole = data_dict.get("q"), data_dict.get("full_text")
    pairs: list[tuple[str | None, Any]] = list(q.items()) if isinstance(q, dict) else []
    pairs.append((None, whole or (q if isinstance(q, str) else None)))
    return [(column, text) for column, text in pairs if beyond_ascii(text)]


def _readable(data_dict: dict[str, Any], ours: list[tuple[str | None, str]]) -> dict[str, Any]:
    """Return a copy of ``data_dict`` in which our searches cannot be a syntax error of the full text."""
    changed = dict(data_dict)
    if isinstance(changed.get("q"), dict):
        changed["q"] = dict(changed["q"])
    for column, text in ours:
        if column is not None:
            changed["q"][column] = _rankable(text)
        else:
            changed["full_text" if changed.get("full_text") else "q"] = _rankable(text)
    return changed


def datastore_search(
    self: Any,
    context: Any,
    data_dict: dict[str, Any],
    fields_types: dict[str, Any],
    query_dict: dict[str, Any],
) -> dict[str, Any]:
    """Build CKAN's query, with the full-text condition of our searches replaced (see IDatastore)."""
    ours = _searches(data_dict)
    columns = [name for name in fields_types if name not in ("_id", "_full_text")]
    if not ours:
        return _core_search(self, context, data_dict, fields_types, query_dict)
    query = _core_search(self, context, _readable(data_dict, ours), fields_types, query_dict)
    for number, (column, text) in enumerate(ours):
        if column is not None and column not in columns:
            continue
        alias = postgres.identifier("query" if column is None else f"query {column}")
        query["where"] = [
            part for part in query["where"] if len(part) > 1 or not part[0].endswith(f"@@ {alias}")
        ]
        query["where"].append(contained(columns if column is None else [column], text, f"moka_word_{number}"))
    if not data_dict.get("sort") and not query["distinct"]:
        query["sort"].append('"_id" asc')  # most rows have the same rank: pages must not overlap
    return query


class _KeepLetters:
    """Stands for ``re`` in the view of tables, which replaces everything but ASCII letters by ``_``."""

    @staticmethod
    def sub(pattern: str, replacement: str, text: str) -> str:
        """Return ``text`` as typed when it is ours to search, else what CKAN makes of it."""
        return text if beyond_ascii(text) else re.sub(pattern, replacement, text)


def install() -> None:
    """Replace the functions; doing so twice changes nothing."""
    postgres.DatastorePostgresqlBackend.datastore_search = datastore_search
    datatables.re = _KeepLetters
