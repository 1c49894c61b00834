"""What a typed word or phrase asks of the index, as PostgreSQL ``tsquery`` text.

A typed word becomes units that all have to be there. A unit of one character (所, 日) must stand
close behind the unit before it: alone it would match almost anything. Alternatives of a unit: its
folded forms and the words of its synonym groups. Kana typed as one word also match by reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ckanext.moka.core.text import fold_kana
from ckanext.moka.search import analysis, synonyms
from ckanext.moka.search.indexer import quote

__all__ = ["WordQuery", "pattern_prefix", "word_query"]

NEAR = 3
_MIN_GRAM_RUN = 3


@dataclass(frozen=True)
class WordQuery:
    """``match``: must be there; ``phrase``: the units one after the other (None for a single unit).

    ``reading``: instead of ``match``, what is read like this; ``grams``: pairs of characters. Control
    characters in them stand for a field prefix and a weight restriction. All None: no word in it.
    """

    match: str | None
    phrase: str | None = None
    grams: str | None = None
    reading: str | None = None

    @property
    def full(self) -> str | None:
        """``match`` or ``reading``, for columns that hold both."""
        return (
            f"({self.match}) | {self.reading}" if self.match and self.reading else self.match or self.reading
        )

    def on(self, template: str | None, field: str = "", weight: str = "") -> str:
        """Return ``template`` for one field (blank: all words) and weight (blank: any)."""
        prefix = quote(f"{field}/")[1:-1] if field else ""
        suffix = f":{weight}" if weight else ""
        return (template or "").replace("\x01", prefix).replace("\x02", suffix)


@lru_cache(maxsize=1024)
def word_query(text: str, phrase: bool = False, slop: int = 0) -> WordQuery:
    """Return what ``text`` asks for; with ``phrase`` its units have to follow each other."""
    units = [token for token in analysis.tokens(text) if not token.joining]
    folded = fold_kana(text).replace(" ", "")
    reading = _lexeme(f"r:{folded}") if analysis.is_kana(folded) and len(folded) > 1 else None
    if not units:
        return WordQuery(None, reading=reading)
    in_order = _sequence(units) if len(units) > 1 else None
    if phrase:
        match = in_order or _unit(units[0])
        if slop and in_order:
            match = " & ".join(_unit(unit) for unit in units)
        return WordQuery(match, in_order, _gram_query(folded, units), reading)
    match = _all_units(units)
    whole = synonyms.others(folded)
    if whole:
        match = " | ".join([f"({match})", *(_plain(word) for word in whole)])
    return WordQuery(match, in_order, _gram_query(folded, units), reading)


def pattern_prefix(pattern: str) -> str:
    """Return the tsquery for ``word*``."""
    return _lexeme(fold_kana(pattern)) + ":*"


def _lexeme(form: str) -> str:
    quoted = quote(form.replace("\x01", "").replace("\x02", ""))
    return f"'\x01{quoted[1:]}\x02"


def _unit(unit: analysis.Token) -> str:
    forms = " | ".join(_lexeme(form) for form in unit.forms)
    return f"({forms})" if len(unit.forms) > 1 else forms


def _sequence(units: list[analysis.Token]) -> str:
    text = _unit(units[0])
    for before, unit in zip(units, units[1:], strict=False):
        text += f" <{unit.position - before.position}> {_unit(unit)}"
    return f"({text})"


def _plain(text: str) -> str:
    """Return a synonym as a query of its own: its units in order."""
    units = [token for token in analysis.tokens(text) if not token.joining]
    return _sequence(units) if len(units) > 1 else _unit(units[0])


def _all_units(units: list[analysis.Token]) -> str:
    parts, place = [], 0
    while place < len(units):
        length, alternatives = _synonyms_at(units, place)
        own = [_unit(unit) for unit in units[place : place + length]]
        joined = " & ".join(own)
        if alternatives:
            joined = f"(({joined}) | " + " | ".join(_plain(word) for word in alternatives) + ")"
        following = place + length
        if not alternatives and following < len(units) and _leans(units[place], units[following]):
            joined = _near(units[place], units[following])
            following += 1
        parts.append(joined)
        place = following
    return " & ".join(parts)


def _leans(before: analysis.Token, unit: analysis.Token) -> bool:
    single = len(unit.forms[0]) == 1 and analysis.is_japanese(unit.forms[0])
    return single and unit.position - before.position <= NEAR


def _near(before: analysis.Token, unit: analysis.Token) -> str:
    pairs = (f"{_unit(before)} <{gap}> {_unit(unit)}" for gap in range(1, NEAR + 1))
    return "(" + " | ".join(pairs) + ")"


def _synonyms_at(units: list[analysis.Token], place: int) -> tuple[int, tuple[str, ...]]:
    """Return the longest run of units from ``place`` that has synonyms, and these."""
    for length in range(min(3, len(units) - place), 0, -1):
        found = synonyms.others("".join(unit.forms[0] for unit in units[place : place + length]))
        if found:
            return length, found
    return 1, ()


def _gram_query(folded: str, units: list[analysis.Token]) -> str | None:
    """Return the pairs of characters in order, where the dictionary may have divided wrongly."""
    if not all(analysis.is_japanese(char) for char in folded):
        return None
    unknown = any(not unit.known for unit in units)
    if len(folded) < 2 or (not unknown and (len(units) == 1 or len(folded) < _MIN_GRAM_RUN)):
        return None
    pairs = [quote(pair) + "\x02" for _, pair in analysis.bigrams(folded)]
    return " <-> ".join(pairs) if pairs else None
