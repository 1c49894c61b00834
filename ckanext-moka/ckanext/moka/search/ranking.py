"""The order of results: how much a match counts, by field, rarity and closeness.

A word counts by the best of its fields plus ``TIE`` of the others (Solr's dismax with tie 0.1, CKAN's
own weights ``name^4 title^4 tags^2 groups^2 text``), times its rarity (the idf of BM25). A short title
that matches counts more than a long one. Words that follow each other as typed get a bonus.
"""

from __future__ import annotations

from ckanext.moka.core.text import fold_kana
from ckanext.moka.search.compiler import Compiler, Leaf

__all__ = ["DEFAULT_WEIGHTS", "parse_qf", "score_sql"]

DEFAULT_WEIGHTS = {"name": 4.0, "title": 4.0, "tags": 2.0, "groups": 2.0, "text": 1.0}
TIE = 0.1
PHRASE_IN_TITLE = 3.0
PHRASE = 1.0
WHOLE_TITLE = 6.0
GRAMS_ONLY = 0.3
_FLAT = "CAST('{1,1,1,1}' AS real[])"


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


def score_sql(compiler: Compiler, typed: str) -> tuple[str, list[str]]:
    """Return the score's SQL and the counts it needs (as ``name: SQL`` of a one-row table ``k``)."""
    leaves = [leaf for leaf in compiler.leaves if leaf.words.match]
    if not leaves:
        return "1.0", []
    counts: list[str] = []
    parts = []
    for number, leaf in enumerate(leaves):
        rarity = "1.0"
        if len(leaves) > 1:
            query = compiler.bind(leaf.words.on(leaf.words.match))
            matching = f"FROM moka_search.document d WHERE d.words @@ CAST({query} AS tsquery)"
            counts.append(f"(SELECT count(*) {matching}) AS n{number}")
            rarity = f"ln(1 + (k.n + 0.5) / (k.n{number} + 0.5))"
        parts.append(f"{leaf.boost!r} * {rarity} * ({_leaf(compiler, leaf)})")
    if counts:
        counts.append("(SELECT count(*) FROM moka_search.document) AS n")
    parts.extend(_bonuses(compiler, leaves, typed))
    return " + ".join(parts), counts


def _leaf(compiler: Compiler, leaf: Leaf) -> str:
    words = leaf.words
    if leaf.on and leaf.on != "text":
        query = compiler.bind(words.on(words.match, leaf.on))
        return f"ts_rank({_FLAT}, d.fielded, CAST({query} AS tsquery))"
    any_query = compiler.bind(words.on(words.match))
    parts = []
    weights = compiler.query_fields or {"text": 1.0}
    for name, weight in weights.items():
        factor = f"{weight!r}"
        if name == "text":
            parts.append(f"{factor} * ts_rank({_FLAT}, d.words, CAST({any_query} AS tsquery))")
        elif name == "title":
            query = compiler.bind(words.on(words.match, weight="A"))
            parts.append(
                f"{factor} * (d.words @@ CAST({query} AS tsquery))::int / (1 + 0.25 * ln(d.title_words))"
            )
        elif name == "name":
            parts.append(f"{factor} * (d.name = {compiler.bind(leaf.text)})::int")
        elif name == "tags":
            query = compiler.bind(words.on(words.match, weight="B"))
            parts.append(f"{factor} * (d.words @@ CAST({query} AS tsquery))::int")
        elif name != "groups":
            query = compiler.bind(words.on(words.match, name))
            parts.append(f"{factor} * ts_rank({_FLAT}, d.fielded, CAST({query} AS tsquery))")
    if words.grams:
        query = compiler.bind(words.on(words.grams))
        parts.append(f"{GRAMS_ONLY!r} * (d.grams @@ CAST({query} AS tsquery))::int")
    best = f"greatest({', '.join(parts)})" if len(parts) > 1 else parts[0]
    return f"{1 - TIE!r} * {best} + {TIE!r} * ({' + '.join(parts)})"


def _bonuses(compiler: Compiler, leaves: list[Leaf], typed: str) -> list[str]:
    found = []
    for leaf in leaves:
        if leaf.words.phrase and not leaf.on:
            in_title = compiler.bind(leaf.words.on(leaf.words.phrase, weight="A"))
            anywhere = compiler.bind(leaf.words.on(leaf.words.phrase))
            found.append(f"{PHRASE_IN_TITLE!r} * (d.words @@ CAST({in_title} AS tsquery))::int")
            found.append(f"{PHRASE!r} * (d.words @@ CAST({anywhere} AS tsquery))::int")
    plain = [leaf for leaf in leaves if not leaf.on]
    if len(plain) > 1:
        together = " & ".join(f"({leaf.words.on(leaf.words.match)})" for leaf in plain)
        found.append(f"ts_rank_cd({_FLAT}, d.words, CAST({compiler.bind(together)} AS tsquery))")
    if typed and plain:
        found.append(f"{WHOLE_TITLE!r} * (d.title_fold = {compiler.bind(fold_kana(typed))})::int")
    return found
