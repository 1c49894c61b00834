"""How far two words are from each other, by how they sound; no services."""

from __future__ import annotations

import difflib

from ckanext.moka.search.japanese import analysis, romaji, synonyms, variants

__all__ = ["allowed", "distance", "english", "pairs", "sound_of"]

_ENDS = "^$"


def sound_of(text: str) -> str:
    """Return how ``text`` sounds: kana as typed, romaji and kanji as they are read."""
    folded = analysis.folded(text).replace(" ", "")
    if analysis.is_kana(folded):
        return variants.fold_sounds(folded)
    kana = romaji.katakana(folded)
    return variants.fold_sounds(analysis.folded(kana) if kana else analysis.reading_of(text).replace(" ", ""))


def pairs(sound: str) -> list[str]:
    """Return the pairs of neighbouring sounds, the ends marked."""
    marked = f"{_ENDS[0]}{sound}{_ENDS[1]}"
    return sorted({marked[place : place + 2] for place in range(len(marked) - 1)})


def allowed(sound: str) -> int:
    """Return how many slips are likely in a word of this length: none below four sounds, then one in four."""
    return 0 if len(sound) < 4 else min(3, len(sound) // 4)


def distance(first: str, second: str) -> int:
    """Return the fewest slips (one sound more, less, other, or two exchanged) between the two."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def english(word: str) -> str:
    """Return the English word of the synonyms that ``word`` was meant to be, or blank."""
    text = word.strip().lower()
    if not text.isascii() or len(text) < 4 or not text.replace(" ", "").isalpha():
        return ""
    close = difflib.get_close_matches(text, synonyms.english_words(), n=1, cutoff=0.8)
    return close[0] if close and close[0] != text else ""
