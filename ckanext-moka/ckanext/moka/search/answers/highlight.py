"""Where a text shows why it was found: what was typed, its readings and the words of the same meaning.

Pure functions over plain text; nothing here makes HTML.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ckanext.moka.core.text import fold
from ckanext.moka.search.japanese import analysis, spelling, variants
from ckanext.moka.search.japanese.words import word_query

__all__ = ["Part", "excerpt", "parts"]

_LONGEST = 8  # units of one match
# A character with the marks that belong to it; NFKC may join them or take them apart.
_CLUSTER = re.compile("(?s).[\u3099\u309a\uff9e\uff9f\u0300-\u036f]*")
_JOINTS = re.compile("[-' ]")
_BEFORE = 30


@dataclass(frozen=True)
class Part:
    """A piece of text, marked or not."""

    text: str
    marked: bool = False


def parts(text: str, typed: str) -> list[Part]:
    """Return ``text`` in pieces, those marked that match ``typed``; joined they are ``text``."""
    places = _matches(text, typed)
    found, before = [], 0
    for start, end in places:
        if start > before:
            found.append(Part(text[before:start]))
        found.append(Part(text[start:end], True))
        before = end
    if before < len(text):
        found.append(Part(text[before:]))
    return found


def excerpt(text: str, typed: str, length: int) -> str:
    """Return about ``length`` characters of ``text``, from a little before the first match on."""
    if len(text) <= length:
        return text
    places = _matches(text, typed)
    first = places[0][0] if places else 0
    start = 0 if first + 10 < length else max(0, min(first - _BEFORE, len(text) - length))
    cut = text[start : start + length].strip()
    return ("…" if start else "") + cut + ("…" if start + length < len(text) else "")


def _matches(text: str, typed: str) -> list[tuple[int, int]]:
    """Return the (start, end) of matches in ``text``, in order, none overlapping."""
    wanted, sounds = _wanted(typed)
    if not wanted:
        return []
    normal, origin = _normalised(text)
    units = analysis.spans(normal)
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(units):
        length = _length_at(normal, units, place, wanted, sounds)
        if length:
            start, end = origin[units[place][0]], origin[units[place + length - 1][1] - 1] + 1
            start, end = _whole_clusters(text, start, end)
            if found and start <= found[-1][1]:
                start = found.pop()[0]
            found.append((start, end))
        place += length or 1
    return found


def _wanted(typed: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the folded texts, and the sounds, that count as a match."""
    asked = [word_query(part) for part in (typed, *typed.split())]
    wanted = frozenset().union(*(words.joined for words in asked))
    kana = (analysis.folded(part) for part in typed.split())
    sounds = frozenset(spelling.sound_of(part) for part in kana if len(part) > 1 and _by_sound(part))
    return wanted, sounds


def _by_sound(part: str) -> bool:
    return analysis.is_kana(part) or (part.isascii() and part.isalpha() and len(part) > 3)


def _length_at(
    normal: str,
    units: list[tuple[int, int, frozenset[str], str]],
    place: int,
    wanted: frozenset[str],
    sounds: frozenset[str],
) -> int:
    """Return how many units from ``place`` on are a match (the longest), 0 for none."""
    for length in range(min(_LONGEST, len(units) - place), 0, -1):
        some = units[place : place + length]
        whole = normal[some[0][0] : some[-1][1]]
        if _JOINTS.sub("", analysis.folded(whole)) in wanted:
            return length
        if sounds and "".join(reading for *_, reading in some) in sounds:
            return length
        if length == 1 and some[0][2] & wanted:
            return 1
    return 0


def _normalised(text: str) -> tuple[str, list[int]]:
    """Return ``text`` as the dictionary wants it, and for each of its characters where it came from."""
    out: list[str] = []
    origin: list[int] = []
    for match in _CLUSTER.finditer(text):
        folded = variants.fold_kanji(fold(match.group())) or " "
        base = (
            "".join(char for char in unicodedata.normalize("NFD", folded) if not "\u0300" <= char <= "\u036f")
            if not folded.isascii()
            else folded
        )
        folded = unicodedata.normalize("NFC", base)
        out.append(folded)
        origin += [match.start()] * len(folded)
    return "".join(out), origin


def _whole_clusters(text: str, start: int, end: int) -> tuple[int, int]:
    match = _CLUSTER.match(text, end - 1)
    return start, match.end() if match else end
