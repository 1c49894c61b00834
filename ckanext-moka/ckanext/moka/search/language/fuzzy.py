"""Words of the index that are spelled almost like a word: ``word~``, ``word~1``.

Lucene compares with every word of the index. Here it is the words of titles and tags of public datasets (table
``moka_search.word``), and for fields with exact values the values themselves; a word differs by the fewest
changes of a character (one more, less, other, or two exchanged). At most ``MOST`` words are taken, the nearest
first (Lucene: 50).

Source: Apache Solr Reference Guide 9, "Standard Query Parser", fuzzy searches.
"""

from __future__ import annotations

from typing import Any

from ckanext.moka.search.answers import vocabulary
from ckanext.moka.search.index import store
from ckanext.moka.search.japanese import analysis, spelling
from ckanext.moka.search.language import fields

__all__ = ["MOST", "similar"]

MOST = 20
_LONGEST = 60
_CANDIDATES = 3000
_WORDS = """
    SELECT word FROM moka_search.word
    WHERE pairs && CAST(:pairs AS text[]) AND length(word) BETWEEN :least AND :most
    ORDER BY cardinality(ARRAY(SELECT unnest(pairs) INTERSECT SELECT unnest(CAST(:pairs AS text[])))) DESC, word
    LIMIT :limit"""
_VALUES = """
    SELECT value FROM moka_search.term WHERE field = :field AND length(value) BETWEEN :least AND :most
    ORDER BY value LIMIT :limit"""


def similar(word: str, field: str, slips: int) -> list[tuple[str, int]]:
    """Return words of ``field`` that at most ``slips`` changes make of ``word``, with their number."""
    wanted = analysis.folded(word)
    if slips < 1 or not 0 < len(wanted) <= _LONGEST:
        return []
    lengths = {"least": max(1, len(wanted) - slips), "most": len(wanted) + slips, "limit": _CANDIDATES}
    found: dict[str, int] = {}
    for candidate in _candidates(word, field, lengths):
        number = spelling.distance(wanted, analysis.folded(candidate))
        if number <= slips and candidate != word:
            found[candidate] = number
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))[:MOST]


def _candidates(word: str, field: str, lengths: dict[str, Any]) -> list[str]:
    if fields.is_text(field) or field in fields.NGRAM_FIELDS:
        vocabulary.learn_newest()
        params = {"pairs": spelling.pairs(spelling.sound_of(word)), **lengths}
        return [row[0] for row in store.read(lambda connection: store.run(connection, _WORDS, params))]
    params = {"field": field, **lengths}
    return [row[0] for row in store.read(lambda connection: store.run(connection, _VALUES, params))]
