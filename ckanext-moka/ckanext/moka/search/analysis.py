"""Words of a text: what goes into the index, and what a query asks of it.

Dictionary: SudachiPy with its core dictionary, read once per process at the first Japanese text.
A text becomes :class:`Token` objects, one per shortest unit (SudachiPy's mode A); the longer unit
(mode C) that starts at the same place is one more form of the token. All forms are folded by
``core.text.fold_kana``: width, case, kana and small kana do not matter.

Lexemes: plain (``避難``); ``r:ヒナン`` the reading of one to four units from here on, so that かな
finds 漢字 whatever the division into words.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ckanext.moka.core.text import fold, fold_kana
from ckanext.moka.search.stemmer import stem

__all__ = ["Token", "bigrams", "is_japanese", "is_kana", "reading_of", "readings", "tokens"]

_CJK = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u31f0-\u31ff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<latin>[^\W_{_CJK}]+(?:[-_'][^\W_{_CJK}]+)*)")
_CJK_RUN = re.compile(rf"[{_CJK}]+")
_KANA = re.compile(r"^[\u30a1-\u30ff]+$")
_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Particles, auxiliaries and marks join words; nobody looks for them.
_JOINING = frozenset({"助詞", "助動詞", "補助記号", "記号", "空白"})
_CHUNK = 12000  # characters; SudachiPy refuses more than 49,149 bytes at once
CHAIN = 4
MAX_READING = 24

_local = threading.local()
_lock = threading.Lock()
_dictionary: Any = None


@dataclass(frozen=True)
class Token:
    """One shortest unit: its place in the text, its folded forms (surface first) and its reading."""

    position: int
    forms: tuple[str, ...]
    reading: str = ""
    joining: bool = False
    known: bool = True


def tokens(text: str) -> list[Token]:
    """Return the units of ``text`` in order; particles are there (marked), for the sake of phrases."""
    split = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text))
    found: list[Token] = []
    for match in _RUN.finditer(_strip_accents(fold(split))):
        make = _japanese if match.group("cjk") else _latin
        found.extend(make(match.group(), len(found)))
    return _with_joined_camel(text, found)


def bigrams(text: str) -> list[tuple[int, str]]:
    """Return (position, pair) for neighbouring characters of every Japanese run of ``text``."""
    found, position = [], 0
    for run in _CJK_RUN.findall(fold_kana(text)):
        for start in range(len(run) - 1):
            found.append((position, run[start : start + 2]))
            position += 1
        position += 2
    return found


def readings(units: list[Token]) -> Iterator[tuple[int, str]]:
    """Yield (position, reading) for one to four neighbouring units that start and end with a word."""
    for start, token in enumerate(units):
        if token.joining or not token.reading:
            continue
        joined = ""
        for other in units[start : start + CHAIN]:
            joined += other.reading
            if not other.reading or len(joined) > MAX_READING:
                break
            if not other.joining and len(joined) > 1:
                yield token.position, joined


def reading_of(text: str) -> str:
    """Return ``text`` as it is read, in folded katakana; what is not Japanese stays."""
    return "".join(token.reading or token.forms[0] for token in tokens(text))


def is_kana(text: str) -> bool:
    """Tell whether folded ``text`` is kana only."""
    return bool(_KANA.match(text))


def is_japanese(text: str) -> bool:
    """Tell whether ``text`` has kana or kanji in it."""
    return bool(_CJK_RUN.search(text))


def _japanese(run: str, position: int) -> list[Token]:
    found: list[Token] = []
    for start in range(0, len(run), _CHUNK):
        for surface, normal, reading, joining, known, short in _morphemes(run[start : start + _CHUNK]):
            place = position + len(found)
            long_forms = _forms(surface, normal)
            if not short:
                found.append(Token(place, long_forms, reading, joining, known))
                continue
            for index, (part, part_normal, part_reading) in enumerate(short):
                forms = _forms(part, part_normal) + (long_forms if index == 0 else ())
                found.append(Token(place + index, tuple(dict.fromkeys(forms)), part_reading, joining, known))
    return found


def _forms(surface: str, normal: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((fold_kana(surface), fold_kana(normal))))


def _latin(run: str, position: int) -> list[Token]:
    parts = _PARTS.findall(run)
    whole = "".join(parts)
    found = []
    for index, part in enumerate(parts):
        forms = (part, stem(part)) if index or len(parts) == 1 else (part, stem(part), whole)
        reading = _digits_reading(part)
        found.append(Token(position + index, tuple(dict.fromkeys(forms)), reading))
    return found


def _digits_reading(part: str) -> str:
    return part if part.isdigit() else ""


def _with_joined_camel(text: str, found: list[Token]) -> list[Token]:
    """Add the undivided form of WiFi to its first part, so that wifi finds it."""
    joined = {}
    for word in re.findall(r"[A-Za-z]*[a-z][A-Z][A-Za-z]*", unicodedata.normalize("NFKC", text)):
        joined[fold(_CAMEL.split(word)[0])] = fold(word)
    if not joined:
        return found
    return [
        Token(t.position, (*t.forms, joined[t.forms[0]]), t.reading, t.joining, t.known)
        if t.forms[0] in joined
        else t
        for t in found
    ]


def _strip_accents(text: str) -> str:
    """Return ``text`` with é as e; kana keep their voiced marks."""
    if text.isascii():
        return text
    out = []
    for char in text:
        base = unicodedata.normalize("NFD", char)
        out.append(base[0] if len(base) > 1 and base[0].isascii() else char)
    return "".join(out)


@lru_cache(maxsize=4096)
def _morphemes(run: str) -> tuple[tuple[Any, ...], ...]:
    """Return (surface, normal form, reading, joining, known, shorter units) for each word of ``run``."""
    tokenizer, mode_a = _tokenizer()
    found = []
    for word in tokenizer.tokenize(run):
        short = tuple(
            (part.surface(), part.normalized_form(), fold_kana(part.reading_form()))
            for part in word.split(mode_a)
        )
        joining = word.part_of_speech()[0] in _JOINING
        known = not word.is_oov()
        found.append(
            (
                word.surface(),
                word.normalized_form(),
                fold_kana(word.reading_form()),
                joining,
                known,
                short if len(short) > 1 else (),
            )  # fmt: skip
        )
    return tuple(found)


def _tokenizer() -> tuple[Any, Any]:
    """Return this thread's tokenizer; the dictionary behind it is shared and read once."""
    global _dictionary
    if not hasattr(_local, "tokenizer"):
        from sudachipy import Dictionary, SplitMode

        with _lock:
            if _dictionary is None:
                _dictionary = Dictionary()
            _local.tokenizer = _dictionary.tokenizer(mode=SplitMode.C), SplitMode.A
    return _local.tokenizer
