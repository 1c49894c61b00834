"""From an index document of CKAN to one row of ``moka_search.document``."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import Any

from ckanext.moka.core.text import fold_kana
from ckanext.moka.search import analysis, fields

__all__ = ["build_row", "sanitise"]

_MAX_POSITION = 16383  # PostgreSQL's limit; later words are found, their closeness is not known
_MAX_PER_LEXEME = 255
_GAP = 8
_LEXEME_BYTES = 2000
_VECTORS = ("head", "words", "reads", "fielded", "grams")
_TITLE_LIKE = ("title", "extras_title_easy", "extras_title_en")
_TAG_LIKE = ("tags", "groups", "organization")
_RESOURCE_LIKE = ("res_name", "res_description")


class _Vector:
    """Collects lexemes with positions and weights; :meth:`literal` is PostgreSQL's tsvector notation."""

    def __init__(self) -> None:
        self.places: dict[str, dict[int, str]] = defaultdict(dict)
        self.base = 1

    def add(self, lexeme: str, offset: int, weight: str) -> None:
        """Put ``lexeme`` at ``offset`` of the present text; the better weight stays."""
        if not lexeme or len(lexeme.encode()) > _LEXEME_BYTES:
            return
        places = self.places[lexeme]
        place = min(self.base + offset, _MAX_POSITION)
        if place in places:
            places[place] = min(places[place], weight)
        elif len(places) < _MAX_PER_LEXEME:
            places[place] = weight

    def close(self, length: int) -> None:
        """End a text of ``length`` units, so that no phrase crosses into the next."""
        self.base = min(self.base + length + _GAP, _MAX_POSITION)

    def literal(self) -> str:
        """Return the text to be cast to tsvector."""
        return " ".join(
            quote(lexeme) + ":" + ",".join(f"{place}{weight}" for place, weight in sorted(places.items()))
            for lexeme, places in self.places.items()
        )


def quote(lexeme: str) -> str:
    """Return ``lexeme`` quoted for the text form of tsvector and tsquery."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def build_row(source: dict[str, Any]) -> dict[str, Any]:
    """Return the columns for one index document, facet terms still as (field, value) pairs.

    Raises ``KeyError`` for a document without ``index_id``, ``id`` or ``site_id``.
    """
    doc = {key: value for key, value in sanitise(source).items() if value is not None}
    doc.setdefault("indexed_ts", fields.iso_millis(dt.datetime.now(dt.UTC).replace(tzinfo=None)))
    exact = _exact_values(doc)
    vectors = {column: _Vector() for column in _VECTORS}
    for field, weight, text in _texts(doc, exact):
        _add_text(vectors, field, weight, text)
    title = fields.first(exact.get("title", []))
    title_tokens = analysis.tokens(title)
    return {
        "index_id": doc["index_id"],
        "id": doc["id"],
        "name": fields.first(exact.get("name", [])),
        "site_id": doc["site_id"],
        "doc": json.dumps(_shown(doc), ensure_ascii=False),
        "fields": json.dumps(exact, ensure_ascii=False),
        **{column: vector.literal() for column, vector in vectors.items()},
        "terms": sorted({(f, v) for f, vs in exact.items() for v in vs if fields.facetable(f, v)}),
        "title_words": max(1, sum(not token.joining for token in title_tokens)),
        "title_fold": fold_kana(title),
        "title_reading": analysis.reading_of(title),
    }


def sanitise(value: Any) -> Any:
    """Return ``value`` without what PostgreSQL's text and JSONB cannot hold: NUL and lone surrogates."""
    if isinstance(value, str):
        clean = value.replace("\x00", "")
        return clean.encode("utf-8", "ignore").decode("utf-8")
    if isinstance(value, dict):
        return {sanitise(str(key)): sanitise(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sanitise(item) for item in value]
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return value


def _shown(doc: dict[str, Any]) -> dict[str, Any]:
    shown = {}
    for field, value in doc.items():
        if fields.stored(field):
            shown[field] = (
                fields.solr_date(value) if fields.is_date(field) and isinstance(value, str) else value
            )
    return shown


def _exact_values(doc: dict[str, Any]) -> dict[str, list[str]]:
    exact: dict[str, list[str]] = {}
    for field, value in doc.items():
        if field in ("data_dict", "validated_data_dict"):
            continue
        values = fields.values_of(value)
        if fields.is_date(field):
            moments = [fields.parse_date(text) for text in values]
            values = [fields.iso_millis(moment) for moment in moments if moment]
        if values:
            exact[field] = values
    return exact


def _texts(doc: dict[str, Any], exact: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    """Return (field, weight, text) for everything that is found by its words."""
    found: list[tuple[str, str, str]] = []
    for field, values in exact.items():
        copied = field in fields.COPIED_TO_TEXT or field.startswith(fields.STORED_PREFIXES)
        if copied or fields.is_text(field):
            found.extend((field, _weight(field) if copied else "", text) for text in values)
    for kind in ("organization", "groups"):
        found.extend(("", "B", title) for title in _owner_titles(doc, kind))
    return found


def _owner_titles(doc: dict[str, Any], kind: str) -> list[str]:
    """Return the titles of the organisation or groups, which the index document itself lacks."""
    try:
        package = json.loads(doc.get("data_dict") or "{}")
    except (TypeError, ValueError):
        return []
    owners = package.get(kind) if isinstance(package, dict) else None
    owners = owners if isinstance(owners, list) else [owners]
    titles = [owner.get("title") or owner.get("display_name") for owner in owners if isinstance(owner, dict)]
    return [sanitise(title) for title in titles if isinstance(title, str) and title]


def _weight(field: str) -> str:
    if field in _TITLE_LIKE:
        return "A"
    if field in _TAG_LIKE or field.startswith("vocab_"):
        return "B"
    return "C" if field in _RESOURCE_LIKE else "D"


def _add_text(vectors: dict[str, _Vector], field: str, weight: str, text: str) -> None:
    """Add one text; without ``weight`` it is found under its field only."""
    units = analysis.tokens(text)
    words = [(token.position, form) for token in units if not token.joining for form in token.forms]
    reads = [(position, f"r:{reading}") for position, reading in analysis.readings(units)] if weight else []
    pairs = analysis.bigrams(text) if weight else []
    if weight:
        _add_all(vectors["words"], words, weight)
        _add_all(vectors["reads"], reads, weight)
        _add_all(vectors["grams"], pairs, weight)
    if weight in ("A", "B"):
        _add_all(vectors["head"], words + reads, weight)
    if fields.is_text(field):
        own = words + reads if weight == "A" else words
        _add_all(vectors["fielded"], [(position, f"{field}/{lexeme}") for position, lexeme in own], "D")
    for column, vector in vectors.items():
        vector.close(len(pairs) * 2 if column == "grams" else len(units))


def _add_all(vector: _Vector, lexemes: list[tuple[int, str]], weight: str) -> None:
    for position, lexeme in lexemes:
        vector.add(lexeme, position, weight)
