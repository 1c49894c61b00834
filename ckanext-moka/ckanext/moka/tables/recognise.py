"""Which standard dataset a table is: by the names of its columns, never by their position."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import moka_schemas

from ..core.naming import label_key
from ..core.numbers import UNITS
from .model import Table

__all__ = ["apply_schema", "differences", "physical_words", "recognise"]

THRESHOLD = 0.5
HINTED = 0.25
# By how much a standard must lead over the next one when only the columns speak for it.
LEAD = 0.04
_EXACT, _ALIAS = 1.0, 0.8
_FILE_NAME = re.compile(r"^[0-9]{5,6}_([a-z_]+?)(?:_[0-9]+)?(?:_(?:all|new))?\.[a-z]+$", re.IGNORECASE)
# What people write beside a name: 【必須】, (必須), ※, *, ← …
_REMARK = re.compile(r"[【\[(（]\s*(?:必須|任意|推奨|入力必須)\s*[】\])）]|[※＊*◎○]+$|^[※＊*◎○]+|(?:←|⇐).*$")
_UNIT = re.compile(rf"[（(](?:{UNITS}|kcal|μg|ｍ|％|ｇ)[）)]$")


@dataclass(frozen=True)
class _Known:
    """One layout of a standard: which field each spelling names, how much each field tells, how sure a spelling is."""

    dataset: str
    keys: dict[str, tuple[int, float]]
    weights: list[float]


@cache
def _index() -> dict[str, _Known]:
    schemas = {name: moka_schemas.table_schema(name) for name in moka_schemas.table_schemas()}
    groups = _groups()
    spread: Counter[str] = Counter()
    for dataset in {schema["dataset"] for schema in schemas.values()}:
        layouts = [schema for schema in schemas.values() if schema["dataset"] == dataset]
        spread.update({_canonical(item["title"], groups) for schema in layouts for item in schema["fields"]})
    count = len({schema["dataset"] for schema in schemas.values()})
    index = {}
    for name, schema in schemas.items():
        fields = schema["fields"]
        keys: dict[str, tuple[int, float]] = {
            label_key(item["title"]): (n, _EXACT) for n, item in enumerate(fields)
        }
        for number, item in enumerate(fields):
            for other in (item["name"], *item.get("aliases", ()), *groups.get(label_key(item["title"]), ())):
                keys.setdefault(label_key(other), (number, _ALIAS))
        weights = [math.log((count + 1) / spread[_canonical(item["title"], groups)]) for item in fields]
        index[name] = _Known(schema["dataset"], keys, weights)
    return index


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """Return for the key of every spelling all spellings of its group."""
    return {
        label_key(name): tuple(group) for group in moka_schemas.read("table/aliases.yaml") for name in group
    }


def _canonical(title: str, groups: dict[str, tuple[str, ...]]) -> str:
    group = groups.get(label_key(title))
    return label_key(group[0]) if group else label_key(title)


@cache
def _hints() -> dict[str, tuple[str, ...]]:
    """Return words of a file name, sheet name or title that speak for a dataset."""
    hints: dict[str, tuple[str, ...]] = {}
    datasets = {known.dataset for known in _index().values()}
    by_title = {schema["title"]: schema["dataset"] for schema in map(moka_schemas.table_schema, _index())}
    for entry in moka_schemas.read("metadata/standard_datasets.json"):
        dataset = entry["slug"] if entry["slug"] in datasets else by_title.get(entry["label"], "")
        if dataset:
            short = re.sub(r"(?:一覧|情報)$", "", entry["label"])
            hints[dataset] = (
                label_key(short),
                *(label_key(tag) for tag in entry["tags"] if "ODS" not in tag),
                entry["slug"],
            )
    return hints


@cache
def physical_words() -> dict[str, str]:
    """Return the vocabulary for physical names."""
    from ..core.naming import normal_words

    return normal_words(moka_schemas.read("table/vocabulary.yaml"))


def recognise(table: Table, file_name: str, schema_id: str | None = None) -> None:
    """Set ``table.schema`` and which field each column is; ``schema_id`` (with or without layout) forces the choice.

    Confidence grows with the share of the standard's fields that the table has (rare ones tell more), and with how
    much more they speak for this standard than for any other; columns that the standard does not know lower it.
    Below the threshold there is no schema. Raises ``KeyError`` when ``schema_id`` is not known.
    """
    index = _index()
    forced = [name for name in index if schema_id and (name == schema_id or name.startswith(f"{schema_id}."))]
    if schema_id and not forced:
        raise KeyError(schema_id)
    labels = [_keys(column.raw_label, column.label) for column in table.columns]
    if not labels:
        return
    scores = {name: _score(known, labels) for name, known in index.items()}
    sure = {name: _certainty(name, scores) for name in forced or index}
    ranked = sorted(
        sure, key=lambda name: (_hinted(name, file_name, table, sure[name]), sure[name]), reverse=True
    )
    chosen = ranked[0]
    if not forced:
        dataset = index[chosen].dataset
        if not _hinted(chosen, file_name, table, sure[chosen]):
            rival = max((sure[name] for name in ranked if index[name].dataset != dataset), default=0.0)
            if sure[chosen] < max(THRESHOLD, rival + LEAD):
                return
    apply_schema(table, moka_schemas.table_schema(chosen), sure[chosen])


def apply_schema(table: Table, schema: dict[str, Any], confidence: float) -> None:
    """Tie the columns of ``table`` to the fields of ``schema``; exact names come before other spellings."""
    keys = _index()[schema["id"]].keys
    table.schema, table.schema_id, table.layout = schema, schema["dataset"], schema["layout"]
    table.confidence = round(confidence, 3)
    used: set[int] = set()
    spellings = {column.index: _keys(column.raw_label, column.label) for column in table.columns}
    for wanted in (_EXACT, _ALIAS):
        for index, forms in spellings.items():
            if index in table.schema_fields:
                continue
            found = [keys[form][0] for form in forms if form in keys and keys[form][1] == wanted]
            number = next((n for n in found if n not in used), None)
            if number is not None:
                used.add(number)
                table.schema_fields[index] = schema["fields"][number]
    table.missing_fields = [item for number, item in enumerate(schema["fields"]) if number not in used]


def differences(table: Table) -> dict[str, list[Any]]:
    """Return how the table differs from its standard: titles of missing fields, extra labels, labels written otherwise."""
    renamed, extra = [], []
    for column in table.columns:
        item = table.schema_fields.get(column.index)
        label = column.raw_label.strip() or column.label
        if item is None:
            extra.append(column.label or label)
        elif label != item["title"]:
            renamed.append({"from": label, "to": item["title"]})
    return {"missing": [item["title"] for item in table.missing_fields], "extra": extra, "renamed": renamed}


def _keys(raw: str, label: str) -> tuple[str, ...]:
    """The keys under which a label is looked up: itself, without remarks, without its unit, its last part."""
    forms: list[str] = []
    for text in (raw, label):
        narrow = unicodedata.normalize("NFKC", text)
        bare = _REMARK.sub("", narrow).strip()
        forms += [narrow, bare, _UNIT.sub("", bare)]
    if "_" in label:
        forms.append(label.rsplit("_", 1)[-1])
    return tuple(dict.fromkeys(key for key in map(label_key, forms) if key))


class _Score(NamedTuple):
    """Weighted share of the fields that are there, their weight, share of labels that are known, rare exact names."""

    recall: float
    weight: float
    precision: float
    rare: int


def _score(known: _Known, labels: list[tuple[str, ...]]) -> _Score:
    found: dict[int, float] = {}
    hits = 0
    for forms in labels:
        match = next((known.keys[form] for form in forms if form in known.keys), None)
        if match is not None:
            hits += match[0] not in found
            found[match[0]] = max(found.get(match[0], 0.0), match[1])
    weight = sum(known.weights[number] * sure for number, sure in found.items())
    rare = sum(sure == _EXACT and known.weights[number] >= _rare() for number, sure in found.items())
    return _Score(weight / sum(known.weights), weight, hits / len(labels), rare if len(found) >= 5 else 0)


@cache
def _rare() -> float:
    """The weight of a name that no more than two datasets have."""
    count = len({known.dataset for known in _index().values()})
    return math.log((count + 1) / 2) - 1e-9


def _certainty(name: str, scores: dict[str, _Score]) -> float:
    index, score = _index(), scores[name]
    certain = score.recall
    if score.rare:
        rival = max(s.weight for n, s in scores.items() if index[n].dataset != index[name].dataset)
        certain = max(certain, 0.9 * (1 - 2 ** (-max(0.0, score.weight - rival) / 3)))
    return min(1.0, certain) * min(1.0, score.precision * 1.25)


def _hinted(name: str, file_name: str, table: Table, certainty: float) -> bool:
    """The file name, the sheet name or a title names the dataset, and the columns do not speak against it."""
    if certainty < HINTED:
        return False
    dataset = _index()[name].dataset
    match = _FILE_NAME.match(file_name)
    words = _hints().get(dataset, (dataset,))
    if match and match[1].lower() in (*words, dataset):
        return True
    return any(word in place for place in _places(file_name, table) for word in words[:-1] if len(word) >= 3)


def _places(file_name: str, table: Table) -> Iterable[str]:
    yield label_key(file_name)
    yield label_key(table.sheet.name or "")
    for row in table.title_rows[:4]:
        yield from (label_key(value) for value in table.sheet.rows[row] if isinstance(value, str))
