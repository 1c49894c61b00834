"""Judge a resource: metadata, header, cells, keys, file; each as frictionless 5.21.0 does it (``Resource.validate``)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .cutter import UnclosedQuote
from .findings import Findings
from .judge import KEY_RANK, TableJudge
from .keys import absent_from, joined, repeats
from .opening import Opened, open_table
from .pieces import Piece
from .values import Interner

__all__ = ["TableResult", "file_stats", "judge_opened", "judge_resource"]


@dataclass
class TableResult:
    """What one table came to; ``passed_on`` is frictionless's own task when it judged something that is no table."""

    resource: Any
    findings: Findings
    opened: Opened | None = None
    judge: TableJudge | None = None
    rows: int = 0
    warnings: list[str] = field(default_factory=list)
    passed_on: dict[str, Any] | None = None
    failed: bool = False

    @property
    def name(self) -> str:
        """The resource's name."""
        return str(self.resource.name)

    @property
    def valid(self) -> bool:
        """Whether nothing was found."""
        return not self.findings.count() and (self.passed_on is None or bool(self.passed_on["valid"]))


@dataclass
class _Foreign:
    """A foreign key: columns here, columns there, and the keys that exist there (``None`` for this very table)."""

    source: str
    target: tuple[str, ...]
    reference: tuple[str, ...]
    known: pa.Array | None


def judge_resource(resource: Any, interner: Interner) -> TableResult:
    """Judge a frictionless resource; never raises for what the data or its descriptor hold."""
    from frictionless import FrictionlessException
    from frictionless.resources import TableResource

    result = TableResult(resource, Findings())
    try:
        resource.to_descriptor(validate=True)
        if not isinstance(resource, TableResource):
            result.passed_on = resource.validate(limit_errors=0).tasks[0].to_descriptor()
            return result
        opened = result.opened = open_table(resource)
        foreign = _lookups(resource, opened, interner)
    except FrictionlessException as error:
        result.failed = True
        result.findings.head = [item.to_descriptor() for item in error.to_errors()]
        return result
    except Exception as error:  # noqa: BLE001 - a descriptor that frictionless cannot use (a broken pattern, odd bound)
        result.failed = True
        result.findings.head = [_unusable(error)]
        return result
    _judge(result, opened, foreign, interner)
    return result


def _unusable(error: Exception) -> dict[str, Any]:
    from frictionless import errors

    descriptor: dict[str, Any] = errors.SchemaError(note=f"{type(error).__name__}: {error}").to_descriptor()
    return descriptor


def judge_opened(
    result: TableResult, opened: Opened, interner: Interner, pieces: Iterator[Piece] | None = None
) -> None:
    """Judge an opened table, its rows read from the file or given as ``pieces``; raises as :func:`open_table`."""
    foreign = _lookups(result.resource, opened, interner)
    _judge(result, opened, foreign, interner, pieces)


def _judge(
    result: TableResult,
    opened: Opened,
    foreign: list[_Foreign],
    interner: Interner,
    pieces: Iterator[Piece] | None = None,
) -> None:
    schema = opened.resource.schema
    names = [item.name for item in opened.fields]
    unique = [item.name for item in opened.fields if item.constraints.get("unique")]
    primary = _primary(schema, opened, names)
    foreign = [key for key in foreign if set(key.target) <= set(names)]
    touched = list(dict.fromkeys([*unique, *primary, *(name for key in foreign for name in key.target)]))
    own = [name for key in foreign if key.known is None for name in key.reference if name in names]
    judge = result.judge = TableJudge(opened, interner, list(dict.fromkeys([*touched, *own])), touched)
    judge.findings.head = [error.to_descriptor() for error in opened.header_errors]
    result.findings = judge.findings
    try:
        judge.run(pieces if pieces is not None else _workbook(opened))
    except UnclosedQuote:
        judge.unclosed_row = opened.first_row + judge.rows
        judge.findings.tail.append(_too_long(judge.unclosed_row))
    finally:
        opened.close()
    result.findings, result.rows = judge.findings, judge.rows
    steps = 0
    for name in unique:
        steps += 1
        _unique(judge, name, names.index(name) + 1, KEY_RANK + steps, unique)
    if primary:
        _primary_key(judge, primary, KEY_RANK + steps + 1, len(set(unique) | set(primary)))
    seen = [*unique, *primary]
    for number, key in enumerate(foreign):
        seen += key.target
        _foreign_key(judge, key, KEY_RANK + steps + 2 + number, len(set(seen)))
    if pieces is None:
        judge.findings.tail += _file_errors(result)


def _too_long(row: int) -> dict[str, Any]:
    from frictionless import errors

    descriptor: dict[str, Any] = errors.SourceError(
        note=f"a quote is opened in or after row {row} and never closed"
    ).to_descriptor()
    return descriptor


def _workbook(opened: Opened) -> Iterator[Piece] | None:
    """Return the rows of a workbook that was read without openpyxl."""
    return opened.sheet.pieces(opened.first_row, opened.width) if opened.sheet is not None else None


def _primary(schema: Any, opened: Opened, names: list[str]) -> list[str]:
    wanted = list(schema.primary_key)
    if not wanted or not set(wanted) <= set(names):
        return []
    if opened.resource.dialect.header_case:
        return wanted
    lower = {name.lower() for name in wanted}
    return [name for name in names if name.lower() in lower]


# Keys


def _unique(judge: TableJudge, name: str, number: int, rank: int, unique: list[str]) -> None:
    found = repeats(judge.keys.column(name), judge.keys.row_numbers())
    if found and len(found.rows):
        note = "the same as in the row at position {}"
        group = judge.findings.group("unique-error", number, name, note, rank, touched=unique.index(name) + 1)
        group.rows.append(found.rows)
        group.details.append(found.before)


def _primary_key(judge: TableJudge, primary: list[str], rank: int, touched: int) -> None:
    key = joined([judge.keys.column(name) for name in primary])
    rows = judge.keys.row_numbers()
    empty = rows.filter(pc.is_null(key))
    if len(empty):
        note = 'cells composing the primary keys are all "None"'
        group = judge.findings.group("primary-key", None, None, note, rank, touched=touched, names=primary)
        group.rows.append(empty.combine_chunks())
    found = repeats(key, rows)
    if found and len(found.rows):
        note = "the same as in the row at position {}"
        group = judge.findings.group("primary-key", None, None, note, rank, touched=touched, names=primary)
        group.rows.append(found.rows)
        group.details.append(found.before)


def _foreign_key(judge: TableJudge, key: _Foreign, rank: int, touched: int) -> None:
    keys = joined([judge.keys.column(name) for name in key.target])
    known = key.known if key.known is not None else _known(judge, key.reference)
    wrong = judge.keys.row_numbers().filter(absent_from(keys, known))
    if len(wrong):
        group = judge.findings.group(
            "foreign-key", None, None, "", rank, touched=touched, names=list(key.target), source=key.source,
            reference=list(key.reference), key=(key.source, *key.target, "/", *key.reference, rank),
        )  # fmt: skip
        group.rows.append(wrong.combine_chunks())


def _known(judge: TableJudge, names: tuple[str, ...]) -> pa.Array:
    rows = len(judge.keys.row_numbers())
    nothing = pa.chunked_array([pa.nulls(rows, pa.string())], pa.string())
    columns = [judge.keys.column(name) if name in judge.keys.columns else nothing for name in names]
    known = joined(columns).unique().drop_null()
    return known.filter(pc.invert(pc.match_substring(known, judge.interner.mark)))


def _lookups(resource: Any, opened: Opened, interner: Interner) -> list[_Foreign]:
    """Gather the keys of referenced tables, with frictionless's errors for references that lead nowhere."""
    from frictionless import FrictionlessException, errors

    if not resource.schema or not resource.schema.foreign_keys:
        return []
    result: list[_Foreign] = []
    done: dict[tuple[str, tuple[str, ...]], pa.Array | None] = {}
    for item in resource.schema.foreign_keys:
        source, reference = item["reference"]["resource"], tuple(item["reference"]["fields"])
        if (source, reference) not in done:
            if source == opened.resource.name or not source:
                done[source, reference] = None
            elif not resource.package:
                note = 'package is required for foreign keys to other resources: "{fk}"'
                raise FrictionlessException(errors.ResourceError(note=note))
            elif not resource.package.has_resource(source):
                note = (
                    f'failed to handle a foreign key for resource "{opened.resource.name}" as resource "{source}" '
                    "does not exist"
                )
                raise FrictionlessException(errors.ResourceError(note=note))
            else:
                done[source, reference] = _referenced(
                    resource.package.get_resource(source), reference, interner
                )
        result.append(_Foreign(source, tuple(item["fields"]), reference, done[source, reference]))
    return result


def _referenced(resource: Any, names: tuple[str, ...], interner: Interner) -> pa.Array:
    from frictionless import FrictionlessException, errors

    opened = open_table(resource)
    judge = TableJudge(opened, interner, list(dict.fromkeys(names)))
    judge.only_keys = True
    try:
        judge.run(_workbook(opened))
    finally:
        opened.close()
    if judge.findings.tail:
        broken = judge.findings.tail[0]
        Error = next(c for c in errors.Error.list_children() if c.type == broken["type"])
        raise FrictionlessException(Error(note=broken["note"]))
    return _known(judge, names)


# The file


def _file_errors(result: TableResult) -> list[dict[str, Any]]:
    """Compare the file with ``hash``, ``bytes``, ``fields`` and ``rows`` of its descriptor."""
    from frictionless import errors

    resource = result.resource
    stats = file_stats(result) if resource.hash or resource.bytes else {}
    found: list[Any] = []
    note = 'expected is "{}" and actual is "{}"'
    if resource.hash:
        algorithm, _mark, expected = (
            "md5:" + resource.hash if ":" not in resource.hash else resource.hash
        ).partition(":")
        actual = stats.get(algorithm)
        if actual and actual != expected:
            found.append(errors.HashCountError(note=note.format(expected, actual)))
    if resource.bytes and resource.bytes != stats.get("bytes"):
        found.append(errors.ByteCountError(note=note.format(resource.bytes, stats.get("bytes"))))
    fields = len(result.opened.resource.schema.fields) if result.opened else 0
    if resource.fields and resource.fields != fields:
        found.append(errors.FieldCountError(note=note.format(resource.fields, fields)))
    if resource.rows and resource.rows != result.rows:
        found.append(errors.RowCountError(note=note.format(resource.rows, result.rows)))
    return [error.to_descriptor() for error in found]


def file_stats(result: TableResult) -> dict[str, Any]:
    """Return md5, sha256 and bytes as frictionless counts them."""
    opened = result.opened
    if opened is None:
        return {}
    if result.judge is not None and result.judge.road == "general":
        stats = opened.resource.stats
        return {
            name: getattr(stats, name) for name in ("md5", "sha256", "bytes") if getattr(stats, name, None)
        }
    path = Path(result.resource.normpath)
    sums: dict[str, Any] = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            for item in sums.values():
                item.update(chunk)
    return {
        "md5": sums["md5"].hexdigest(),
        "sha256": sums["sha256"].hexdigest(),
        "bytes": path.stat().st_size,
    }
