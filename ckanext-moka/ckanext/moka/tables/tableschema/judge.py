"""Judge one table: pieces in two threads, findings gathered in order of the pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .arrays import counting
from .cells import BadCells, FieldJudge
from .cutter import ends_open
from .findings import Findings
from .keys import KeyColumns
from .opening import Opened
from .pieces import Coded, NotPlain, Piece, general_pieces, parse, plain_bytes
from .typedcells import TypedColumn
from .values import Interner

__all__ = ["Judged", "TableJudge"]

_THREADS = 2
_WAITING = 3
EXTRA_RANK, MISSING_RANK, BLANK_RANK, KEY_RANK = 20_000, 40_000, 0, 100_000
_FIELD_RANK = 1_000


@dataclass
class Judged:
    """A judged piece: rows relative to the piece's first record unless ``absolute``."""

    piece: Piece
    bad: list[tuple[int, list[BadCells]]]
    keys: dict[str, pa.Array]
    blank: pa.Array | None


@dataclass
class TableJudge:
    """Judges the pieces of an opened table against its fields; ``touched`` are key fields, which are read first."""

    opened: Opened
    interner: Interner
    keyed: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    only_keys: bool = False
    unclosed_row: int | None = None
    rows: int = 0
    findings: Findings = field(default_factory=Findings)

    def __post_init__(self) -> None:
        self.judges = [
            FieldJudge(item, number, self.interner, item.name in self.keyed)
            for number, item in enumerate(self.opened.fields, start=1)
        ]
        self.keys = KeyColumns(self.keyed)
        self.numbers: list[pa.Array] = []
        self.road = "general"

    def run(self, pieces: Iterator[Piece] | None = None) -> None:
        """Judge all rows. An error of frictionless's reader in mid-file ends them and joins the findings."""
        if pieces is not None:
            self.road = "workbook"
            self._gather(pieces)
            return
        if self.opened.plain:
            try:
                self.road = "plain"
                self._run_plain()
                return
            except NotPlain:
                self._restart()
        self._run_general()

    def _restart(self) -> None:
        head = self.findings.head
        self.rows, self.findings, self.road = 0, Findings(), "general"
        self.findings.head = head
        self.keys, self.numbers = KeyColumns(self.keyed), []

    def _run_general(self) -> None:
        from frictionless import FrictionlessException

        try:
            self._gather(general_pieces(self.opened.rows(), self.opened.width))
        except FrictionlessException as error:
            self.findings.tail.append(error.error.to_descriptor())
        finally:
            self.opened.close()

    def _gather(self, pieces: Iterator[Piece]) -> None:
        waiting: deque[Future[Judged]] = deque()
        with ThreadPoolExecutor(_THREADS) as pool:
            try:
                for piece in pieces:
                    waiting.append(pool.submit(self.judge, piece))
                    if len(waiting) >= _WAITING:
                        self._add(waiting.popleft().result())
            finally:
                # What was read before an error of the reader counts.
                while waiting:
                    self._add(waiting.popleft().result())

    def _run_plain(self) -> None:
        waiting: deque[Future[Judged]] = deque()
        work: Callable[[bytes], Judged] = lambda data: self.judge(parse(data, self.opened))  # noqa: E731
        data = b""
        with ThreadPoolExecutor(_THREADS) as pool:
            try:
                for data in plain_bytes(self.opened):
                    waiting.append(pool.submit(work, data))
                    if len(waiting) >= _WAITING:
                        self._add(waiting.popleft().result())
                while waiting:
                    self._add(waiting.popleft().result())
            finally:
                for item in waiting:
                    item.cancel()
        if data and ends_open(data, self.opened.delimiter.encode(), self.opened.quote.encode()):
            # frictionless takes the rest of the file for one cell and says nothing.
            self.unclosed_row = self.opened.first_row + self.rows - 1

    # One piece

    def judge(self, piece: Piece) -> Judged:
        """Judge a piece; the order of pieces does not matter here."""
        bad: list[tuple[int, list[BadCells]]] = []
        keys: dict[str, pa.Array] = {}
        blank: pa.Array | None = None
        for judge, column in zip(self.judges, piece.columns, strict=True):
            if self.only_keys and not judge.keyed:
                continue
            if isinstance(column, pa.Array):
                result = judge.judge(column)
            elif isinstance(column, TypedColumn):
                result = judge.judge_typed(column)
            elif isinstance(column, Coded):
                result = judge.judge_store(column.codes, column.words, column.pool)
            else:
                result = judge.judge_values(column)
            if result.bad:
                bad.append((judge.number - 1, result.bad))
            if result.keys is not None:
                keys[judge.name] = result.keys
            if not self.only_keys:
                blank = self._blank_so_far(blank, result.blank, piece.size)
        return Judged(piece, bad, keys, blank)

    def _blank_so_far(self, before: pa.Array | None, blank: Callable[[], pa.Array], size: int) -> pa.Array:
        """Return the positions of rows that are blank up to this column."""
        if before is None:
            return pc.indices_nonzero(blank())
        if not len(before):
            return before
        return before.filter(blank().take(before))

    # All pieces, in order

    def _add(self, judged: Judged) -> None:
        piece = judged.piece
        blank = judged.blank if judged.blank is not None else pa.array([], pa.uint64())
        number = _numbering(piece, self.rows + self.opened.first_row)
        if piece.absolute:
            self.numbers.append(pa.array(piece.rows, pa.int64()))
        if judged.keys:
            every = number(counting(piece.size))
            self.keys.add(every, judged.keys)
        for index, groups in judged.bad:
            for cells in groups:
                self._add_cells(index, cells, blank, number)
        blank_rows = set(blank.to_pylist()) if len(blank) else set()
        if len(blank):
            group = self.findings.group("blank-row", None, None, "", BLANK_RANK)
            group.rows.append(number(blank))
        if piece.short or piece.extra:
            self._add_ragged(piece, blank_rows, number)
        self.rows += piece.records

    def _add_cells(self, index: int, cells: BadCells, blank: pa.Array, number: Any) -> None:
        positions, texts = cells.positions, cells.texts
        if len(blank):
            keep = pc.invert(pc.is_in(positions, value_set=blank))
            positions, texts = positions.filter(keep), texts.filter(keep)
        if not len(positions):
            return
        judge = self.judges[index]
        rows = number(positions)
        rank = self.touched.index(judge.name) if judge.name in self.touched else _FIELD_RANK + index
        errors = [("type-error", cells.verdict.kind)] if cells.verdict.kind else []
        errors += [("constraint-error", note) for note in cells.verdict.notes]
        for kind, note in errors:
            group = self.findings.group(kind, index + 1, judge.name, note, rank)
            group.rows.append(rows)
            group.texts.append(texts)

    def _add_ragged(self, piece: Piece, blank: set[int], number: Any) -> None:
        short: dict[int, list[int]] = {}
        extra: dict[int, tuple[list[int], list[str | None]]] = {}
        for position, have in piece.short.items():
            if position not in blank:
                for index in range(have, self.opened.width):
                    short.setdefault(index, []).append(position)
        for position, cells in piece.extra.items():
            if position not in blank:
                for offset, cell in enumerate(cells):
                    places, texts = extra.setdefault(self.opened.width + offset, ([], []))
                    places.append(position)
                    texts.append(str(cell).encode("utf-8", "replace").decode("utf-8"))
        for index, places in short.items():
            group = self.findings.group(
                "missing-cell", index + 1, self.judges[index].name, "", MISSING_RANK + index
            )
            group.rows.append(number(pa.array(places, pa.uint64())))
        for index, (places, texts) in extra.items():
            group = self.findings.group("extra-cell", index + 1, "", "", EXTRA_RANK + min(index, 9_000))
            group.rows.append(number(pa.array(places, pa.uint64())))
            group.texts.append(pa.array(texts, pa.string()))


def _numbering(piece: Piece, first: int) -> Callable[[pa.Array], pa.Int64Array]:
    """Return the function that turns positions in the piece into row numbers of the table."""
    if piece.rows is None:
        return lambda positions: pc.add(positions.cast(pa.int64()), first)
    rows = pa.array(piece.rows, pa.int64())
    if piece.absolute:
        return lambda positions: rows.take(positions)
    return lambda positions: pc.add(rows.take(positions), first)
