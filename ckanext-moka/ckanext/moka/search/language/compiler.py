"""From query nodes to SQL conditions and a score, with bound parameters only.

No text of a query ever becomes part of the SQL: field names, words and values are all parameters.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ckanext.moka.core.text import fold_kana
from ckanext.moka.search.index.indexer import NAME, quote, sanitise
from ckanext.moka.search.japanese import analysis
from ckanext.moka.search.japanese.words import WordQuery, pattern_prefix, word_query
from ckanext.moka.search.language import datemath, fields, spatial, values
from ckanext.moka.search.language.nodes import (
    Bool,
    Boosted,
    Everything,
    Exists,
    Fuzzy,
    Node,
    Pattern,
    QueryError,
    Quorum,
    Range,
    Text,
)

__all__ = ["Compiler", "Leaf"]

MOST_SCORED = 24  # words of a query that count for the order; all of them count for what is found
ALL_WORDS = 10.0  # points for all words where some are enough
OPTIONAL = 0.3  # what a word that need not be there counts for the order
_WEIGHT_OF = {"title": "A", "tags": "B", "groups": "B"}
_WILDCARDS = re.compile(r"[*?\\]")
_START_OF_PATTERN = re.compile(r"^[^*?\\]+")
_MAX_COMBINATIONS = 30
_KEYS = ("id", "name", "index_id")  # pages of one dataset ask for these; nothing is to be put in order
_NGRAM_COLUMN = {"title": "title_fold", "name": "name"}


class Match(str):
    """A condition on ``found``; several of them are put together into one query of that index."""

    query: str


@dataclass
class Leaf:
    """One typed word or phrase that counts for the score."""

    text: str
    words: WordQuery
    boost: float = 1.0
    on: str = ""  # the one field it was asked of; blank: the query's own fields
    where: str = ""  # the condition under which it counts, where that is not all hits


@dataclass
class Compiler:
    """Compiles nodes; ``params`` and ``leaves`` fill up as it goes.

    ``terms``: parameters that stand for a term, by name; whoever runs the SQL gives them their numbers.
    ``similar``: gives the words of the index like a word (word, field, slips), each with its slips.
    """

    query_fields: dict[str, float] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)
    terms: dict[str, tuple[str, str]] = field(default_factory=dict)
    tie: float = 0.1
    similar: Callable[[str, str, int], list[tuple[str, int]]] = lambda word, field, slips: []

    def bind(self, value: Any) -> str:
        """Return the placeholder of a new parameter."""
        name = f"p{len(self.params)}"
        self.params[name] = sanitise(value)
        return f":{name}"

    def condition(self, node: Node, boost: float = 1.0, scored: bool = True) -> str | None:
        """Return the SQL condition of ``node``; None when it asks for nothing (particles only)."""
        if isinstance(node, Everything):
            return "TRUE"
        if isinstance(node, Boosted):
            return self.condition(node.node, boost * node.factor, scored)
        if isinstance(node, (Exists, Range, Pattern)):
            return self._constant(self._plain(node), boost, scored, isinstance(node, Pattern))
        if isinstance(node, Fuzzy):
            return self._fuzzy(node, boost, scored)
        if isinstance(node, Text):
            return self._text(node, boost, scored)
        if isinstance(node, Bool):
            return self._bool(node, boost, scored)
        if isinstance(node, Quorum):
            return self._quorum(node, boost)
        raise QueryError(f"{type(node).__name__} is not supported")

    def _plain(self, node: Node) -> str:
        if isinstance(node, Exists):
            return values.exists(node.field, self.bind)
        if isinstance(node, Range):
            return values.in_range(node, self.bind)
        assert isinstance(node, Pattern)
        return self._any([self._pattern(name, node.pattern) for name in self._fields(node.fields)])

    def _constant(self, sql: str, boost: float, scored: bool, costly: bool) -> str:
        """Have a condition without words count the same for every hit, which matters beside others only.

        A costly one (a wildcard, for which words are looked through) counts only if it is boosted.
        """
        if scored and len(self.leaves) < MOST_SCORED and (boost != 1.0 or not costly):
            self.leaves.append(Leaf("", WordQuery(None), boost, "*", sql))
        return sql

    def _fuzzy(self, node: Fuzzy, boost: float, scored: bool) -> str | None:
        """A word or one like it; less alike counts less (Lucene: one minus slips by length)."""
        found = [self._text(Text(node.text, node.fields), boost, scored)] if node.text else []
        for name in node.fields or (fields.CATCH_ALL,):
            for word, slips in self.similar(node.text, name, node.slips):
                factor = 1 - slips / max(len(word), len(node.text), 1)
                other = Text(word, (name,) if node.fields else ())
                found.append(self._text(other, boost * factor, scored))
        return self._any([sql for sql in found if sql])

    def _fields(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return names or tuple(self.query_fields) or (fields.CATCH_ALL,)

    def _bool(self, node: Bool, boost: float, scored: bool) -> str | None:
        must = [sql for sql in (self.condition(n, boost, scored) for n in node.must) if sql]
        should = [sql for sql in (self.condition(n, boost, scored) for n in node.should) if sql]
        must_not = [sql for sql in (self.condition(n, boost, False) for n in node.must_not) if sql]
        for extra in node.bonus:
            self.condition(extra, boost, scored)
        dropped = len(node.should) - len(should)
        minimum = (0 if must else 1) if node.minimum is None else node.minimum - dropped
        if should:
            must.extend(self._at_least(should, max(minimum, 0 if must else 1)))
        parts = self._joined(must, must_not)
        if not parts:
            return None if (node.must or node.should or node.must_not) and not node.minimum else "FALSE"
        return parts[0] if len(parts) == 1 else "(" + " AND ".join(parts) + ")"

    def _quorum(self, node: Quorum, boost: float) -> str:
        for term in (*node.terms, *node.extra):
            self.leaves.append(Leaf(term.text, term, boost * (OPTIONAL if term.optional else 1.0)))
        there = {term: self.anywhere(term) for term in node.terms}
        if len(there) > 1:  # what has all the words stands before what has some of them in a better place
            self.leaves.append(
                Leaf("", WordQuery(None), boost * ALL_WORDS, "*", self._all([*there.values()]))
            )
        return self._any([self._all([there[term] for term in some]) for some in node.sets])

    def _text(self, node: Text, boost: float, scored: bool) -> str | None:
        if not node.fields:
            return self._typed(node, boost, scored)
        return _any([self._one_field(name, node, boost, scored) for name in node.fields])

    def _typed(self, node: Text, boost: float, scored: bool) -> str | None:
        """A word without a field: looked for in all fields of the query (``qf``)."""
        words = word_query(node.text, node.phrase, node.slop)
        if scored and words.full:
            self._count(words, boost)
        names = self._fields(())
        if fields.CATCH_ALL in names:
            names = (fields.CATCH_ALL, *(n for n in names if n not in _WEIGHT_OF and n != fields.CATCH_ALL))
        found = [self._in_field(name, node, words) for name in names if name != "name"]
        if "name" in names and node.text:
            found.append(self.match(quote(NAME + sanitise(node.text)[:300])))
        if words.full is None:
            return None
        return self._any([sql for sql in found if sql])

    def _count(self, words: WordQuery, boost: float) -> None:
        """Have the terms of a text count for the score, each by itself; the whole of it for its order."""
        if len(self.leaves) >= MOST_SCORED:
            return
        if len(words.terms) < 2:
            self.leaves.append(Leaf(words.text, words.as_term(), boost))
            return
        for term in words.terms:
            self.leaves.append(Leaf(term.text, term, boost * (OPTIONAL if term.optional else 1.0)))
        self.leaves.append(Leaf(words.text, words.in_order(), boost))

    def _one_field(self, name: str, node: Text, boost: float, scored: bool) -> str:
        words = word_query(node.text, node.phrase, node.slop) if fields.is_text(name) else WordQuery(None)
        sql = self._in_field(name, node, words) or "FALSE"
        unboosted = boost == 1.0 and (name in _KEYS or name in fields.NGRAM_FIELDS)
        if scored and not unboosted and len(self.leaves) < MOST_SCORED:
            self.leaves.append(Leaf(node.text, words, boost, name, sql))
        return sql

    def _in_field(self, name: str, node: Text, words: WordQuery) -> str | None:
        if name == spatial.FIELD:
            return self._overlaps(node.text)
        if name in fields.NGRAM_FIELDS:
            return self._ngram(fields.NGRAM_FIELDS[name], node.text)
        if not fields.is_text(name):
            return self._exact(name, node.text)
        if not words.full:
            return None
        if name == fields.CATCH_ALL:
            return self.anywhere(words)
        found = [f"d.fielded @@ CAST({self.bind(words.on(words.full, name))} AS tsquery)"]
        if name == "title" and words.grams:
            found.append(f"d.found @@ CAST({self.bind(words.on(words.grams, weight='A'))} AS tsquery)")
        return _any(found)

    def anywhere(self, words: WordQuery) -> str:
        """In any text: all terms by their words or readings, or the whole by reading or pairs of characters."""
        must = [term for term in words.terms if not term.optional] or [words]
        found = [self._all([self.match(term.full) for term in must if term.full])] if words.full else []
        rest = [words.reading if words.terms else None, words.grams]
        return self._any(found + [self.match(query) for query in rest if query])

    def match(self, template: str) -> Match:
        """Return the condition that a dataset is found by a tsquery."""
        query = WordQuery(None).on(template)
        found = Match(f"d.found @@ CAST({self.bind(query)} AS tsquery)")
        found.query = query
        return found

    def _any(self, parts: list[str]) -> str:
        """Return what holds when one of ``parts`` does."""
        return _any(self._merged(parts, " | "))

    def _all(self, parts: list[str]) -> str:
        """Return what holds when all of ``parts`` do."""
        merged = self._merged(parts, " & ")
        return merged[0] if len(merged) == 1 else "(" + " AND ".join(merged) + ")"

    def _merged(self, parts: list[str], operator: str) -> list[str]:
        """Return ``parts`` with the matches among them as one."""
        matches = list(dict.fromkeys(part.query for part in parts if isinstance(part, Match)))
        if not matches:
            return parts
        one = self.match(operator.join(f"({query})" for query in matches) if len(matches) > 1 else matches[0])
        return [one, *(part for part in parts if not isinstance(part, Match))]

    def _joined(self, must: list[str], must_not: list[str]) -> list[str]:
        """Return the parts of which all must hold; what must not match goes into the match, where there is one."""
        parts = self._merged(must, " & ")
        match = next((part for part in parts if isinstance(part, Match)), None)
        for part in must_not:
            if match is not None and isinstance(part, Match):
                match = self.match(f"({match.query}) & !({part.query})")
                parts[0] = match
            elif isinstance(part, Match):  # by the index, not by looking into the words of every dataset
                found = f"SELECT d.version FROM moka_search.document d WHERE {part}"  # noqa: S608
                parts.append(f"d.version NOT IN ({found})")
            else:
                parts.append(f"NOT {part}")
        return parts

    def _at_least(self, parts: list[str], minimum: int) -> list[str]:
        """Return conditions that hold when at least ``minimum`` of ``parts`` do."""
        if minimum <= 0:
            return []
        if minimum > len(parts):
            return ["FALSE"]
        if minimum == len(parts):
            return parts
        if minimum == 1 or math.comb(len(parts), minimum) <= _MAX_COMBINATIONS:  # can use the index
            return [self._any([self._all(list(some)) for some in itertools.combinations(parts, minimum)])]
        return [
            self._any(parts),
            "(" + " + ".join(f"({part})::int" for part in parts) + f") >= {int(minimum)}",
        ]

    def _overlaps(self, text: str) -> str:
        """The place that a dataset is about and a box have a point in common."""
        boxes = [
            f"d.extent && box(point({self.bind(east)}, {self.bind(north)}), point({self.bind(west)}, {self.bind(south)}))"
            for west, south, east, north in spatial.parse_bbox(text)
        ]
        return _any(boxes)

    def _exact(self, name: str, text: str) -> str:
        if fields.is_date(name):
            moment = fields.iso_millis(datemath.resolve(text))
            return self._contains(name, moment)
        return self._contains(name, text)

    def _contains(self, name: str, value: str) -> str:
        if name in values.IN_ROW:
            return f"d.{name} = {self.bind(value)}"
        value = sanitise(value)
        if name == "permission_labels":
            return f"d.labels && CAST({self._term(name, value)} AS integer[])"
        if fields.facetable(name, value):
            return f"d.terms && CAST({self._term(name, value)} AS integer[])"
        return f"d.fields @> CAST({self.bind(json.dumps({name: [sanitise(value)]}))} AS jsonb)"

    def _term(self, name: str, value: str) -> str:
        placeholder = self.bind([])
        self.terms[placeholder[1:]] = (name, value)
        return placeholder

    def _ngram(self, name: str, text: str) -> str:
        """Substring of the folded title or name; of the title also as it is read."""
        needle = fold_kana(text)
        if len(needle) < 2:
            return "FALSE"
        like = self.bind(f"%{values.like_escape(needle if name == 'title' else text.lower())}%")
        sql = f"d.{_NGRAM_COLUMN[name]} LIKE {like} ESCAPE '!'"
        if name == "title":
            sql = f"({sql} OR d.title_reading LIKE {like} ESCAPE '!')"
        return sql

    def _pattern(self, name: str, pattern: str) -> str:
        if not fields.is_text(name):
            return values.like(name, pattern, self.bind)
        column = "found" if name == fields.CATCH_ALL else "fielded"
        tag = "" if column == "found" else name
        start = _START_OF_PATTERN.match(analysis.folded(pattern))
        prefix = start.group() if start else ""
        # Alone, "r" and "g" are also how readings and pairs of characters begin in the index of all words.
        begins = ""
        if prefix and (tag or prefix not in ("r", "g")):
            query = WordQuery(None).on(pattern_prefix(prefix), tag)
            if pattern.endswith("*") and not _WILDCARDS.search(pattern[:-1]):
                return self.match(pattern_prefix(prefix)) if not tag else self._fielded(query)
            begins = f"d.{column} @@ CAST({self.bind(query)} AS tsquery) AND "
        line = self.bind(values.line_pattern(f"{tag}/" if tag else "", analysis.folded(pattern)))
        words = "d.fielded" if tag else "d.words"
        return f"({begins}array_to_string(tsvector_to_array({words}), E'\\n') ~ {line})"

    def _fielded(self, query: str) -> str:
        return f"d.fielded @@ CAST({self.bind(query)} AS tsquery)"


def _any(parts: list[str]) -> str:
    if not parts:
        return "FALSE"
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(parts) + ")"
