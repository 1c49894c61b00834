"""The order of results: how much a match counts, by field, rarity and closeness.

Two steps. Every hit gets a rough score from its small columns (name, title, tags, groups). The best
``WINDOW`` of them get the fine score too: how often the words stand in the text, whether they follow
each other as typed, how close they are. Hits behind the window keep their rough order.

A word counts by the best of its fields plus ``TIE`` of the others (Solr's dismax with tie 0.1, CKAN's
own weights ``name^4 title^4 tags^2 groups^2 text``), times its rarity (the idf of BM25). A short title
that matches counts more than a long one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ckanext.moka.core.text import fold_kana
from ckanext.moka.search.compiler import Compiler, Leaf

__all__ = ["DEFAULT_WEIGHTS", "WINDOW", "Score", "parse_qf", "score_sql"]

DEFAULT_WEIGHTS = {"name": 4.0, "title": 4.0, "tags": 2.0, "groups": 2.0, "text": 1.0}
WINDOW = 500
TIE = 0.1
LONG_TITLE = 0.25
PHRASE_IN_TITLE = 3.0
PHRASE = 1.0
CLOSENESS = 1.0
WHOLE_TITLE = 6.0
GRAMS = 0.3
RARITY_SAMPLE = 2000
_FLAT = "CAST('{1,1,1,1}' AS real[])"
_COUNTED = "SELECT 1 FROM moka_search.document d WHERE d.words @@ CAST({} AS tsquery) LIMIT {}"


@dataclass
class Score:
    """SQL of the rough and the fine score, and the counts both need (columns of a one-row table ``k``)."""

    rough: str = "1.0"
    fine: str = ""
    counts: list[str] = field(default_factory=list)


def parse_qf(text: str) -> dict[str, float]:
    """Return field weights from Solr's ``qf`` (``title^4 text``); a weight that is no number is 1."""
    weights = {}
    for part in text.split():
        name, _, factor = part.partition("^")
        try:
            weights[name] = float(factor or 1)
        except ValueError:
            weights[name] = 1.0
    return weights or dict(DEFAULT_WEIGHTS)


def score_sql(compiler: Compiler, typed: str) -> Score:
    """Return the score for the words that ``compiler`` met; ``typed`` is the whole text as typed."""
    leaves = [leaf for leaf in compiler.leaves if leaf.words.full]
    if not leaves:
        return Score()
    score = Score()
    rough, fine = [], []
    for number, leaf in enumerate(leaves):
        rarity = _rarity(compiler, score, leaf, number) if len(leaves) > 1 else "1.0"
        rough.append(f"{leaf.boost!r} * {rarity} * ({_rough(compiler, leaf)})")
        fine.append(f"{leaf.boost!r} * {rarity} * ({_fine(compiler, leaf)})")
    if score.counts:
        score.counts.append("(SELECT greatest(1, count(*)) FROM moka_search.document) AS n")
    plain = [leaf for leaf in leaves if not leaf.on]
    if typed and plain:
        rough.append(f"{WHOLE_TITLE!r} * (d.title_fold = {compiler.bind(fold_kana(typed))})::int")
    fine.extend(_closeness(compiler, plain))
    score.rough, score.fine = " + ".join(rough), " + ".join(fine)
    return score


def _rarity(compiler: Compiler, score: Score, leaf: Leaf, number: int) -> str:
    """Return the idf of a word; counting stops at ``RARITY_SAMPLE``, beyond which a word is just frequent."""
    if not leaf.words.match:
        return "1.0"
    sample = _COUNTED.format(compiler.bind(leaf.words.on(leaf.words.match)), RARITY_SAMPLE)
    score.counts.append(f"(SELECT count(*) FROM ({sample}) s) AS n{number}")  # noqa: S608 (parameter names only)
    return f"ln(1 + (k.n + 0.5) / (k.n{number} + 0.5))"


def _rough(compiler: Compiler, leaf: Leaf) -> str:
    """Best of name, title and tags, which are in ``head``."""
    words = leaf.words
    if leaf.on:
        return "1.0"
    weights = compiler.query_fields or {"text": 1.0}
    parts = []
    if "name" in weights:
        parts.append(f"{weights['name']!r} * (d.name = {compiler.bind(leaf.text)})::int")
    if "title" in weights:
        in_title = f"(d.head @@ CAST({compiler.bind(words.on(words.full, weight='A'))} AS tsquery))::int"
        parts.append(f"{weights['title']!r} * {in_title} / (1 + {LONG_TITLE!r} * ln(d.title_words))")
    labels = max((weights[name] for name in ("tags", "groups") if name in weights), default=0.0)
    if labels:
        query = compiler.bind(words.on(words.full, weight="B"))
        parts.append(f"{labels!r} * (d.head @@ CAST({query} AS tsquery))::int")
    return _best(parts)


def _fine(compiler: Compiler, leaf: Leaf) -> str:
    """How often the word stands in the text, or in the fields that were asked for."""
    words = leaf.words
    weights = {leaf.on: 1.0} if leaf.on else compiler.query_fields or {"text": 1.0}
    parts = []
    for name, weight in weights.items():
        if name == "text" and words.match:
            query = compiler.bind(words.on(words.match))
            parts.append(f"{weight!r} * ts_rank({_FLAT}, d.words, CAST({query} AS tsquery))")
        elif leaf.on or name not in ("name", "title", "tags", "groups", "text"):
            query = compiler.bind(words.on(words.full, name))
            parts.append(f"{weight!r} * ts_rank({_FLAT}, d.fielded, CAST({query} AS tsquery))")
    if words.grams and not leaf.on:
        query = compiler.bind(words.on(words.grams))
        parts.append(f"{GRAMS!r} * (d.grams @@ CAST({query} AS tsquery))::int")
    return _best(parts)


def _best(parts: list[str]) -> str:
    """The best part counts whole, the others by ``TIE``."""
    if not parts:
        return "0.0"
    if len(parts) == 1:
        return parts[0]
    return f"{1 - TIE!r} * greatest({', '.join(parts)}) + {TIE!r} * ({' + '.join(parts)})"


def _closeness(compiler: Compiler, leaves: list[Leaf]) -> list[str]:
    found = []
    for leaf in leaves:
        if leaf.words.phrase:
            in_title = compiler.bind(leaf.words.on(leaf.words.phrase, weight="A"))
            anywhere = compiler.bind(leaf.words.on(leaf.words.phrase))
            found.append(f"{PHRASE_IN_TITLE!r} * (d.head @@ CAST({in_title} AS tsquery))::int")
            found.append(f"{PHRASE!r} * (d.words @@ CAST({anywhere} AS tsquery))::int")
    several = [leaf for leaf in leaves if leaf.words.match]
    if len(several) > 1:
        together = " & ".join(f"({leaf.words.on(leaf.words.match)})" for leaf in several)
        query = compiler.bind(together)
        found.append(f"{CLOSENESS!r} * ts_rank_cd({_FLAT}, d.words, CAST({query} AS tsquery))")
    return found
