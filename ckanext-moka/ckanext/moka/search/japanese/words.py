"""What a typed text asks of the index, as PostgreSQL ``tsquery`` text.

A text becomes terms: a word with what belongs to it (避難 + 所), each with its own forms, the words that
mean the same (``close``) and those that are related (``wide``). Every term has to be there, except those
that say nothing beside others: words of a question are dropped, fillers (一覧, 場所) and verbs count for
the order only. A unit of one character (所, 日) must stand close behind the unit before it: alone it would
match almost anything. What is typed in kana also matches by reading.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ckanext.moka.search.index.indexer import GRAM, LEANS, NEXT, quote
from ckanext.moka.search.japanese import analysis, romaji, synonyms, variants

__all__ = ["WordQuery", "forget", "pattern_prefix", "pieces", "word_query"]

LONGEST = 6  # units of one entry of the synonyms
_MIN_GRAM_RUN = 3
_MAX_TERMS = 24
_MAX_PAIRS = 80
_MAX_SLOP = 20
_MAX_NEAR = 10
_LONGEST_LEXEME = 300  # PostgreSQL refuses words of more than 2,046 bytes; nothing of this length is a word
_PLACES = frozenset("園場館署所院校駅港寺庁局城塔湖島街")


@dataclass(frozen=True)
class WordQuery:
    """``match``: must be there; ``phrase``: the units one after the other (None for a single unit).

    ``reading``: instead of ``match``, what is read like this; ``grams``: pairs of characters. Control
    characters in them stand for a field prefix and a weight restriction. All None: no word in it.
    ``own``, ``close`` and ``wide`` are the parts of a term's ``match``; ``terms`` those of a whole text.
    ``joined``: the folded texts that a reader would call a match, for highlighting.
    """

    match: str | None
    phrase: str | None = None
    grams: str | None = None
    reading: str | None = None
    own: str | None = None
    close: str | None = None
    wide: str | None = None
    text: str = ""
    optional: bool = False
    joined: frozenset[str] = frozenset()
    terms: tuple[WordQuery, ...] = field(default=())

    @property
    def full(self) -> str | None:
        """``match`` or ``reading``, for columns that hold both."""
        return _either(self.match, self.reading)

    @property
    def strong(self) -> str | None:
        """What was typed, by its own forms or its reading; for columns that hold both."""
        return _either(self.own or self.match, self.reading)

    def as_term(self) -> WordQuery:
        """Return a text of one term as that term, with its whole reading and pairs of characters."""
        if not self.terms:
            return self
        term = self.terms[0]
        return replace(term, phrase=self.phrase, grams=self.grams, reading=self.reading or term.reading)

    def in_order(self) -> WordQuery:
        """Return what counts for a text of several terms beyond its terms: the order, the whole reading."""
        return WordQuery(None, self.phrase, self.grams, self.reading, text=self.text)

    def on(self, template: str | None, field: str = "", weight: str = "") -> str:
        """Return ``template`` for one field (blank: all words) and weight (blank: any)."""
        prefix = quote(f"{field}/")[1:-1] if field else ""
        suffix = f":{weight}" if weight else ""
        return (template or "").replace("\x01", prefix).replace("\x02", suffix)


def word_query(text: str, phrase: bool = False, slop: int = 0) -> WordQuery:
    """Return what ``text`` asks for; with ``phrase`` its units have to follow each other."""
    return _word_query(text, phrase, slop, synonyms.generation())


def forget() -> None:
    """Forget remembered queries, when the division into words has changed."""
    _word_query.cache_clear()


@lru_cache(maxsize=1024)
def _word_query(text: str, phrase: bool, slop: int, _generation: tuple[int, frozenset[str]]) -> WordQuery:
    units = [token for token in analysis.tokens(text) if not token.joining]
    folded = analysis.folded(text).replace(" ", "")
    reading = _lexeme(analysis.sound(folded)) if analysis.is_kana(folded) and len(folded) > 1 else None
    if not units:
        return WordQuery(None, reading=reading)
    in_order = _sequence(units) if len(units) > 1 else None
    if phrase:
        match = in_order or _unit(units[0])
        if slop and in_order:
            match = _near(units, slop)
        joined = frozenset({"".join(unit.forms[0] for unit in units), folded})
        return WordQuery(match, in_order, _gram_query(folded, units), reading, text=text, joined=joined)
    terms = _marked(tuple(_terms(units)))[:_MAX_TERMS]
    must = [term.match for term in terms if not term.optional and term.match]
    return WordQuery(
        " & ".join(f"({match})" for match in must), in_order, _gram_query(folded, units), reading,
        text=text, terms=terms, optional=all(term.optional for term in terms),
        joined=frozenset().union(*(term.joined for term in terms)),
    )  # fmt: skip


def pieces(text: str) -> tuple[WordQuery, ...]:
    """Return the smaller words of one word that stands nowhere (ごみ集積所: ごみ, 集積所); () when it has none."""
    units = [token for token in analysis.tokens(text) if not token.joining]
    if len(units) < 2:
        return ()
    terms = tuple(_terms(units, len(units) - 1))
    return tuple(term for term in terms if not term.optional) if len(terms) > 1 else ()


def pattern_prefix(pattern: str) -> str:
    """Return the tsquery for ``word*``."""
    return _lexeme(analysis.folded(pattern)) + ":*"


def _either(first: str | None, second: str | None) -> str | None:
    return f"({first}) | {second}" if first and second else first or second


def _lexeme(form: str) -> str:
    form = form[:_LONGEST_LEXEME]
    quoted = quote(form.replace("\x01", "").replace("\x02", ""))
    return f"'\x01{quoted[1:]}\x02"


def _unit(unit: analysis.Token) -> str:
    forms = " | ".join(_lexeme(form) for form in unit.forms)
    return f"({forms})" if len(unit.forms) > 1 else forms


def _sequence(units: list[analysis.Token]) -> str:
    """Return units in order: the index knows which two follow each other, longer runs are looked at."""
    follow = [
        _pair(before, unit, NEXT)
        for before, unit in zip(units, units[1:], strict=False)
        if unit.position == before.position + 1
    ]
    if len(units) == 2 and follow:
        return follow[0]
    text = _unit(units[0])
    for before, unit in zip(units, units[1:], strict=False):
        text += f" <{unit.position - before.position}> {_unit(unit)}"
    return f"({' & '.join([*follow, f'({text})'])})"


def _near(units: list[analysis.Token], slop: int) -> str:
    """Return units of which each two neighbours are at most ``slop`` moves apart (exchanging them takes two).

    Source: Apache Solr Reference Guide 9, "Proximity Searches"; beyond ``_MAX_SLOP`` they need only be there.
    """
    if slop > _MAX_SLOP or len(units) > _MAX_NEAR:
        return "(" + " & ".join(_unit(unit) for unit in units) + ")"
    found = []
    for before, unit in zip(units, units[1:], strict=False):
        gap = unit.position - before.position
        ways = [f"{_unit(before)} <{gap + more}> {_unit(unit)}" for more in range(slop + 1)]
        ways += [f"{_unit(before)} <{less}> {_unit(unit)}" for less in range(max(0, gap - slop), gap)]
        ways += [f"{_unit(unit)} <{back}> {_unit(before)}" for back in range(1, slop - gap + 1)]
        found.append("(" + " | ".join(f"({way})" for way in ways) + ")")
    return "(" + " & ".join(found) + ")"


def _pair(before: analysis.Token, unit: analysis.Token, mark: str) -> str:
    both = " | ".join(_lexeme(f"{form}{mark}{other}") for form in before.forms for other in unit.forms)
    return f"({both})"


def _plain(text: str) -> str:
    """Return a synonym as a query of its own, answered by the index alone: each two units in order.

    Whether three stand in one row could be told by the words of every dataset only, which is ten times the
    work of the rest of a search; a particle between two is not looked at either (住民の数).
    """
    units = [token for token in analysis.tokens(text) if not token.joining]
    parts, joined = [], set()
    for place, (before, unit) in enumerate(itertools.pairwise(units)):
        follows = unit.position == before.position + 1
        if follows or analysis.leans(unit, before):
            parts.append(_pair(before, unit, NEXT if follows else LEANS))
            joined |= {place, place + 1}
    parts += [_unit(unit) for place, unit in enumerate(units) if place not in joined]
    return parts[0] if len(parts) == 1 else f"({' & '.join(parts)})"


def _marked(terms: tuple[WordQuery, ...]) -> tuple[WordQuery, ...]:
    """Return ``terms`` with those optional that name nothing, unless all of them are so."""
    if all(term.optional for term in terms):
        return tuple(replace(term, optional=False) for term in terms)
    return terms


def _terms(units: list[analysis.Token], longest: int = LONGEST) -> Iterator[WordQuery]:
    """Yield the terms of a text; words of a question only when there is nothing else.

    ``longest``: how many units one entry of the synonyms may cover.
    """
    spoken = {
        index
        for index, unit in enumerate(units)
        if unit.kind != "empty" and unit.key not in synonyms.dropped()
    }
    # A verb that the synonyms know with its noun (ごみを出す日) must not be torn out of it.
    known = _entry_starts(units)
    units = [unit for index, unit in enumerate(units) if index in spoken or index in known] or units
    place = 0
    while place < len(units):
        length, entry = _entry_at(units, place, longest)
        year = _year_at(units, place)
        if year and length < 2:
            yield year
            place += 2
            continue
        if length < units[place].span and _is_place(units[place : place + units[place].span]):
            length, entry = units[place].span, None
        taken = units[place : place + length]
        place += length
        suffix = place < len(units) and analysis.leans(units[place], taken[-1])
        if suffix and entry is None:
            taken.append(units[place])
            place += 1
        yield _term(taken, entry)
        if suffix and entry and _entry_at(units, place)[1] is None:
            yield replace(_term(units[place : place + 1], None), optional=True)
            place += 1


def _is_place(units: list[analysis.Token]) -> bool:
    """Tell whether a word is a kind of place (動物園, 海水浴場), which its parts alone do not mean."""
    contiguous = all(b.position == a.position + 1 for a, b in zip(units, units[1:], strict=False))
    return contiguous and units[-1].forms[0] in _PLACES


def _entry_starts(units: list[analysis.Token]) -> set[int]:
    """Return the indexes of units inside an entry of several units."""
    inside: set[int] = set()
    for place in range(len(units)):
        length, _ = _entry_at(units, place)
        if length > 1:
            inside.update(range(place, place + length))
    return inside


def _entry_at(
    units: list[analysis.Token], place: int, longest: int = LONGEST
) -> tuple[int, synonyms.Entry | None]:
    """Return the longest run of units from ``place`` that has synonyms, and these."""
    for length in range(min(longest, LONGEST, len(units) - place), 0, -1):
        run = units[place : place + length]
        typed = "".join(unit.forms[0] for unit in run)
        found = synonyms.lookup("".join(unit.key for unit in run)) or synonyms.lookup(typed)
        if found is None and len(typed) > 2 and analysis.is_kana(typed):
            found = synonyms.lookup_sound(typed)
        if found:
            return length, found
    return 1, None


def _year_at(units: list[analysis.Token], place: int) -> WordQuery | None:
    """Return the term for 令和7 (= 2025) or 2025 (= 令和7) at ``place``."""
    number = next((form for form in units[place].forms if form.isdigit()), "")
    if len(number) == 4 and 1950 <= int(number) <= 2060:
        other = _era_of(int(number))
        own = _lexeme(number)
        return WordQuery(f"{own} | {other}", own=own, close=other, text=number, joined=frozenset({number}))
    if place + 1 >= len(units) or units[place + 1].position != units[place].position + 1:
        return None
    count = next((form for form in units[place + 1].forms if form.isdigit()), "")
    western = variants.western_years(units[place].forms[0], count)
    if western is None:
        return None
    own, other = _era_of(western) or _sequence(units[place : place + 2]), _lexeme(str(western))
    joined = frozenset({units[place].forms[0] + count})
    return WordQuery(f"{own} | {other}", own=own, close=other, text=f"{western}", joined=joined)


def _era_of(western: int) -> str | None:
    era, letter, first = ("令和", "r", 2018) if western > 2018 else ("平成", "h", 1988)
    if western <= first:
        return None
    number = western - first
    return "(" + " | ".join(_lexeme(f"{sign}{NEXT}{number}") for sign in (era, letter)) + ")"


def _term(units: list[analysis.Token], entry: synonyms.Entry | None) -> WordQuery:
    own = _own(units)
    close = " | ".join(_plain(word) for word in entry.close) if entry and entry.close else None
    wide = " | ".join(_plain(word) for word in entry.wide) if entry and entry.wide else None
    typed = "".join(unit.forms[0] for unit in units)
    reading = _lexeme(analysis.sound(typed)) if analysis.is_kana(typed) and len(typed) > 1 else None
    if reading is None and entry is None and len(units) == 1:
        kana = romaji.katakana(typed)
        reading = _lexeme(analysis.sound(analysis.folded(kana))) if kana else None
    word_key = "".join(unit.key for unit in units)
    optional = word_key in synonyms.optional() or typed in synonyms.optional()
    optional = optional or (entry is None and all(unit.kind == "soft" for unit in units))
    joined = {typed, word_key}
    joined.update(form for unit in units if len(unit.forms[0]) > 1 for form in unit.forms if len(form) > 1)
    if entry:
        joined.update(analysis.folded(word).replace(" ", "") for word in entry.close + entry.wide)
    match = " | ".join(part for part in (own, close, wide) if part)
    return WordQuery(
        match, reading=reading, own=own, close=close, wide=wide, text=typed, optional=optional,
        joined=frozenset(joined),
    )  # fmt: skip


def _own(units: list[analysis.Token]) -> str:
    if len(units) == 1:
        return _unit(units[0])
    close = [analysis.leans(unit, before) for before, unit in zip(units, units[1:], strict=False)]
    parts = [
        _pair(units[place], units[place + 1], LEANS) if leans else "" for place, leans in enumerate(close)
    ]  # a unit that leans, or is leant on, is in one of these
    parts += [
        _unit(unit)
        for place, unit in enumerate(units)
        if not (place and close[place - 1]) and not (place < len(close) and close[place])
    ]
    parts = [part for part in parts if part]
    return parts[0] if len(parts) == 1 else f"({' & '.join(parts)})"


def _gram_query(folded: str, units: list[analysis.Token]) -> str | None:
    """Return the pairs of characters in order, where the dictionary may have divided wrongly."""
    if not all(analysis.is_japanese(char) for char in folded):
        return None
    unknown = any(not unit.known for unit in units)
    if len(folded) < 2 or (not unknown and (len(units) == 1 or len(folded) < _MIN_GRAM_RUN)):
        return None
    pairs = [quote(GRAM + pair) + "\x02" for _, pair in analysis.bigrams(folded)[:_MAX_PAIRS]]
    return " <-> ".join(pairs) if pairs else None
