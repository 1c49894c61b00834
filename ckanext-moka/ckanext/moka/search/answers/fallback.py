"""A second try, when all words together find nothing: fewer words, chosen by how rare they are.

Only what a person typed is tried again: no signs, quotes, fields or wildcards in it, and ``mm`` as CKAN
sends it. A client that says what must match gets just that. The rule: a dataset is found when the words it
has make up ``SHARE`` of the rarity of all words that stand anywhere in the index. Whether a second try was
made depends on the number of hits alone, so every page of a search comes from the same one.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from ckanext.moka.search.answers import ranking, vocabulary
from ckanext.moka.search.japanese import analysis, spelling, synonyms
from ckanext.moka.search.japanese.words import WordQuery, pattern_prefix, pieces, word_query
from ckanext.moka.search.language.compiler import Compiler
from ckanext.moka.search.language.nodes import Node, Quorum
from ckanext.moka.search.language.query_parser import DEFAULT_MM

__all__ = [
    "FEW",
    "SHARE",
    "Outcome",
    "fewer_words",
    "last",
    "may_try_again",
    "remember",
    "second_try",
    "suggest",
]

FEW = 2  # so many hits, or fewer, are tried again
SHARE = 0.4
Query = Callable[[str, dict[str, Any]], Any]  # runs a statement, returns its rows
SAMPLE = 2000
_MOST_TERMS = 8
_SIGNS = re.compile(r"""["*?~^:]|(?:^|\s)[+\-!]|(?:^|\s)(?:AND|OR|NOT|&&|\|\|)(?:\s|$)""")


@dataclass
class Outcome:
    """How a search came to its hits; what the results page says of it.

    ``mode``: ``all`` words, ``some`` of them (``missing``: those that stand nowhere), or ``corrected``:
    ``corrected`` was searched instead. ``suggestions``: what else may have been meant.
    """

    typed: str
    mode: str = "all"
    strict_count: int = 0
    missing: list[str] = field(default_factory=list)
    corrected: str = ""
    suggestions: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it for the answer of ``package_search`` (key ``moka_search``)."""
        return {
            "mode": self.mode,
            "strict_count": self.strict_count,
            "missing": self.missing,
            "corrected": self.corrected,
            "suggestions": self.suggestions,
        }


_last: ContextVar[Outcome | None] = ContextVar("moka_search_outcome", default=None)


def remember(outcome: Outcome | None) -> None:
    """Keep how this thread's last search went, for the answer that CKAN makes of it."""
    _last.set(outcome)


def last(typed: str) -> Outcome | None:
    """Return how the last search went, if it was one for ``typed``."""
    outcome = _last.get()
    return outcome if outcome is not None and outcome.typed == typed else None


def may_try_again(typed: str, params: dict[str, Any]) -> bool:
    """Tell whether ``typed`` is plain words, and no client said how many of them must match, or in which fields."""
    plain = typed.strip() not in ("", "*:*") and not _SIGNS.search(typed)
    usual = ranking.parse_qf(str(params.get("qf") or "")) == ranking.DEFAULT_WEIGHTS
    return plain and usual and str(params.get("mm") or DEFAULT_MM) == DEFAULT_MM


def second_try(
    search: Callable[[Node], Any], parse: Callable[[str], Node], query: Query, found: Any, outcome: Outcome
) -> tuple[Any, Outcome]:
    """Return the hits of a second try and how they came about; ``found`` when it finds nothing more."""
    if found.total and analysis.is_kana(analysis.folded(outcome.typed)):
        return found, outcome  # found as it is read: its parts would be chance
    fewer = fewer_words(outcome.typed, query)
    if fewer:
        node, outcome.missing = fewer
        more = search(node)
        if more.total > found.total:
            outcome.mode = "some"
            outcome.suggestions = _with_replaced(outcome.typed, outcome.missing)
            return more, outcome
    proposals = _proposals(outcome.typed) if not found.total else []
    outcome.suggestions = [word for word, _ in proposals]
    if proposals and _sure(outcome.typed, proposals[0][1]):
        more = search(parse(proposals[0][0]))
        if more.total:
            outcome.mode, outcome.corrected, *outcome.suggestions = "corrected", *outcome.suggestions
            return more, outcome
    return found, outcome


def suggest(outcome: Outcome) -> None:
    """Propose words for kana that were found only by parts of them (しょうぼうしょう: 消防署)."""
    typed = analysis.folded(outcome.typed)
    odd = len(typed) > 3 and analysis.is_kana(typed) and not synonyms.lookup_sound(typed)
    if odd and not vocabulary.read_like_this(outcome.typed):
        outcome.suggestions = [word for word, _ in vocabulary.like(outcome.typed)]


def _proposals(typed: str) -> list[tuple[str, int]]:
    english = spelling.english(typed)
    return [(english, 1)] if english else vocabulary.like(typed)


def _sure(typed: str, slips: int) -> bool:
    """Tell whether so few slips in so long a word leave no doubt: one in five sounds, at most two."""
    return slips <= min(2, len(spelling.sound_of(typed)) // 5)


def _with_replaced(typed: str, missing: list[str]) -> list[str]:
    """Return ``typed`` with words that stand nowhere replaced by what they may have been meant to be."""
    found = []
    for part in typed.split():
        if analysis.folded(part) in {analysis.folded(word) for word in missing}:
            found += [typed.replace(part, word) for word, _ in _proposals(part)[:2]]
    return found[:3]


def fewer_words(typed: str, query: Query) -> tuple[Node, list[str]] | None:
    """Return the question with fewer words, and the words that stand nowhere; None when there is none.

    ``query(sql, params)`` runs a statement.
    """
    clauses = [word_query(part) for part in typed.split()]
    terms = _distinct(clauses, optional=False) or _distinct(clauses, optional=True)
    if not terms:
        return None
    found, nowhere = _rarity(terms, query)
    parts = {term: pieces(term.text) for term in nowhere}
    if any(parts.values()):  # ごみ集積所 stands nowhere: ごみ, 集積所
        smaller = list(dict.fromkeys(itertools.chain.from_iterable(parts.values())))[:_MOST_TERMS]
        more, still = _rarity(smaller, query)
        found |= more
        nowhere = [term for term in nowhere if not parts[term]] + still
    if not found:
        return None
    missing = [term.text for term in nowhere]
    extra = [term for words in clauses for term in words.terms if term.optional]
    order = [words.in_order() for words in clauses if len(words.terms) > 1]
    return Quorum(_least_sets(found), tuple(found), (*extra, *order)), missing


def _distinct(clauses: list[WordQuery], optional: bool) -> list[WordQuery]:
    """Return the words to try; what is typed in kana as a whole stays whole, it may be a name (おやま)."""
    found: dict[WordQuery, None] = {}
    for words in clauses:
        if words.reading and len(words.terms) > 1 and words.match:
            found[replace(words, terms=())] = None
            continue
        found |= dict.fromkeys(term for term in words.terms if optional or not term.optional)
    return list(found)[:_MOST_TERMS]


def _rarity(terms: list[WordQuery], query: Query) -> tuple[dict[WordQuery, float], list[WordQuery]]:
    """Return how rare each word is that stands anywhere (or begins a word), and those that stand nowhere."""
    total, *counts = _counts([*terms, *map(_beginning, terms)], query)
    found: dict[WordQuery, float] = {}
    nowhere = []
    for term, count, begun in zip(terms, counts[: len(terms)], counts[len(terms) :], strict=True):
        if count or begun:
            rarity = math.log(1 + (max(1, total) + 0.5) / ((count or begun) + 0.5))
            found[term if count else _beginning(term)] = rarity
        else:
            nowhere.append(term)
    return found, nowhere


def _beginning(term: WordQuery) -> WordQuery:
    """Return ``term`` as the beginning of a word (部活: 部活動)."""
    if len(term.text) < 2 or not analysis.is_japanese(term.text):
        return term
    return replace(WordQuery(pattern_prefix(term.text), text=term.text), joined=term.joined)


def _counts(terms: list[WordQuery], query: Query) -> list[int]:
    compiler = Compiler()
    amounts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM moka_search.document d WHERE {condition} LIMIT {SAMPLE}) s)"  # noqa: S608
        for condition in (compiler.anywhere(term) for term in terms)
    ]
    everything = "(SELECT count(*) FROM (SELECT 1 FROM moka_search.document LIMIT 200000) s)"
    return list(query(f"SELECT {', '.join([everything, *amounts])}", compiler.params)[0])


def _least_sets(rarity: dict[WordQuery, float]) -> tuple[tuple[WordQuery, ...], ...]:
    """Return the smallest sets of words whose rarity is ``SHARE`` of all."""
    enough = SHARE * sum(rarity.values())
    found: list[tuple[WordQuery, ...]] = []
    for size in range(1, len(rarity) + 1):
        for some in itertools.combinations(rarity, size):
            if sum(rarity[term] for term in some) >= enough and not any(
                set(less) <= set(some) for less in found
            ):
                found.append(some)
    return tuple(found)
