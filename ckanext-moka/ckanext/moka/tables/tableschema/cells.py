"""The cells of one column: proved good at once, or read by frictionless's own cell reader, each distinct value once.

Nothing of frictionless's cell rules is written here again; see https://github.com/frictionlessdata/frictionless-py,
version 5.21.0, ``frictionless/schema/field.py`` (``create_cell_reader``) and ``table/row.py`` (which notes make which
error).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .arrays import counting
from .cellscan import TEXT
from .opening import missing_of
from .proofs import Facts, Test, proof, typed_number_test, written_tests
from .typedcells import READERS, Part, TypedColumn
from .values import ALONE, CANONICAL, PREFIX, Interner

__all__ = ["BadCells", "ColumnResult", "FieldJudge", "Verdict"]

_MOST_REMEMBERED = 200_000
PEEK = 256
_OPTIONS = {
    "integer": ("bare_number",),
    "number": ("bare_number", "float_number", "decimal_char", "group_char"),
    "boolean": ("true_values", "false_values"),
    "list": ("delimiter", "item_type"),
    "array": ("array_item",),
}
_DEFAULTED = {"boolean": ("true_values", "false_values")}


class Verdict(NamedTuple):
    """What frictionless's reader says of a value: its notes on type and constraints, whether it is blank, its key."""

    kind: str | None
    notes: tuple[str, ...]
    blank: bool
    key: Any


class BadCells(NamedTuple):
    """Cells of one column with the same verdict: positions in the piece and their texts."""

    verdict: Verdict
    positions: pa.UInt64Array
    texts: pa.StringArray


@dataclass
class ColumnResult:
    """What a piece of a column came to: cells that are blank (lazily), bad cells, keys when asked for."""

    bad: list[BadCells]
    blank: Callable[[], pa.BooleanArray]
    keys: pa.Array | None = None


class FieldJudge:
    """Judges the cells of one field."""

    def __init__(self, field: Any, number: int, interner: Interner, keyed: bool = False) -> None:
        self.field, self.number, self.interner, self.keyed = field, number, interner, keyed
        self.name: str = field.name
        self.required = bool(field.constraints.get("required"))
        self.missing = list(missing_of(field))
        self._missing = pa.array([m for m in self.missing if isinstance(m, str)], pa.string())
        self._only_empty = self.missing == [""]
        self.reader = field.create_cell_reader()
        self._test: Test | None = proof(self._facts())
        self._canonical = (
            CANONICAL.get(field.type) if field.type != "number" or not field.float_number else None
        )
        if field.type == "date" and field.format != "default":
            self._canonical = None
        countable = any(any(char.isdigit() for char in word) for word in self.missing)
        self._typed_test = None if keyed or countable else typed_number_test(self._facts())
        self._part_tests = {} if keyed or countable else written_tests(self._facts())
        self._text_keys = field.type in ("string", "any")
        self._known: dict[Any, Verdict] = {}

    def _facts(self) -> Facts:
        field = self.field
        options = {
            name: getattr(field, name)
            for name in _OPTIONS.get(field.type, ())
            if field.has_defined(name) or name in _DEFAULTED.get(field.type, ())
        }
        return Facts(field.type, field.format, field.constraints, options, field.create_value_reader())

    # Reading one value

    def verdict(self, source: Any) -> Verdict:
        """Return what frictionless's reader says of ``source`` (a text, a typed value, ``None`` for an absent cell)."""
        token: Any = (source.__class__, source) if not isinstance(source, str) else source
        try:
            known = self._known.get(token)
        except TypeError:
            token, known = None, None
        if known is None:
            known = self._read(source)
            if token is not None and len(self._known) < _MOST_REMEMBERED:
                self._known[token] = known
        return known

    def _read(self, source: Any) -> Verdict:
        try:
            value, notes = self.reader(source)
        except Exception as error:  # noqa: BLE001 - frictionless's readers raise for some values (sNaN, odd bounds)
            note = f'type is "{self.field.type}/{self.field.format}" ({type(error).__name__})'
            return Verdict(note, (), False, None)
        notes = dict(notes) if notes else {}
        kind = notes.pop("type", None)
        key = self.interner.key(value) if self.keyed else None
        return Verdict(kind, tuple(notes.values()), value is None and not kind, key)

    # Reading a column of texts

    def judge(self, cells: pa.StringArray) -> ColumnResult:
        """Judge a piece of the column; a null is an absent cell."""
        coded = self._coded(cells)
        if coded is None:
            bad, keys = self._judge_plain(cells)
        else:
            bad, keys = self._judge_coded(coded)
        return ColumnResult(bad, lambda: self._is_missing(cells), keys)

    def _is_missing(self, cells: pa.StringArray) -> pa.BooleanArray:
        if self._only_empty:
            return pc.fill_null(pc.equal(cells, ""), True)
        found = pc.is_in(cells, value_set=self._missing)
        return pc.or_(found, pc.is_null(cells)) if cells.null_count else found

    def _coded(self, cells: pa.StringArray) -> pa.DictionaryArray | None:
        """Encode columns of few distinct values, so that each is tested once."""
        if len(cells) < 4 * PEEK or len(cells.slice(0, PEEK).unique()) > PEEK // 3:
            return None
        middle = cells.slice(len(cells) // 2, PEEK)
        if len(middle.unique()) > PEEK // 3:
            return None
        return cells.dictionary_encode()

    def _good(self, cells: pa.StringArray) -> pa.BooleanArray | None:
        """Cells that are surely good: missing and not required, or present and proved."""
        missing = None if self._only_empty and self.required else self._is_missing(cells)
        test = self._test
        if test is None:
            return None if self.required else missing
        good = test(cells)
        if missing is None:
            good = pc.and_(good, pc.not_equal(cells, ""))
        elif self.required:
            good = pc.and_not(good, missing)
        else:
            good = pc.or_kleene(good, missing)
        return pc.fill_null(good, False) if good.null_count else good

    def _judge_plain(self, cells: pa.StringArray) -> tuple[list[BadCells], pa.Array | None]:
        good = self._good(cells)
        if good is None:
            positions = counting(len(cells))
            doubtful = cells
        elif pc.all(good, min_count=0).as_py():
            return [], self._keys(cells, None, ()) if self.keyed else None
        else:
            positions = pc.indices_nonzero(pc.invert(good))
            doubtful = cells.take(positions)
        coded = doubtful.dictionary_encode(null_encoding="encode")
        verdicts = [self.verdict(text) for text in coded.dictionary.to_pylist()]
        bad = self._gather(verdicts, coded.indices, positions, doubtful)
        return bad, self._keys(cells, positions, (coded.indices, verdicts)) if self.keyed else None

    def _judge_coded(self, coded: pa.DictionaryArray) -> tuple[list[BadCells], pa.Array | None]:
        words = coded.dictionary
        good = self._good(words)
        doubtful = range(len(words)) if good is None else pc.indices_nonzero(pc.invert(good)).to_pylist()
        verdicts = {code: self.verdict(words[code].as_py()) for code in doubtful}
        wrong = [code for code, verdict in verdicts.items() if verdict.kind or verdict.notes]
        bad: list[BadCells] = []
        by_verdict: dict[tuple[Any, ...], list[int]] = {}
        for code in wrong:
            by_verdict.setdefault(verdicts[code][:2], []).append(code)
        for codes in by_verdict.values():
            places = pc.indices_nonzero(
                pc.is_in(coded.indices, value_set=pa.array(codes, coded.indices.type))
            )
            bad.append(BadCells(verdicts[codes[0]], places, words.take(coded.indices.take(places))))
        if coded.null_count:
            self._absent(coded, bad)
        keys = None
        if self.keyed:
            inner = self._keys(words, None, ()) if not verdicts else self._keys(
                words, pa.array(list(verdicts), pa.uint64()), (pa.array(range(len(verdicts)), pa.int32()), list(verdicts.values()))
            )  # fmt: skip
            keys = inner.take(coded.indices)
        return bad, keys

    def _absent(self, coded: pa.DictionaryArray, bad: list[BadCells]) -> None:
        verdict = self.verdict(None)
        if verdict.kind or verdict.notes:
            places = pc.indices_nonzero(pc.is_null(coded.indices))
            bad.append(BadCells(verdict, places, pa.nulls(len(places), pa.string())))

    def _gather(
        self, verdicts: Sequence[Verdict], codes: pa.Array, positions: pa.Array, texts: pa.Array
    ) -> list[BadCells]:
        by_verdict: dict[tuple[Any, ...], list[int]] = {}
        for code, verdict in enumerate(verdicts):
            if verdict.kind or verdict.notes:
                by_verdict.setdefault(verdict[:2], []).append(code)
        result = []
        for items in by_verdict.values():
            verdict = verdicts[items[0]]
            if len(items) == len(verdicts):
                result.append(BadCells(verdict, positions, texts))
                continue
            mask = pc.is_in(codes, value_set=pa.array(items, codes.type))
            result.append(BadCells(verdict, positions.filter(mask), texts.filter(mask)))
        return result

    # Keys

    def _keys(
        self,
        cells: pa.StringArray,
        positions: pa.Array | None,
        doubtful: tuple[pa.Array, list[Verdict]] | tuple[()],
    ) -> pa.StringArray:
        """Return the keys of the cells; ``doubtful`` are the codes and verdicts of the cells at ``positions``."""
        missing = self._is_missing(cells)
        keys = pc.if_else(missing, pa.scalar(None, pa.string()), cells)
        if self._text_keys:
            plain = pc.invert(pc.starts_with(cells, "\x00"))
        elif self._canonical is not None and self._test is not None:
            plain = pc.match_substring_regex(cells, self._canonical)
            keys = pc.binary_join_element_wise(PREFIX[self.field.type], keys, "")
        else:
            plain = pc.equal(cells, cells) if not len(cells) else pa.repeat(pa.scalar(False), len(cells))
        plain = pc.or_(pc.fill_null(plain, False), missing)
        if not pc.all(plain, min_count=0).as_py():
            keys = self._read_keys(keys, pc.indices_nonzero(pc.invert(plain)), cells)
        if positions is not None and doubtful:
            codes, verdicts = doubtful
            words = pa.array([None if v.key is ALONE else v.key for v in verdicts], pa.string())
            values = words.take(codes)
            lone = [i for i, v in enumerate(verdicts) if v.key is ALONE]
            if lone:
                values = self._scatter_alone(values, codes, set(lone))
            keys = _put(keys, positions, values)
        return keys

    def _read_keys(self, keys: pa.StringArray, places: pa.Array, cells: pa.StringArray) -> pa.StringArray:
        coded = cells.take(places).dictionary_encode(null_encoding="encode")
        verdicts = [self.verdict(text) for text in coded.dictionary.to_pylist()]
        values = pa.array([None if v.key is ALONE else v.key for v in verdicts], pa.string()).take(
            coded.indices
        )
        lone = {i for i, v in enumerate(verdicts) if v.key is ALONE}
        if lone:
            values = self._scatter_alone(values, coded.indices, lone)
        return _put(keys, places, values)

    def _scatter_alone(self, values: pa.Array, codes: pa.Array, lone: set[int]) -> pa.Array:
        return pa.array(
            [self.interner.alone() if code in lone else value for code, value in zip(codes.to_pylist(), values.to_pylist(), strict=True)],
            pa.string(),
        )  # fmt: skip

    def judge_store(
        self, codes: pa.Array, words: pa.StringArray | None, pool: Sequence[Any] | None
    ) -> ColumnResult:
        """Judge a column given as codes and its distinct values: ``words`` when all are texts or absent, else ``pool``."""
        if words is not None:
            bad, keys = self._judge_coded(pa.DictionaryArray.from_arrays(codes, words))
            return ColumnResult(bad, lambda: self._is_missing(words).take(codes), keys)
        verdicts = [self.verdict(value) for value in pool or ()]
        groups: dict[tuple[Any, ...], list[int]] = {}
        for code, verdict in enumerate(verdicts):
            if verdict.kind or verdict.notes:
                groups.setdefault(verdict[:2], []).append(code)
        texts = pa.array([None if value is None else _text(value) for value in pool or ()], pa.string())
        bad = []
        for wrong in groups.values():
            places = pc.indices_nonzero(pc.is_in(codes, value_set=pa.array(wrong, codes.type)))
            bad.append(BadCells(verdicts[wrong[0]], places, texts.take(codes.take(places))))
        keys = None
        if self.keyed:
            keys = pa.array([None if v.key is ALONE else v.key for v in verdicts], pa.string()).take(codes)
            lone = {code for code, v in enumerate(verdicts) if v.key is ALONE}
            keys = self._scatter_alone(keys, codes, lone) if lone else keys
        return ColumnResult(bad, lambda: pa.array([v.blank for v in verdicts], pa.bool_()).take(codes), keys)

    # Typed cells

    def judge_values(self, cells: Sequence[Any]) -> ColumnResult:
        """Judge cells of any type, as workbooks and other formats give them: each distinct (type, value) once."""
        kinds = set(map(type, cells))
        if kinds <= _TEXTS:
            return self.judge(pa.array(cells, pa.string()))
        if kinds <= _NUMBERS and self._typed_test is not None:
            return self._judge_numbers(cells)
        verdicts = [self.verdict(cell) for cell in cells]
        bad = self._bad_values(cells, range(len(cells)), verdicts)
        keys = None
        if self.keyed:
            keys = pa.array(
                [self.interner.alone() if v.key is ALONE else v.key for v in verdicts], pa.string()
            )
        return ColumnResult(bad, lambda: pa.array([v.blank for v in verdicts], pa.bool_()), keys)

    def judge_typed(self, column: TypedColumn) -> ColumnResult:
        """Judge a worksheet's column of several types, kind by kind."""
        done = [(part.places, self._judge_part(part)) for part in column.parts()]
        if len(done) == 1:
            return done[0][1]
        bad = [
            BadCells(item.verdict, places.take(item.positions), item.texts)
            for places, result in done
            for item in result.bad
        ]
        order = pc.sort_indices(pa.concat_arrays([places for places, _result in done]))
        keys = None
        if self.keyed:
            keys = pa.concat_arrays([result.keys for _places, result in done]).take(order)
        return ColumnResult(
            bad, lambda: pa.concat_arrays([result.blank() for _places, result in done]).take(order), keys
        )

    def _judge_part(self, part: Part) -> ColumnResult:
        if part.kind == TEXT:
            return self.judge(part.cells)
        test = self._part_tests.get(part.kind)
        cells, doubtful = part.cells, None
        if test is not None:
            good = test(cells)
            if pc.all(good).as_py():
                return ColumnResult([], lambda: pa.repeat(pa.scalar(False), len(part.cells)))
            doubtful = pc.indices_nonzero(pc.invert(good))
            cells = cells.take(doubtful)
        coded = cells.dictionary_encode()
        result = self.judge_store(
            coded.indices, None, [READERS[part.kind](t) for t in coded.dictionary.to_pylist()]
        )
        if doubtful is None:
            return result
        bad = [BadCells(item.verdict, doubtful.take(item.positions), item.texts) for item in result.bad]
        return ColumnResult(
            bad, lambda: _put(pa.repeat(pa.scalar(False), len(part.cells)), doubtful, result.blank())
        )

    def _judge_numbers(self, cells: Sequence[Any]) -> ColumnResult:
        """Judge numeric cells: only those outside the bounds, and blanks that are required, are read one by one."""
        amounts = pa.array(cells, pa.float64())
        assert self._typed_test is not None
        good = self._typed_test(amounts)
        if not self.required:
            good = pc.or_(good, pc.is_null(amounts))
        places = [] if pc.all(good).as_py() else pc.indices_nonzero(pc.invert(good)).to_pylist()
        bad = self._bad_values(cells, places, [self.verdict(cells[place]) for place in places])
        return ColumnResult(bad, lambda: pc.is_null(amounts))

    def _bad_values(
        self, cells: Sequence[Any], places: Sequence[int], verdicts: Sequence[Verdict]
    ) -> list[BadCells]:
        groups: dict[tuple[Any, ...], list[int]] = {}
        for place, verdict in zip(places, verdicts, strict=True):
            if verdict.kind or verdict.notes:
                groups.setdefault(verdict[:2], []).append(place)
        result = []
        for (kind, notes), wrong in groups.items():
            texts = pa.array([None if cells[p] is None else _text(cells[p]) for p in wrong], pa.string())
            result.append(BadCells(Verdict(kind, notes, False, None), pa.array(wrong, pa.uint64()), texts))
        return result


_TEXTS = {str, type(None)}
_NUMBERS = {int, float, type(None)}


def _text(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _put(keys: pa.StringArray, places: pa.Array, values: pa.Array) -> pa.StringArray:
    """Return ``keys`` with ``values`` at the ascending ``places``."""
    mask = pc.is_in(counting(len(keys)), value_set=places.cast(pa.uint64()))
    return pc.replace_with_mask(keys, mask, values)
