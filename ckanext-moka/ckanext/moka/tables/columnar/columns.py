"""One column of a located table, with the questions that rules ask about its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from re import Pattern
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .cells import Store, Value
from .prefilter import Alphabet, exact, possible, weaker
from .views import Cells, Tally, TextTally

__all__ = ["Column"]

_FEW = 64
_OUTER = "^[^!-~ぁ-ヿ一-鿿！-～]|[^!-~ぁ-ヿ一-鿿！-～]$"
_PLAIN = r"^-?[0-9]{1,9}(?:\.[0-9]{1,6})?$"
# With more distinct values than this nothing is kept as Python objects.
_LONG = 20_000
TextCounts = Counter[str] | TextTally
_SURROGATE = 0xD800


class Column:
    """One column of a located table: ``values`` are its data cells from top to bottom.

    The cells are kept as numbers that point to distinct values (``store``). Cheap, whatever the number of rows:
    ``len``, :attr:`filled`, :attr:`native`, :meth:`matching`, :meth:`holds`, :meth:`among`, :meth:`count_of`,
    :meth:`places`, :meth:`positions_of`. Dear where all values differ: :attr:`texts`, :attr:`counts` (a Python object
    per distinct value), :attr:`joined`. Dear always: :attr:`values` (a Python list of all cells).
    """

    def __init__(
        self,
        index: int,
        raw_label: str,
        label: str,
        values: Sequence[Value] | None = None,
        *,
        store: Store | None = None,
    ) -> None:
        self.index, self.raw_label, self.label = index, raw_label, label
        self.store = store if store is not None else Store.of_values(values or ())
        self.profiles: dict[str | None, Any] = {}
        """What :func:`tables.judging.profile.profile` found, by declared type."""
        self.known: dict[str, Any] = {}
        """What others found out about the values, whatever the label; forgotten with them."""

    def __len__(self) -> int:
        return len(self.store)

    def __repr__(self) -> str:
        return f"Column({self.index}, {self.label!r}, {len(self)} cells)"

    @cached_property
    def values(self) -> Sequence[Value]:
        """All cells from top to bottom."""
        return self.store.values() if len(self) <= _LONG else Cells(self.store)

    @cached_property
    def counts(self) -> Mapping[Value, int]:
        """Distinct values with their counts, in order of first appearance; 0 for what does not occur."""
        if self.store.size > _LONG:
            return Tally(self.store)
        found: Counter[Value] = Counter()
        for value, count in zip(self.store.pool, self.store.tally, strict=True):
            found[value] += count
        return found

    @cached_property
    def texts(self) -> TextCounts:
        """Distinct text values with their counts (numbers and dates of a spreadsheet are not text)."""
        if self.store.size > _LONG:
            return TextTally(self.store)
        found: Counter[str] = Counter()
        pairs = zip(self.store.pool, self.store.tally, strict=True)
        dict.update(found, {v: n for v, n in pairs if v.__class__ is str and v})
        return found

    @property
    def distinct(self) -> int:
        """Number of distinct texts; no Python objects are made for it."""
        return len(self.texts)

    @cached_property
    def joined(self) -> str:
        """All distinct texts in one string: one search tells whether a pattern occurs at all (see :meth:`holds`)."""
        return "\x1f".join(self.texts)

    @cached_property
    def filled(self) -> int:
        """Number of cells that are not empty."""
        return (
            len(self) - self.count_of(pc.fill_null(pc.equal(self.store.words, ""), False)) - self.store.absent
        )

    @property
    def native(self) -> Counter[type]:
        """Number of cells per type among those that are not text and not empty."""
        return self.store.native

    @cached_property
    def alphabet(self) -> Alphabet:
        """Every character that occurs in a text of the column."""
        return Alphabet(_alphabet(self.store.words))

    def replaced(self, values: Sequence[Value]) -> None:
        """Put other values in place and forget what was derived from the old ones."""
        self._start(Store.of_values(values))

    def rewritten(self, mapping: Mapping[str, Value]) -> None:
        """Put other values in the place of some texts (old -> new) and forget what was derived from the old ones."""
        codes = self.codes_of(mapping)
        self._start(self.store.mapped({code: mapping[text] for text, code in codes.items()}))

    def converted(self, mapping: Mapping[Any, Value]) -> None:
        """Put other values in the place of numbers, dates … of a spreadsheet (old -> new), told apart by their type."""
        typed = {(type(old), old): new for old, new in mapping.items()}
        pool = enumerate(self.store.pool)
        self._start(self.store.mapped({c: typed[type(v), v] for c, v in pool if (type(v), v) in typed}))

    def _start(self, store: Store) -> None:
        for name in (
            "values",
            "counts",
            "texts",
            "joined",
            "filled",
            "alphabet",
            "_brief",
        ):
            self.__dict__.pop(name, None)
        self.store, self.profiles, self.known = store, {}, {}

    def renamed(self, label: str) -> Column:
        """Return a column with the same values under ``label``, keeping what was derived from them."""
        twin = Column(self.index, self.raw_label, label, store=self.store)
        for name, known in self.__dict__.items():
            if name not in ("index", "raw_label", "label", "store", "profiles"):
                twin.__dict__[name] = known
        twin.profiles = self.profiles if label == self.label else {}
        return twin

    def found(self, pattern: Pattern[str]) -> Any:
        """Return where ``pattern`` is found: an Arrow array of booleans aligned with the distinct values.

        The answer is that of Python's ``re.search``; Arrow and the alphabet only spare Python the hopeless texts.
        """
        words = self.store.words
        numbers: Any = range(len(words))
        texts = words
        if len(words) > _FEW:
            if not possible(pattern, self.alphabet):
                return _marked(len(words), ())
            answer = _answered(words, pattern)
            if answer is not None:
                return answer
            doubtful = _doubtful(words, pattern)
            if doubtful is not None:
                numbers, texts = doubtful.to_pylist(), words.take(doubtful)
        search = pattern.search
        wanted = [n for n, text in zip(numbers, texts.to_pylist(), strict=True) if text and search(text)]
        return _marked(len(words), wanted)

    def beginnings(self, length: int) -> Counter[str]:
        """Return the first characters of the texts, without blanks before them, with the number of cells."""
        words = pc.utf8_slice_codeunits(pc.utf8_ltrim_whitespace(self.store.words), 0, length)
        found = pa.table({"start": words, "cells": self.store.counted}).group_by("start")
        rows = found.aggregate([("cells", "sum")]).to_pylist()
        return Counter({row["start"]: row["cells_sum"] for row in rows if row["start"]})

    def doubtful(self, pattern: Pattern[str]) -> Iterator[Value]:
        """Yield the distinct values, but for texts without outer white space in which ``pattern`` is found for sure."""
        words = self.store.words
        proven = _answered(words, pattern) if len(words) > _FEW else None
        if proven is None:
            yield from self.counts
            return
        outer = pc.fill_null(pc.match_substring_regex(words, _OUTER), False)
        yield from words.filter(pc.or_(outer, pc.and_(pc.is_valid(words), pc.invert(proven)))).to_pylist()
        yield from self._natives()

    def outside(self, allowed: Iterable[str]) -> Iterator[Value]:
        """Yield the distinct values but for the texts in ``allowed``."""
        words = self.store.words
        yield from words.filter(pc.and_not(pc.is_valid(words), self.marked(allowed))).to_pylist()
        yield from self._natives()

    def within(self, low: float | None, high: float | None) -> bool:
        """Tell whether every cell is a plain number as text between the bounds; false says nothing."""
        words = self.store.words
        if words.null_count or not len(words) or not pc.all(pc.match_substring_regex(words, _PLAIN)).as_py():
            return False
        bounds = pc.min_max(words.cast(pa.float64())).as_py()
        return (low is None or bounds["min"] >= low) and (high is None or bounds["max"] <= high)

    def _natives(self) -> Iterator[Value]:
        if self.native:
            for code in pc.indices_nonzero(pc.is_null(self.store.words)).to_pylist():
                yield self.store.pool_value(code)

    @cached_property
    def _brief(self) -> list[str | None] | None:
        """The distinct texts where they are so few that Python goes through them sooner than Arrow."""
        return self.store.words.to_pylist() if len(self.store.words) <= _FEW else None

    def holds(self, pattern: Pattern[str]) -> bool:
        """Tell whether ``pattern`` is found in any text."""
        if self._brief is not None:
            search = pattern.search
            return any(text and search(text) for text in self._brief)
        return bool(pc.any(self.found(pattern)).as_py())

    def matching(self, pattern: Pattern[str]) -> set[str]:
        """Return the distinct texts in which ``pattern`` is found."""
        if self._brief is not None:
            search = pattern.search
            return {text for text in self._brief if text and search(text)}
        return set(self.store.words.filter(self.found(pattern)).to_pylist())

    def among(self, wanted: Iterable[str]) -> set[str]:
        """Return which of ``wanted`` occur as texts of cells."""
        if self._brief is not None:
            return set(wanted).intersection(self._brief) - {None}
        words = pa.array(list(wanted), pa.string())
        return set(words.filter(pc.is_in(words, self.store.words)).to_pylist()) - {None}

    def count(self, wanted: Iterable[str]) -> int:
        """Return how many cells hold one of the texts ``wanted``."""
        return self.count_of(self.marked(wanted))

    def first(self, wanted: Collection[str]) -> str:
        """Return that of ``wanted`` which comes first in the column; ``StopIteration`` when none occurs."""
        marks = pc.is_in(self.store.words, pa.array(list(wanted), pa.string()))
        return next(iter(self.store.words.filter(marks)[:1].to_pylist()))

    def marked(self, wanted: Iterable[str]) -> Any:
        """Return an Arrow array of booleans aligned with the distinct values: which of them are in ``wanted``."""
        return pc.is_in(self.store.words, pa.array(list(wanted), pa.string()))

    def codes_of(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return the code of each of ``wanted`` that occurs."""
        numbers = pc.indices_nonzero(self.marked(wanted))
        return dict(zip(self.store.words.take(numbers).to_pylist(), numbers.to_pylist(), strict=True))

    def count_of(self, marks: Any) -> int:
        """Return how many cells have one of the distinct values that ``marks`` marks."""
        codes = pc.indices_nonzero(marks)
        if self.store.size == len(self.store):
            return len(codes)
        return int(pc.sum(self.store.counted.take(codes)).as_py() or 0)

    def positions_of(self, marks: Any) -> Any:
        """Return the positions of the cells whose distinct value is marked, as an Arrow array in order."""
        return self.store.where(marks)

    def places(self, wanted: set[str]) -> Iterator[tuple[int, str]]:
        """Yield ``(position in the data, value)`` for every cell whose text is one of ``wanted``."""
        if not wanted:
            return
        where = self.store.where(self.marked(wanted))
        words, codes = self.store.words, self.store.codes.take(where)
        for start in range(0, len(where), 4096):
            texts = words.take(codes[start : start + 4096]).to_pylist()
            yield from zip(where[start : start + 4096].to_pylist(), texts, strict=True)


def _answered(words: Any, pattern: Pattern[str]) -> Any:
    """Return where ``pattern`` is found, by Arrow alone; ``None`` when it means another thing to RE2."""
    same = exact(pattern)
    if same is None:
        return None
    try:
        found = pc.match_substring_regex(words, same)
    except pa.ArrowInvalid:
        return None
    return pc.fill_null(pc.and_(found, pc.greater(pc.binary_length(words), 0)), False)


def _doubtful(words: Any, pattern: Pattern[str]) -> Any:
    """Return the numbers of the texts in which Arrow cannot rule ``pattern`` out; ``None`` when it cannot tell."""
    cheap = weaker(pattern)
    if cheap is None:
        return None
    try:
        return pc.indices_nonzero(pc.match_substring_regex(words, cheap))
    except pa.ArrowInvalid:
        # More repetitions than RE2 allows.
        return None


def _marked(length: int, wanted: Sequence[int]) -> Any:
    if not wanted:
        return pa.nulls(length, pa.bool_()).fill_null(False)
    return pc.is_in(pa.array(range(length), pa.int32()), pa.array(wanted, pa.int32()))


def _alphabet(words: Any) -> frozenset[str]:
    """Return the characters of an Arrow array of strings."""
    _valid, offsets, data = words.buffers() if len(words) else (None, None, None)
    if data is None or data.size == 0:
        return frozenset()
    marks = pa.Array.from_buffers(pa.int32(), len(words) + 1, [None, offsets], offset=words.offset)
    low, high = marks[0].as_py(), marks[-1].as_py()
    text = data.slice(low, high - low)
    octets = pa.Array.from_buffers(pa.uint8(), text.size, [None, text])
    plain = pc.unique(octets).to_pylist()
    if all(code < 128 for code in plain):
        return frozenset(map(chr, plain))
    units = pa.py_buffer(text.to_pybytes().decode("utf-8").encode("utf-16-le"))
    codes = pc.unique(pa.Array.from_buffers(pa.uint16(), units.size // 2, [None, units])).to_pylist()
    if any(_SURROGATE <= code < 0xE000 for code in codes):
        return frozenset(text.to_pybytes().decode("utf-8"))
    return frozenset(map(chr, codes))
