"""Which standard dataset a table is: by the names of its columns, never by their position."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache
from typing import Any

import moka_schemas

from ..core.naming import label_key
from .model import Table

__all__ = ["apply_schema", "physical_words", "recognise"]

THRESHOLD = 0.5
WITH_FILE_NAME = 0.25
# The facility columns that almost every standard has say nothing about which one it is.
_FILE_NAME = re.compile(r"^[0-9]{5,6}_([a-z_]+?)(?:_[0-9]+)?\.[a-z]+$", re.IGNORECASE)


@cache
def _index() -> tuple[dict[str, dict[str, int]], dict[str, float]]:
    """Return ``schema id -> {label key: field number}`` and the weight of every key (rare labels weigh more)."""
    schemas: dict[str, dict[str, int]] = {}
    spread: Counter[str] = Counter()
    for schema_id in moka_schemas.table_schemas():
        fields = moka_schemas.table_schema(schema_id)["fields"]
        keys: dict[str, int] = {}
        for number, item in enumerate(fields):
            keys[label_key(item["title"])] = number
        for number, item in enumerate(fields):
            keys.setdefault(label_key(item["name"]), number)
            for alias in item.get("aliases", ()):
                keys.setdefault(label_key(alias), number)
        schemas[schema_id] = keys
        spread.update({label_key(item["title"]) for item in fields})
    count = len(schemas)
    weights = {key: math.log((count + 1) / spread[key]) for key in spread}
    return schemas, weights


@cache
def physical_words() -> dict[str, str]:
    """Return the vocabulary for physical names."""
    from ..core.naming import normal_words

    return normal_words(moka_schemas.read("table/vocabulary.yaml"))


def recognise(table: Table, file_name: str, schema_id: str | None = None) -> None:
    """Set ``table.schema`` and which field each column is; ``schema_id`` (with or without layout) forces the choice.

    Confidence is the share of the standard's distinguishing labels that the table carries, times the share of the
    table's labels that the standard knows. Raises ``KeyError`` when ``schema_id`` is not known.
    """
    schemas, weights = _index()
    labels = {column.index: _keys(column.label) for column in table.columns}
    hint = _FILE_NAME.match(file_name)
    best: tuple[float, str] = (0.0, "")
    wanted = [s for s in schemas if schema_id and (s == schema_id or s.startswith(f"{schema_id}."))]
    if schema_id and not wanted:
        raise KeyError(schema_id)
    for candidate in wanted or schemas:
        confidence = _confidence(candidate, labels, schemas, weights)
        named = bool(hint) and candidate.split(".")[0] == hint[1].lower()  # type: ignore[index]
        enough = bool(wanted) or confidence >= (WITH_FILE_NAME if named else THRESHOLD)
        if enough and confidence + named > best[0]:
            best = (confidence + named, candidate)
    if not best[1] and wanted:
        best = (0.0, wanted[0])
    if best[1]:
        confidence = _confidence(best[1], labels, schemas, weights)
        apply_schema(table, moka_schemas.table_schema(best[1]), confidence)


def apply_schema(table: Table, schema: dict[str, Any], confidence: float) -> None:
    """Tie the columns of ``table`` to the fields of ``schema``."""
    keys = _index()[0][schema["id"]]
    table.schema, table.schema_id, table.layout = schema, schema["dataset"], schema["layout"]
    table.confidence = round(confidence, 3)
    used: set[int] = set()
    for column in table.columns:
        number = next(
            (keys[key] for key in _keys(column.label) if key in keys and keys[key] not in used), None
        )
        if number is not None:
            used.add(number)
            table.schema_fields[column.index] = schema["fields"][number]
    table.missing_fields = [item for number, item in enumerate(schema["fields"]) if number not in used]


def _keys(label: str) -> tuple[str, ...]:
    """The label itself and, for a label joined from several header rows, its last part."""
    last = label.rsplit("_", 1)[-1]
    return (label_key(label), label_key(last)) if last != label else (label_key(label),)


def _confidence(
    candidate: str,
    labels: dict[int, tuple[str, ...]],
    schemas: dict[str, dict[str, int]],
    weights: dict[str, float],
) -> float:
    keys = schemas[candidate]
    fields = moka_schemas.table_schema(candidate)["fields"]
    matched = {keys[key] for forms in labels.values() for key in forms[:1] if key in keys}
    matched |= {
        keys[forms[1]]
        for forms in labels.values()
        if len(forms) > 1 and forms[0] not in keys and forms[1] in keys
    }
    if not matched or not labels:
        return 0.0
    weight = [weights[label_key(item["title"])] for item in fields]
    recall = sum(weight[number] for number in matched) / sum(weight)
    precision = len(matched) / len(labels)
    return recall * min(1.0, precision * 1.25)
