"""From an index document of CKAN to one row of ``moka_search.document``."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import lru_cache
from typing import Any

from ckanext.moka.search.japanese import analysis
from ckanext.moka.search.language import fields, spatial

__all__ = ["GRAM", "LEANS", "NAME", "NEXT", "build_row", "forget", "sanitise"]

_MAX_POSITION = 16383  # PostgreSQL's limit; later words are found, their closeness is not known
_GAP = 8
_LEXEME_BYTES = 2000
_EPOCH = dt.datetime(1970, 1, 1)
GRAM = "g:"  # stands before a pair of characters, NAME before the name of a dataset
NAME = "="
NEXT, LEANS = "+", "~"  # stand between two units, see _pairs
_LABELS = "permission_labels"
_CACHED_CHARS = 300
_FEW_FIELDS = 4
_VECTORS = ("head", "words", "found", "fielded")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988}
_YEAR = re.compile(r"(令和|平成|昭和|(?<![a-z0-9])[rh])([0-9]{1,2})|((?:19|20)[0-9]{2})")
_TITLE_LIKE = ("title", "extras_title_easy", "extras_title_en")
_TAG_LIKE = ("tags", "groups", "organization")
_RESOURCE_LIKE = ("res_name", "res_description")


class _Vector:
    """Collects lexemes with positions and weights; :meth:`literal` is PostgreSQL's tsvector notation."""

    def __init__(self) -> None:
        self.places: dict[str, list[str]] = defaultdict(list)
        self.base = 1

    def add(self, lexemes: Iterable[tuple[str, int]], weight: str, moved: int = 0) -> None:
        """Put quoted lexemes at their offsets in the present text, ``moved`` from its beginning."""
        base, places, written = self.base + moved, self.places, _WRITTEN[weight]
        for lexeme, offset in lexemes:
            place = base + offset
            places[lexeme].append(written[place if place < _MAX_POSITION else _MAX_POSITION])

    def close(self, length: int) -> None:
        """End a text of ``length`` units, so that no phrase crosses into the next."""
        self.base = min(self.base + length + _GAP, _MAX_POSITION)

    def literal(self) -> str:
        """Return the text to be cast to tsvector, which itself keeps 255 places of a lexeme."""
        return " ".join([f"{lexeme}:{','.join(places)}" for lexeme, places in self.places.items()])


# Every place as it is written with a weight.
_WRITTEN = {weight: [f"{place}{weight}" for place in range(_MAX_POSITION + 1)] for weight in "ABCD"}


@lru_cache(maxsize=65536)
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
    for name, weight, text in _texts(doc, exact):
        _add_text(vectors, name, weight, text)
    title, name = fields.first(exact.get("title", [])), fields.first(exact.get("name", []))
    vectors["found"].add([(quote(NAME + name), 0)], "D")
    units = analysis.tokens(title)
    return {
        "index_id": doc["index_id"],
        "id": doc["id"],
        "name": name,
        "site_id": doc["site_id"],
        "doc": json.dumps(_shown(doc), ensure_ascii=False),
        "fields": json.dumps(exact, ensure_ascii=False),
        **{column: vector.literal() for column, vector in vectors.items()},
        "state": fields.first(exact.get("state", [])),
        "modified": _millis(exact, "metadata_modified"),
        "created": _millis(exact, "metadata_created"),
        "labels": sorted({(_LABELS, value) for value in exact.get(_LABELS, [])}),
        "terms": sorted({(f, v) for f, vs in exact.items() for v in vs if fields.facetable(f, v)}),
        "title_words": max(1, sum(not unit.joining for unit in units)),
        "year": _year(analysis.folded(title)),
        "views": _views(exact),
        "extent": spatial.extent_of(exact),
        "title_string": fields.first(exact.get("title_string", [])) or None,
        "title_fold": analysis.folded(title),
        "title_reading": analysis.reading_of(title, units),
    }


def _millis(exact: dict[str, list[str]], field: str) -> int | None:
    """Return the first moment of ``field`` in milliseconds since 1970."""
    moment = fields.parse_date(fields.first(exact.get(field, [])))
    return None if moment is None else (moment - _EPOCH) // dt.timedelta(milliseconds=1)


def _year(title: str) -> int | None:
    """Return the year that a folded title names first, an era's year before a western one."""
    found = sorted(_YEAR.findall(title), key=lambda parts: not parts[0])
    if not found:
        return None
    era, count, western = found[0]
    return _ERAS[era] + int(count) if era else int(western)


def _views(exact: dict[str, list[str]]) -> int:
    text = fields.first(exact.get("views_recent", []))
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def forget() -> None:
    """Forget remembered sentences, when the division into words has changed."""
    _remembered.cache_clear()


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
    """Add one text; without ``weight`` it is found under its field only.

    Its sentences are analysed one by one, since many return in other texts.
    """
    units = pairs = 0
    head, words, found, fielded = (vectors[column] for column in _VECTORS)
    for piece in map(_sentence, _SENTENCES.findall(text)):
        if weight:
            words.add(piece.words, weight, units)
            found.add(piece.words, weight, units)
            found.add(piece.reads, weight, units)
            found.add(piece.grams, weight, pairs)
        if weight in ("A", "B"):
            head.add(piece.under(weight, True), "D", units)
        if fields.is_text(field):
            fielded.add(piece.under(field, weight == "A"), "D", units)
        units, pairs = units + piece.units, pairs + piece.pairs
    for vector in (head, words, fielded):
        vector.close(units)
    found.close(max(pairs, units))


@dataclass(frozen=True)
class _Piece:
    """The quoted lexemes of one text with their offsets; ``units`` and ``pairs`` are its lengths."""

    words: tuple[tuple[str, int], ...]
    reads: tuple[tuple[str, int], ...]
    grams: tuple[tuple[str, int], ...]
    units: int
    pairs: int
    prefixed: dict[tuple[str, bool], list[tuple[str, int]]] = dataclass_field(
        default_factory=dict, compare=False
    )

    def under(self, prefix: str, with_reads: bool) -> list[tuple[str, int]]:
        """Return the words, and the readings if wanted, under ``prefix``; it remembers a few."""
        key = (prefix, with_reads)
        if key not in self.prefixed:
            start = quote(f"{prefix}/")[:-1]
            lexemes = self.words + self.reads if with_reads else self.words
            found = [(start + lexeme[1:], place) for lexeme, place in lexemes]
            if len(self.prefixed) >= _FEW_FIELDS:
                return found
            self.prefixed[key] = found
        return self.prefixed[key]


# A sentence with its end. A reading never goes beyond it.
_SENTENCES = re.compile(r"[^。！？\n]+[。！？\n]*|[。！？\n]+")


def _sentence(text: str) -> _Piece:
    return _remembered(text) if len(text) <= _CACHED_CHARS else _lexemes(text)


def _lexemes(text: str) -> _Piece:
    units = analysis.tokens(text)
    words = [(form, token.position) for token in units if not token.joining for form in token.forms]
    words += _pairs([token for token in units if not token.joining])
    reads = [(f"r:{reading}", position) for position, reading in analysis.readings(units)]
    grams = [(GRAM + pair, position) for position, pair in analysis.bigrams(text)]
    return _Piece(_quoted(words), _quoted(reads), _quoted(grams), len(units), len(grams) * 2)


def _pairs(units: list[analysis.Token]) -> Iterator[tuple[str, int]]:
    """Yield the lexemes "a+b" for units that follow each other and "a~b" for one that leans on a unit before it.

    With these, two words in order are one word to the index; it would otherwise have to look into every document
    that has both.
    """
    for place, unit in enumerate(units):
        for before in units[max(0, place - analysis.NEAR) : place]:
            gap = unit.position - before.position
            marks = [
                mark for mark, there in ((NEXT, gap == 1), (LEANS, analysis.leans(unit, before))) if there
            ]
            for mark, form, other in itertools.product(marks, before.forms, unit.forms):
                yield f"{form}{mark}{other}", before.position


_remembered = lru_cache(maxsize=8192)(_lexemes)


def _quoted(lexemes: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Quote lexemes; each stands once at a place, and overlong ones (PostgreSQL's limit) nowhere."""
    kept = {item: None for item in lexemes if item[0] and len(item[0]) * 4 <= _LEXEME_BYTES}
    return tuple((quote(lexeme), place) for lexeme, place in kept)
