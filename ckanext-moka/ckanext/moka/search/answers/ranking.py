"""The order of results: how much a match counts, by field, rarity and closeness.

Two steps. Every hit gets a rough score: in which of name, title, tags and groups each word stands. These are
sets of documents that the index returns, so nothing has to be read of a hit for it. The best ``WINDOW`` of
them get the fine score too: how often the words stand in the text, whether they follow each other as typed,
how close they are. Hits behind the window keep their rough order.

A word counts by the best of its fields plus ``TIE`` of the others (Solr's dismax with tie 0.1, CKAN's
own weights ``name^4 title^4 tags^2 groups^2 text``), times its rarity (the idf of BM25). A short title
that matches counts more than a long one.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ckanext.moka.search.japanese import analysis
from ckanext.moka.search.japanese.words import WordQuery
from ckanext.moka.search.language.compiler import Compiler, Leaf
from ckanext.moka.search.language.nodes import QueryError

__all__ = ["DEFAULT_WEIGHTS", "WINDOW", "Score", "fine_sql", "parse_qf"]

DEFAULT_WEIGHTS = {"name": 4.0, "title": 4.0, "tags": 2.0, "groups": 2.0, "text": 1.0}
WINDOW = 500
MOST_FIELDS = 20
TIE = 0.1
LONG_TITLE = 0.25
PHRASE_IN_TITLE = 3.0
PHRASE = 1.0
CLOSENESS = 1.0
WHOLE_TITLE = 100.0
GRAMS = 0.3
CLOSE = 0.7  # a word of the same meaning
WIDE = 0.2  # a related word
YEAR, YEARS = 0.3, 10
FRESH, FRESH_DAYS = 0.1, 365
USED, USED_VIEWS = 0.1, 1000
RARITY_SAMPLE = 2000
TOTAL_SAMPLE = 200_000
_WEIGHT = re.compile(r"^[0-9]{1,9}(?:[.][0-9]{0,9})?$|^[.][0-9]{1,9}$")
_FLAT = "CAST('{1,1,1,1}' AS real[])"
_COUNTED = "(SELECT count(*) FROM (SELECT 1 FROM moka_search.document d WHERE d.found @@ CAST({} AS tsquery) LIMIT {}) s)"
_TOTAL = "(SELECT count(*) FROM (SELECT 1 FROM moka_search.document LIMIT {}) s)"

_NOTHING = WordQuery(None)

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass
class _Part:
    """What one word counts where it stands in a set of documents."""

    weight: float
    number: int  # of the set
    long_titles: bool = False  # counts less in a long title


@dataclass
class _Word:
    leaf: Leaf
    parts: list[_Part] = field(default_factory=list)
    count: int | None = None  # number of the count that tells how rare it is
    rarity: float = 1.0


@dataclass
class Score:
    """The score of the words that a compiler met; blank (the same for all hits) when there are none.

    Order of use: :meth:`plan`; then run ``sets`` (conditions, each a set of documents) and ``counts``
    (numbers); then :meth:`counted`, :meth:`rough` and :meth:`fine`.
    """

    compiler: Compiler
    words: list[_Word] = field(default_factory=list)
    whole: int | None = None
    sets: list[str] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        return not self.words

    @classmethod
    def plan(cls, compiler: Compiler, typed: str) -> Score:
        """Return the score for what ``compiler`` met; ``typed`` is the whole text as typed."""
        score = cls(compiler)
        leaves = [leaf for leaf in compiler.leaves if _has_words(leaf)]
        if len(compiler.leaves) > 1:  # a condition without words counts the same for all it holds for
            leaves = [leaf for leaf in compiler.leaves if leaf.where or _has_words(leaf)]
        for leaf in leaves:
            word = _Word(leaf, score._parts(leaf, len(leaves) > 1))
            if len(leaves) > 1 and leaf.words.match:
                word.count = score._count(_COUNTED.format(score._query(leaf.words.match), RARITY_SAMPLE))
            score.words.append(word)
        if any(word.count is not None for word in score.words):
            score._count(_TOTAL.format(TOTAL_SAMPLE))
        if typed and any(not leaf.on for leaf in leaves):
            score.whole = score._set(f"d.title_fold = {compiler.bind(analysis.folded(typed))}")
        return score

    def counted(self, numbers: list[int]) -> None:
        """Take the results of ``counts``: a word's rarity is the idf of BM25."""
        for word in self.words:
            if word.count is not None:
                word.rarity = math.log(1 + (max(1, numbers[-1]) + 0.5) / (numbers[word.count] + 0.5))

    def rough(self, flags: list[Flags], title_words: Floats) -> Floats:
        """Return the rough score of each hit; ``flags[n]`` tells which hits are in set ``n``."""
        total = np.zeros(len(title_words))
        shortness = 1 / (1 + LONG_TITLE * np.log(title_words))
        for word in self.words:
            factor = word.leaf.boost * word.rarity
            if word.leaf.on and not word.parts:
                total += factor
            elif word.parts:
                values: list[Any] = [
                    part.weight * flags[part.number] * (shortness if part.long_titles else 1.0)
                    for part in word.parts
                ]
                total += factor * _best(values, self.compiler.tie)
        if self.whole is not None:
            total += WHOLE_TITLE * flags[self.whole]
        return total

    def fine(self) -> str:
        """Return the SQL of the fine score of one document ``d``."""
        parts = [
            f"{word.leaf.boost * word.rarity!r} * ({fine_sql(self, word.leaf)})"
            for word in self.words
            if _has_words(word.leaf)
        ]
        parts += _closeness(self, [word.leaf for word in self.words if not word.leaf.on])
        return " + ".join([*parts, *_mild()])

    def points(self, word: _Word, flags: list[bool], title_words: int, fine: float) -> float:
        """Return what one word gives to one document: ``flags`` of its parts' sets, ``fine`` of its text."""
        rough = 1.0 if word.leaf.on else 0.0
        if word.parts:
            shortness = 1 / (1 + LONG_TITLE * math.log(title_words))
            rough = float(
                _best(
                    [
                        p.weight * f * (shortness if p.long_titles else 1.0)
                        for p, f in zip(word.parts, flags, strict=True)
                    ],
                    self.compiler.tie,
                )
            )
        return word.leaf.boost * word.rarity * (rough + fine)

    def _parts(self, leaf: Leaf, several: bool) -> list[_Part]:
        """Name, title and tags: the sets in which ``leaf`` has to be looked for."""
        weights = self.compiler.query_fields or {"text": 1.0}
        if leaf.on:
            return [_Part(1.0, self._set(leaf.where))] if several and leaf.where else []
        parts = []
        if "name" in weights and leaf.text.isascii():  # as names are
            parts.append(_Part(weights["name"], self._set(f"d.name = {self.compiler.bind(leaf.text)}")))
        for fields, column in ((("title",), "A"), (("tags", "groups"), "B")):
            weight = max((weights[name] for name in fields if name in weights), default=0.0)
            for factor, template in _levels(leaf.words) if weight else ():
                found = self._set(f"d.head @@ CAST({self._query(template, column)} AS tsquery)")
                parts.append(_Part(weight * factor, found, column == "A"))
        if leaf.words.grams:  # where the words are not: the index alone tells these few
            words = " | ".join(f"({q})" for q in (leaf.words.strong, leaf.words.phrase) if q)
            pairs = f"({leaf.words.grams}) & !({words})" if words else leaf.words.grams
            parts.append(_Part(GRAMS, self._set(f"d.found @@ CAST({self._query(pairs)} AS tsquery)")))
        return parts

    def _set(self, condition: str) -> int:
        self.sets.append(condition)
        return len(self.sets) - 1

    def _count(self, sql: str) -> int:
        self.counts.append(sql)
        return len(self.counts) - 1

    def _query(self, template: str | None, under: str = "") -> str:
        """Bind a tsquery, its words looked for under a prefix; its kind of place is never restricted."""
        return self.compiler.bind(_NOTHING.on(template, under))


def _has_words(leaf: Leaf) -> bool:
    return bool(leaf.words.full or leaf.words.phrase or leaf.words.grams)


def _best(values: list[Any], tie: float = TIE) -> Any:
    """The best part counts whole, the others by ``tie``."""
    if len(values) == 1:
        return values[0]
    return (1 - tie) * np.maximum.reduce(values) + tie * sum(values)


def parse_qf(text: str) -> dict[str, float]:
    """Return field weights from Solr's ``qf`` (``title^4 text``).

    Raises :class:`QueryError` for a weight that is no number between 0 and a million, and for more than
    ``MOST_FIELDS`` fields.
    """
    weights = {}
    for part in text.split():
        name, _, factor = part.rpartition("^") if "^" in part else (part, "", "1")
        if not _WEIGHT.match(factor) or not name:
            raise QueryError(f"The weights (qf) cannot be read at {part[:100]!r}")
        weights[name] = min(float(factor), 1e6)
    if len(weights) > MOST_FIELDS:
        raise QueryError(f"The weights (qf) name more than {MOST_FIELDS} fields")
    return weights or dict(DEFAULT_WEIGHTS)


def fine_sql(score: Score, leaf: Leaf) -> str:
    """How often the word stands in the text, or in the fields that were asked for."""
    words = leaf.words
    weights = {leaf.on: 1.0} if leaf.on else score.compiler.query_fields or {"text": 1.0}
    parts = []
    for name, weight in weights.items():
        if name == "text" and words.match:
            levels = [(1.0, words.own or words.match), (CLOSE, words.close), (WIDE, words.wide)]
            parts += [
                f"{weight * factor!r} * ts_rank({_FLAT}, d.words, CAST({score._query(template)} AS tsquery))"
                for factor, template in levels
                if template
            ]
        elif leaf.on or name not in ("name", "title", "tags", "groups", "text"):
            query = score._query(words.full, name)
            parts.append(f"{weight!r} * ts_rank({_FLAT}, d.fielded, CAST({query} AS tsquery))")
    return _best_sql(parts)


def _levels(words: WordQuery) -> list[tuple[float, str]]:
    """Return what a word is worth by its own forms, by words of the same meaning, by related words."""
    levels = [(1.0, words.strong), (CLOSE, words.close), (WIDE, words.wide)]
    return [(factor, template) for factor, template in levels if template]


def _mild() -> list[str]:
    """Tie-breakers: the year that a title names, the last change, and use; together half a point at most."""
    today = dt.date.today()
    age = f"({today.year} - coalesce(d.year, {today.year}))"
    days = f"greatest(0, {(today - dt.date(1970, 1, 1)).days} - coalesce(d.modified, 0) / 86400000)"
    return [
        f"{_float(YEAR)} * greatest(0, least(1, 1 - {age} / {_float(YEARS)}))",
        f"{_float(FRESH)} * exp(- least({days}, 36500) / {_float(FRESH_DAYS)})",
        f"{_float(USED)} * least(1, ln(1 + d.views::double precision) / {_float(math.log(1 + USED_VIEWS))})",
    ]


def _float(number: float) -> str:
    """Return ``number`` as what PostgreSQL reckons fast with; a plain 0.3 is an exact decimal to it."""
    return f"CAST({float(number)!r} AS double precision)"


def _best_sql(parts: list[str]) -> str:
    if not parts:
        return "0.0"
    if len(parts) == 1:
        return parts[0]
    return f"{1 - TIE!r} * greatest({', '.join(parts)}) + {TIE!r} * ({' + '.join(parts)})"


def _closeness(score: Score, leaves: list[Leaf]) -> list[str]:
    found = []
    for leaf in leaves:
        if leaf.words.phrase:
            in_title, anywhere = score._query(leaf.words.phrase, "A"), score._query(leaf.words.phrase)
            found.append(f"{PHRASE_IN_TITLE!r} * (d.head @@ CAST({in_title} AS tsquery))::int")
            found.append(f"{PHRASE!r} * (d.words @@ CAST({anywhere} AS tsquery))::int")
    several = [leaf for leaf in leaves if leaf.words.match]
    if len(several) > 1:
        together = " & ".join(f"({leaf.words.on(leaf.words.own or leaf.words.match)})" for leaf in several)
        query = score.compiler.bind(together)
        found.append(f"{CLOSENESS!r} * ts_rank_cd({_FLAT}, d.words, CAST({query} AS tsquery))")
    return found
