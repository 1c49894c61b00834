"""What a column holds: numbers, dates, times, marks, words; decided on its distinct values."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow.compute as pc

from ...core.dates import is_era_date, parse_clock, parse_era_date, parse_western_date
from ...core.numbers import CHARACTERS, Number, is_mark, parse_number, plain_number
from ..columnar.prefilter import weaker
from ..model import Column

__all__ = ["FAULTS", "Profile", "first_fault", "is_code_label", "is_municipality_label", "profile"]

# Columns whose digits are names, not amounts.
_CODE = re.compile(
    r"(コード|番号|郵便|〒|電話|ＴＥＬ|TEL|FAX|ＦＡＸ|内線|番地|住所|所在|丁目|町字|緯度経度|ID$|ＩＤ$|_id$|^id$|[Cc]ode$|[Pp]hone|[Tt]elephone|[Aa]ddress|[Pp]ostcode|postal|zip|[Nn]umber$|電子メール|メール|URL)",
)
_NOT_CODE = re.compile(r"(行番号|連番|通し番号|^番号$|^No\.?$|^NO$|^№$)")
_LEADING_ZERO = re.compile(r"^0[0-9]+$")
_ISO = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_TIME = re.compile(r"^[0-9０-９]{1,2}[:：][0-9０-９]{2}")
_FEW = 256
# What plain_number accepts, and what _WORD finds, for RE2: both hold only plain characters, so both engines agree.
_PLAIN_RE2 = r"\A[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\z"
# Whatever could be a number, a date, an era, a time or a mark in ASCII, and more.
_ASCII_VALUE = (
    r"\A[\s\x1c-\x1f~+\-\\]*[0-9][0-9,.]*[\s\x1c-\x1fA-Za-z0-9%*()]*\z|\A\s*[0-9]{4}\s*[-/.]\s*[0-9]{1,2}\s*[-/.]|"
    r"\A[\s\x0b\x1c-\x1f]*(?:[MTSHR][.]?\s*[0-9]|[0-9]{1,2}:[0-9]{2}|\S{0,3}[\s\x0b\x1c-\x1f]*\z)"
)
_BLANK_RE2 = r"\A[^!-~ぁ-ヿ一-鿿！-～]*\z"
_DIGIT = re.compile(r"[0-9０-９]")
# A character that occurs in no number, date, time or mark makes a text a word at once.
_WORD = re.compile(
    f"[^{re.escape(CHARACTERS)}明治大正昭和平成令和年度月火水木金土日曜元時分MTSHRＭＴＳＨＲ:：TZ〜～/／-]"
)
_WORD_RE2 = weaker(_WORD) or ""
_ERA_HINT = re.compile(r"[年元MTSHRＭＴＳＨＲ]")


@dataclass
class Profile:
    """Counts of cells per kind, and what each distinct text was found to be."""

    filled: int = 0
    plain: int = 0
    loose: int = 0
    marks: int = 0
    iso: int = 0
    dates: int = 0
    eras: int = 0
    clocks: int = 0
    words: int = 0
    zeros: bool = False
    integral: bool = True
    code: bool = False
    numbers: dict[str, Number] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    mark_texts: set[str] = field(default_factory=set)
    _words: set[str] = field(default_factory=set)
    _more_words: Any = None

    @property
    def word_texts(self) -> set[str]:
        """The texts that are neither number nor date nor mark; a set of all of them is made when it is asked for."""
        if self._more_words is not None:
            self._words.update(self._more_words.to_pylist())
            self._more_words = None
        return self._words

    @property
    def numeric(self) -> bool:
        """The column is meant to hold amounts: most of what is not a mark is a number."""
        values = self.filled - self.marks
        return not self.code and not self.zeros and values > 0 and (self.plain + self.loose) >= values * 0.8

    @property
    def all_numbers(self) -> bool:
        """Every cell that is not empty is a number once repaired exactly."""
        return (
            self.numeric
            and self.marks == 0
            and self.words == 0
            and all(n.exact for n in self.numbers.values())
        )


def is_code_label(label: str) -> bool:
    """Tell whether a label names something whose digits are not an amount (code, phone, postcode, ID, address)."""
    return _CODE.search(label) is not None and _NOT_CODE.search(label) is None


def profile(column: Column, declared: str | None = None) -> Profile:
    """Return the profile of ``column``; ``declared`` is the type of the standard's field (a string is no amount)."""
    known = column.profiles.get(declared)
    if not isinstance(known, Profile):
        known = column.profiles[declared] = _profile(column, declared)
    return known


def _profile(column: Column, declared: str | None) -> Profile:
    result = Profile(filled=column.filled)
    result.code = is_code_label(column.label) if declared is None else declared == "string"
    for kind, count in column.native.items():
        if kind in (int, float):
            result.plain += count
        elif kind in (date, datetime):
            result.iso += count
        elif kind in (time, timedelta):
            result.clocks += count
        else:
            result.words += count
    if column.native.get(float):
        result.integral = False
    classify = _classify_code if result.code else _classify
    store = getattr(column, "store", None)
    if store is None or store.size <= _FEW:
        for text, count in column.texts.items():
            classify(text, count, result)
        return result
    doubtful = _clear_code(column, result) if result.code else _clear(column, result)
    counts = store.counted.take(doubtful).to_pylist()
    for text, count in zip(store.words.take(doubtful).to_pylist(), counts, strict=True):
        classify(text, count, result)
    return result


def _clear(column: Column, result: Profile) -> Any:
    """Count plain numbers and plain words in Arrow; return the numbers of the texts that need a closer look."""
    words = column.store.words
    some = pc.fill_null(pc.greater(pc.binary_length(words), 0), False)
    plain = pc.and_(some, pc.fill_null(pc.match_substring_regex(words, _PLAIN_RE2), False))
    result.plain += column.count_of(plain)
    if result.integral and pc.any(plain).as_py():
        decimals = pc.and_(plain, pc.fill_null(pc.match_substring(words, "."), False))
        result.integral = not pc.any(decimals).as_py()
    rest = pc.and_not(some, plain)
    if not pc.any(rest).as_py():
        return pc.indices_nonzero(rest)
    wordy = pc.and_(rest, pc.fill_null(pc.match_substring_regex(words, _WORD_RE2), False))
    open_ones = pc.indices_nonzero(pc.and_not(rest, wordy))
    if len(open_ones) > _FEW:
        wordy = pc.or_(wordy, pc.and_(rest, pc.fill_null(_ascii_words(words), False)))
    return _words(column, result, wordy, rest)


def _ascii_words(words: Any) -> Any:
    """Mark texts in ASCII that cannot be a number, a date, a time or a mark (1234-56, Hall 7)."""
    return pc.and_not(
        pc.match_substring_regex(words, r"\A[\x00-\x7f]*\z"), pc.match_substring_regex(words, _ASCII_VALUE)
    )


def _clear_code(column: Column, result: Profile) -> Any:
    """Count the codes that can be nothing else in Arrow; return the numbers of the texts that need a closer look."""
    words = column.store.words
    some = pc.fill_null(pc.greater(pc.binary_length(words), 0), False)
    length = pc.utf8_length(words)
    short = pc.or_(pc.less(length, 4), pc.and_(pc.less(length, 9), pc.match_substring_regex(words, "[:：]")))
    blank = pc.match_substring_regex(words, _BLANK_RE2)
    clear = pc.and_not(some, pc.fill_null(pc.or_(short, blank), False))
    return _words(column, result, clear, some)


def _words(column: Column, result: Profile, wordy: Any, rest: Any) -> Any:
    found = column.count_of(wordy)
    if found:
        result.words += found
        result._more_words = column.store.words.filter(wordy)
    return pc.indices_nonzero(pc.and_not(rest, wordy))


def _classify_code(text: str, count: int, result: Profile) -> None:
    """In a column of codes only blanks, marks and times of day matter."""
    if len(text) < 4 and is_mark(text):
        result.marks += count
        result.mark_texts.add(text)
    elif text.isspace():
        result.filled -= count
    elif len(text) < 9 and _TIME.match(text.strip()) and parse_clock(text):
        result.clocks += count
    else:
        result.words += count
        result._words.add(text)


def _classify(text: str, count: int, result: Profile) -> None:
    if plain_number(text):
        result.plain += count
        result.integral = result.integral and "." not in text
        return
    if _WORD.search(text):
        result.words += count
        result._words.add(text)
        return
    stripped = text.strip()
    if not stripped:
        result.filled -= count
    elif is_mark(stripped):
        result.marks += count
        result.mark_texts.add(text)
    elif not _DIGIT.search(stripped) and not _ERA_HINT.search(stripped):
        result.words += count
        result._words.add(text)
    elif _ISO.match(stripped) and (day := parse_western_date(stripped)):
        result.iso += count
        result.days[text] = day
    elif _LEADING_ZERO.match(unicodedata.normalize("NFKC", stripped)):
        result.zeros = True
        result.words += count
        result._words.add(text)
    elif number := parse_number(text):
        result.loose += count
        result.numbers[text] = number
        result.integral = result.integral and "." not in number.plain
    elif day := parse_western_date(stripped):
        result.dates += count
        result.days[text] = day
    elif (day := parse_era_date(stripped)) or is_era_date(stripped):
        result.eras += count
        if day:
            result.days[text] = day
        else:
            result._words.add(text)
    elif _TIME.match(stripped) and parse_clock(stripped):
        result.clocks += count
    else:
        result.words += count
        result._words.add(text)


# In the order in which they are named when a number has several.
FAULTS = ("about", "unit", "comma", "sign", "width", "space")


def first_fault(number: Number) -> str:
    """Return the fault under which a number is reported; notes and currency signs count as units or notes."""
    named = {"note": "about", "money": "unit", "zero": "about"}
    found = {named.get(fault, fault) for fault in number.faults}
    return next((fault for fault in FAULTS if fault in found), "space")


_MUNICIPALITY = re.compile(
    r"(地方公共団体コード|市区町村コード|市町村コード|自治体コード|団体コード|^lgcode$|localgov_code|city_?code)",
    re.IGNORECASE,
)


def is_municipality_label(label: str) -> bool:
    """Tell whether a column is meant to hold 全国地方公共団体コード."""
    return _MUNICIPALITY.search(label) is not None
