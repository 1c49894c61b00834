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
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ckanext.moka.core.text import fold, fold_kana
from ckanext.moka.search.japanese import variants
from ckanext.moka.search.japanese.stemmer import singular, stem

__all__ = [
    "Token",
    "bigrams",
    "folded",
    "is_japanese",
    "is_kana",
    "names_a_person",
    "nouns",
    "reading_of",
    "readings",
    "sound",
    "spans",
    "tokens",
]

_CJK = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u31f0-\u31ff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<latin>[^\W_{_CJK}]+(?:[-_'][^\W_{_CJK}]+)*)")
_CJK_RUN = re.compile(rf"[{_CJK}]+")
_KANA = re.compile(r"^[\u30a1-\u30ff]+$")
_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Identifiers and hash sums: letters and digits by turns. Divided, they would match aed or 7.
_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_MIXED = re.compile(r"^(?=.{8})(?:[a-z]+[0-9]+[a-z]+[0-9]|[0-9]+[a-z]+[0-9]+[a-z])[0-9a-z]*$")
# Particles, auxiliaries and marks join words; nobody looks for them.
_JOINING = frozenset({"助詞", "助動詞", "補助記号", "記号", "空白"})
# Words of a question that name nothing (どこ, この, そして); and words that tell what is done or how.
_EMPTY = frozenset({"代名詞", "連体詞", "接続詞", "感動詞"})
_SOFT = frozenset({"動詞", "形容詞", "副詞", "形状詞"})
_CHUNK = 12000  # characters; SudachiPy refuses more than 49,149 bytes at once
# Suffixes that are voiced behind another word, which the dictionary reads unvoiced (避難所, 保育所).
_VOICED = {"所": "ジヨ"}
_LOAN = re.compile("[ァ-ヴー]{5,}$")  # long enough to be two words
NEAR = 3  # units between which one of a single character leans on another
CHAIN = 4
MAX_READING = 24

_local = threading.local()
_lock = threading.Lock()
_dictionary: Any = None


@dataclass(frozen=True)
class Token:
    """One shortest unit: its place in the text, its folded forms (surface first) and its reading.

    Where a longer word of ``span`` units starts, ``long_reading`` is how that is read: 避難所 is
    ヒナンジョ, its units alone ヒナン and ショ.
    """

    position: int
    forms: tuple[str, ...]
    reading: str = ""
    joining: bool = False
    known: bool = True
    long_reading: str = ""
    span: int = 1
    base: str = ""  # the dictionary form, folded: 逃げ and 逃げる are one
    kind: str = ""  # "empty" for words that name nothing, "soft" for verbs and adjectives

    @property
    def key(self) -> str:
        """The form under which lists of words (synonyms, fillers) know the unit."""
        return self.base or self.forms[0]


def folded(text: str) -> str:
    """Return ``text`` with all spellings that count as the same made equal; for whole titles and words."""
    return variants.same_names(variants.fold_kanji(fold_kana(text)))


def sound(katakana: str) -> str:
    """Return the lexeme of something read as ``katakana``."""
    return "r:" + variants.fold_sounds(katakana)


def tokens(text: str) -> list[Token]:
    """Return the units of ``text`` in order; particles are there (marked), for the sake of phrases."""
    split = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text))
    found: list[Token] = []
    for match in _RUN.finditer(variants.fold_kanji(_strip_accents(fold(split)))):
        make = _japanese if match.group("cjk") else _latin
        found.extend(make(match.group(), len(found)))
    return _with_joined_camel(text, _with_voiced_suffixes(found))


def bigrams(text: str) -> list[tuple[int, str]]:
    """Return (position, pair) for neighbouring characters of every Japanese run of ``text``."""
    found, position = [], 0
    for run in _CJK_RUN.findall(folded(text)):
        for start in range(len(run) - 1):
            found.append((position, run[start : start + 2]))
            position += 1
        position += 2
    return found


def readings(units: list[Token]) -> Iterator[tuple[int, str]]:
    """Yield (position, reading) for one to four neighbouring words that start and end with a content word.

    Both divisions are read, into short and into long units.
    """
    short = [(unit.position, unit.reading, unit.joining) for unit in units]
    long = [(unit.position, unit.long_reading or unit.reading, unit.joining) for unit in _long(units)]
    yield from _chains(short)
    if len(long) < len(short):
        yield from _chains(long)


def _chains(words: list[tuple[int, str, bool]]) -> Iterator[tuple[int, str]]:
    for start, (position, reading, joining) in enumerate(words):
        if joining or not reading:
            continue
        joined = ""
        for _, other, other_joining in words[start : start + CHAIN]:
            joined += other
            if not other or len(joined) > MAX_READING:
                break
            if not other_joining and len(joined) > 1:
                yield position, variants.fold_sounds(joined)


def _long(units: list[Token]) -> list[Token]:
    """Return the units at which a word of the long division starts."""
    found, place = [], 0
    while place < len(units):
        found.append(units[place])
        place += units[place].span
    return found


def reading_of(text: str, units: list[Token] | None = None) -> str:
    """Return ``text`` as it is read, in folded katakana; what is not Japanese stays. ``units``: its tokens, if known."""
    found = _long(tokens(text) if units is None else units)
    return "".join(token.long_reading or token.reading or token.forms[0] for token in found)


def nouns(text: str) -> list[list[tuple[str, str]]]:
    """Return the runs of neighbouring nouns (long units) of ``text``, each as (as written, as read)."""
    runs: list[list[tuple[str, str]]] = []
    for match in _RUN.finditer(variants.fold_kanji(fold(text))):
        runs.append([])
        if match.group("latin"):
            runs[-1].append((match.group(), match.group()))
            continue
        for word in _morphemes(match.group()[:_CHUNK]):
            if word.joining or word.kind:
                runs.append([])
            else:
                runs[-1].append((word.surface, word.reading))
    return [run for run in runs if run]


def spans(text: str) -> list[tuple[int, int, frozenset[str], str]]:
    """Return (start, end, forms, reading) of the short units of ``text``, which is normalised already."""
    found = []
    for match in _RUN.finditer(text):
        place = match.start()
        if match.group("latin"):
            for part in _PARTS.finditer(match.group()):
                forms = frozenset({part.group(), stem(part.group()), singular(part.group())})
                found.append((place + part.start(), place + part.end(), forms, ""))
            continue
        for start in range(0, len(match.group()), _CHUNK):
            for word in _morphemes(match.group()[start : start + _CHUNK]):
                for surface, normal, reading in word.short or ((word.surface, word.normal, word.reading),):
                    forms = frozenset(_forms(surface, normal))
                    found.append((place, place + len(surface), forms, variants.fold_sounds(reading)))
                    place += len(surface)
    return found


def is_kana(text: str) -> bool:
    """Tell whether folded ``text`` is kana only."""
    return bool(_KANA.match(text))


def leans(unit: Token, before: Token) -> bool:
    """Tell whether ``unit`` is of one character (所, 日) and close behind ``before``, so that they belong together."""
    single = len(unit.forms[0]) == 1 and is_japanese(unit.forms[0])
    return single and 0 < unit.position - before.position <= NEAR


def is_japanese(text: str) -> bool:
    """Tell whether ``text`` has kana or kanji in it."""
    return bool(_CJK_RUN.search(text))


def names_a_person(text: str) -> bool:
    """Tell whether a family name is followed by a given name in ``text`` (田中太郎, 田中 花子)."""
    tokenizer, _ = _tokenizer()
    before = ""
    for word in tokenizer.tokenize(text[:_CHUNK]):
        speech = word.part_of_speech()
        part = speech[3] if speech[2] == "人名" else ""
        if before == "姓" and part == "名":
            return True
        if speech[0] != "空白":
            before = part
    return False


def _japanese(run: str, position: int) -> list[Token]:
    found: list[Token] = []
    for start in range(0, len(run), _CHUNK):
        for word in _morphemes(run[start : start + _CHUNK]):
            place = position + len(found)
            whole = _forms(word.surface, word.normal)
            if not word.short:
                found.append(
                    Token(
                        place,
                        whole,
                        word.reading,
                        word.joining,
                        word.known,
                        base=_base(word.normal),
                        kind=word.kind,
                    )
                )
                continue
            for index, (part, part_normal, part_reading) in enumerate(word.short):
                forms = _forms(part, part_normal) + (whole if index == 0 else ())
                token = Token(
                    place + index, tuple(dict.fromkeys(forms)), part_reading, word.joining, word.known,
                    base=_base(part_normal), kind=word.kind,
                )  # fmt: skip
                if index == 0:
                    token = replace(token, long_reading=word.reading, span=len(word.short))
                found.append(token)
    return found


def _with_voiced_suffixes(found: list[Token]) -> list[Token]:
    """Read 避難 and 所 together as ヒナンジョ, beside the readings of the two."""
    out = list(found)
    for place in range(1, len(found)):
        voiced = _VOICED.get(found[place].forms[0])
        before = out[place - 1]
        if (
            voiced
            and before.reading
            and not before.joining
            and before.span == 1
            and before.position + 1 == place
        ):
            out[place - 1] = replace(before, long_reading=before.reading + voiced, span=2)
    return out


@lru_cache(maxsize=65536)
def _forms(surface: str, normal: str) -> tuple[str, ...]:
    """Return the forms of a word: as written, its dictionary form, without the last ー, in digits."""
    found = [folded(surface), _base(normal)]
    found += [form[:-1] for form in found if len(form) > 3 and form.endswith("ー")]
    found.append(variants.digits_of(surface))
    return tuple(dict.fromkeys(form for form in found if form))


@lru_cache(maxsize=65536)
def _base(normal: str) -> str:
    """Return the dictionary form folded; Latin words of the dictionary (Wi-Fi) in one piece."""
    form = folded(normal)
    return re.sub(r"[-' ]", "", form) if form.isascii() and not form.isdigit() else form


def _latin(run: str, position: int) -> list[Token]:
    if _UUID.match(run):
        return [Token(position, (run, run.replace("-", "")))]
    parts = [
        part
        for piece in re.split("[-_']", run)
        for part in ([piece] if _MIXED.match(piece) else _PARTS.findall(piece))
    ]
    whole = "".join(parts)
    found = []
    for index, part in enumerate(parts):
        forms = (part, stem(part)) if index or len(parts) == 1 else (part, stem(part), whole)
        reading = part if part.isdigit() else ""
        found.append(Token(position + index, tuple(dict.fromkeys(forms)), reading, base=singular(part)))
    return found


def _with_joined_camel(text: str, found: list[Token]) -> list[Token]:
    """Add the undivided form of WiFi to its first part, so that wifi finds it."""
    joined = {}
    for word in re.findall(r"[A-Za-z]+", unicodedata.normalize("NFKC", text)):
        if re.search(r"[a-z][A-Z]", word):
            joined[fold(_CAMEL.split(word)[0])] = fold(word)
    if not joined:
        return found
    return [replace(t, forms=(*t.forms, joined[t.forms[0]])) if t.forms[0] in joined else t for t in found]


def _strip_accents(text: str) -> str:
    """Return ``text`` with é as e; kana keep their voiced marks."""
    if text.isascii():
        return text
    out = []
    for char in text:
        base = unicodedata.normalize("NFD", char)
        out.append(base[0] if len(base) > 1 and base[0].isascii() else char)
    return "".join(out)


@dataclass(frozen=True)
class _Morpheme:
    """A word of the long division, with its shorter units (none when it is short itself)."""

    surface: str
    normal: str
    reading: str
    joining: bool
    known: bool
    kind: str
    short: tuple[tuple[str, str, str], ...]


@lru_cache(maxsize=4096)
def _morphemes(run: str) -> tuple[_Morpheme, ...]:
    tokenizer, mode_a = _tokenizer()
    found = []
    for word in tokenizer.tokenize(run):
        short = tuple(
            (part.surface(), part.normalized_form(), variants.fold_reading(part.reading_form()))
            for part in word.split(mode_a)
        )
        if len(short) < 2 and word.is_oov():
            short = _halves(word.surface())
        speech = word.part_of_speech()[0]
        kind = "empty" if speech in _EMPTY else "soft" if speech in _SOFT else ""
        found.append(
            _Morpheme(
                word.surface(),
                word.normalized_form(),
                variants.fold_reading(word.reading_form()),
                speech in _JOINING,
                not word.is_oov(),
                kind,
                short if len(short) > 1 else (),
            )
        )
    return tuple(found)


def _halves(word: str) -> tuple[tuple[str, str, str], ...]:
    """Divide a loan word that the dictionary lacks into two that it has (コミュニティバス), the first the longest.

    The dictionary divides 公共交通 but leaves unknown katakana whole, which バス would not find.
    """
    if not _LOAN.match(word):
        return ()
    for cut in range(len(word) - 2, 1, -1):
        halves = [
            [m for m in _dictionary.lookup(half) if m.part_of_speech()[0] in ("名詞", "接頭辞")]
            for half in (word[:cut], word[cut:])
        ]
        if all(halves):
            best = [half[0] for half in halves]
            return tuple((m.surface(), m.normalized_form(), fold_kana(m.reading_form())) for m in best)
    return ()


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
