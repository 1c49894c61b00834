"""The words of public datasets: what "did you mean" and the search box may propose.

Words are taken from titles and tags of datasets that anybody may see, and from nothing else. The task
``search.learn_words`` does it every minute; whoever asks for proposals first learns the newest few, so that what
was just published is known. A word is proposed only if, at that moment, a public dataset has it. A dataset that
was withdrawn thereby takes its words with it at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ckanext.moka.search.index import store
from ckanext.moka.search.japanese import analysis, spelling, synonyms, variants
from ckanext.moka.search.japanese.words import WordQuery, word_query

__all__ = ["forget_old", "learn", "learn_newest", "like", "read_like_this", "starting_with", "words_of"]

BATCH = 400
NEWEST = 20
_CANDIDATES = 60
_LONGEST = 3  # words joined: 指定緊急避難場所 gives 緊急避難場所, 避難場所 …
_MAX_LENGTH = 24
_LONGEST_SOUND = 60
_TAILS = frozenset({"一覧", "一覧表", "情報", "データ", "リスト"})
_PUBLIC = "d.labels @> (SELECT array_agg(id) FROM moka_search.term WHERE field = 'permission_labels' AND value = 'public')"
_NEW = f"""
    SELECT d.version, coalesce(d.title_string, ''), coalesce(d.fields -> 'tags', '[]'::jsonb)
    FROM moka_search.document d
    WHERE {_PUBLIC} AND NOT EXISTS (SELECT 1 FROM moka_search.learnt l WHERE l.version = d.version)
    ORDER BY d.version LIMIT :limit"""  # noqa: S608
# New versions are the highest: with the index over them this takes no time when there is none.
_NEWEST = f"""
    SELECT d.version, coalesce(d.title_string, ''), coalesce(d.fields -> 'tags', '[]'::jsonb)
    FROM moka_search.document d
    WHERE d.version > coalesce((SELECT max(version) FROM moka_search.learnt), 0) AND {_PUBLIC}
    ORDER BY d.version DESC LIMIT :limit"""  # noqa: S608
_ADD = """
    WITH seen AS (
        INSERT INTO moka_search.learnt SELECT unnest(CAST(:versions AS bigint[])) ON CONFLICT DO NOTHING
    )
    INSERT INTO moka_search.word (word, sound, pairs)
    SELECT w.word, w.sound, string_to_array(w.pairs, ' ')
    FROM unnest(CAST(:words AS text[]), CAST(:sounds AS text[]), CAST(:pairs AS text[])) AS w(word, sound, pairs)
    ON CONFLICT DO NOTHING"""
_FORGET = """DELETE FROM moka_search.learnt l
    WHERE NOT EXISTS (SELECT 1 FROM moka_search.document d WHERE d.version = l.version)"""
_SAME_PAIRS = """
    SELECT word, sound FROM (
        SELECT word, sound, cardinality(ARRAY(SELECT unnest(pairs) INTERSECT SELECT unnest(CAST(:pairs AS text[])))) AS same,
            cardinality(pairs) AS amount
        FROM moka_search.word WHERE pairs && CAST(:pairs AS text[])
    ) w ORDER BY same::real / (amount + :amount - same) DESC, word LIMIT :limit"""
_PREFIX = """
    SELECT word FROM moka_search.word
    WHERE sound LIKE :sound ESCAPE '!' OR word LIKE :word ESCAPE '!'
    ORDER BY length(word), word LIMIT :limit"""
_READ = "SELECT EXISTS (SELECT 1 FROM moka_search.document d WHERE d.found @@ CAST(:query AS tsquery))"
_THERE = f"""
    SELECT w.word, (SELECT count(*) FROM (
        SELECT 1 FROM moka_search.document d WHERE d.found @@ CAST(w.asked AS tsquery) AND {_PUBLIC} LIMIT 100) x)
    FROM unnest(CAST(:words AS text[]), CAST(:asked AS text[])) AS w(word, asked)"""  # noqa: S608


def learn(limit: int = BATCH) -> int:
    """Take in the words of up to ``limit`` public datasets not seen yet; return how many datasets."""
    return _learn(_NEW, limit)


def learn_newest() -> int:
    """Take in the words of the newest few public datasets, where they are not known; return how many datasets."""
    return _learn(_NEWEST, NEWEST)


def _learn(new: str, limit: int) -> int:
    def job(connection: Any) -> int:
        rows = store.run(connection, new, {"limit": limit})
        if not rows:
            return 0
        words = {
            word: sound
            for _, title, tags in rows
            for text in (title, *tags)
            for word, sound in words_of(text)
        }
        params = {
            "versions": [row[0] for row in rows],
            "words": list(words),
            "sounds": list(words.values()),
            "pairs": [" ".join(spelling.pairs(sound)) for sound in words.values()],
        }
        _run(connection, _ADD, params)
        return len(rows)

    return store.read(job)


def forget_old() -> None:
    """Forget which versions were seen that exist no longer."""
    store.read(lambda connection: _run(connection, _FORGET, {}))


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return (word, its sound) for the nouns of a title or tag, alone and with their neighbours."""
    return tuple(_words_of(text))


def _words_of(text: str) -> Iterator[tuple[str, str]]:
    for run in analysis.nouns(text):
        for start, size in itertools.product(range(len(run)), range(1, _LONGEST + 1)):
            some = run[start : start + size]
            if len(some) < size or _says_nothing(some[0][0]) or (size > 1 and some[-1][0] in _TAILS):
                continue
            word = "".join(surface for surface, _ in some)
            sound = variants.fold_sounds("".join(reading for _, reading in some))
            if 1 < len(word) <= _MAX_LENGTH and not word.isdigit():
                yield word, sound


def like(text: str, limit: int = 3) -> list[tuple[str, int]]:
    """Return public words that sound like ``text``, with the number of slips between, the nearest first."""
    sound = spelling.sound_of(text[:_LONGEST_SOUND])
    if not 2 <= len(sound) <= _LONGEST_SOUND:
        return []
    learn_newest()
    pairs = spelling.pairs(sound)
    params = {"pairs": pairs, "amount": len(pairs), "limit": _CANDIDATES}
    rows = store.read(lambda connection: store.run(connection, _SAME_PAIRS, params))
    folded = analysis.folded(text)
    near: dict[str, int] = {}
    for word, other in rows:
        slips = spelling.distance(sound, other)
        if slips <= spelling.allowed(sound) and analysis.folded(word) != folded:
            near[word] = slips
    there = _public(list(near))
    order = sorted(
        (word for word in near if there.get(word)), key=lambda word: (near[word], -there[word], word)
    )
    return [(word, near[word]) for word in order[:limit]]


def read_like_this(kana: str) -> bool:
    """Tell whether any document has words that are read just like ``kana``."""
    query = WordQuery(None).on(word_query(kana).reading)
    return bool(query) and store.read(lambda connection: store.run(connection, _READ, {"query": query}))[0][0]


def starting_with(text: str, limit: int = 8) -> list[str]:
    """Return public words that begin with ``text``, in writing or in sound, short ones first."""
    learn_newest()
    folded = analysis.folded(text).replace(" ", "")
    if not folded:
        return []
    sound = spelling.sound_of(text)
    params = {
        "word": _like(text.strip().lower()) + "%",
        "sound": (_like(sound) if len(sound) > 1 else "!!") + "%",
        "limit": _CANDIDATES,
    }
    words = [row[0] for row in store.read(lambda connection: store.run(connection, _PREFIX, params))]
    there = _public(words)
    return sorted((word for word in words if there.get(word)), key=lambda w: (-there[w], len(w), w))[:limit]


def _public(words: list[str]) -> dict[str, int]:
    """Return in how many public datasets (up to 100) each of ``words`` stands at this moment."""
    asked = {word: WordQuery(None).on(word_query(word, phrase=True).match) for word in words}
    asked = {word: query for word, query in asked.items() if query}
    if not asked:
        return {}
    params = {"words": list(asked), "asked": list(asked.values())}
    return {row[0]: row[1] for row in store.read(lambda connection: store.run(connection, _THERE, params))}


@lru_cache(maxsize=4096)
def _says_nothing(word: str) -> bool:
    key = synonyms.key(word)
    return key in synonyms.optional() or key in synonyms.dropped()


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _run(connection: Any, sql: str, params: dict[str, Any]) -> None:
    connection.exec_driver_sql(store.named(sql), params)
