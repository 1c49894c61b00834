"""The judged set: reads it, indexes its datasets under a site id of their own, asks the queries, scores the answers.

A query's grades are gains 2^grade - 1, discounted by log2 of the place; nDCG@10 compares with the best
possible order. An answer is useful when one of its first ten datasets has grade 2 or 3. Of datasets that
a city publishes anew each year, the newest has the grade written down and the earlier ones one less.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import statistics
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

HERE = Path(__file__).parent
SECOND = "second_"  # the second set: other cities, another hand, graded before it was asked
SITE = "relevance"
FIRST = 10
# What CKAN's package_search sends with every typed text (ckan/lib/search/query.py, 2.12.0).
CKAN_PARAMS = {
    "defType": "dismax",
    "tie": "0.1",
    "mm": "2<-1 5<80%",
    "qf": "name^4 title^4 tags^2 groups^2 text",
    "sort": "score desc, metadata_modified desc",
    "q.op": "AND",
}


@dataclass
class Query:
    """One typed text; ``grades`` by dataset key; the two halves are drawn by a sum over the text."""

    typed: str
    kind: str
    grades: dict[str, int]

    @property
    def half(self) -> str:
        """``tuning`` or ``held-out``."""
        return "held-out" if zlib.crc32(self.typed.encode()) % 2 else "tuning"


@dataclass
class Score:
    """Sums of one half (or of all)."""

    ndcg: list[float] = field(default_factory=list)
    useless: list[str] = field(default_factory=list)
    none_kept: list[bool] = field(default_factory=list)  # asked for what there is not, and nothing was shown

    def line(self) -> str:
        """Return the figures as one line."""
        share = 100 * len(self.useless) / len(self.ndcg)
        none = f"{sum(self.none_kept)}/{len(self.none_kept)}"
        return f"{len(self.ndcg):4d}   {statistics.mean(self.ndcg):.3f}   {share:5.1f} %   {none}"


def datasets(which: str = "") -> dict[str, dict[str, Any]]:
    """Return the datasets of a set (blank, or ``SECOND``) by key, one for each year of those that have years."""
    found = {}
    for department, entries in _yaml(f"{which}datasets.yaml").items():
        for key, (title, notes, tags, files, *years) in entries.items():
            made = {"title": title, "notes": notes, "tags": tags, "files": files, "organization": department}
            for year in years[0] if years else [""]:
                number = re.sub(r"\D", "", year)
                filled = {name: text.replace("〈年〉", year) for name, text in made.items()}
                if year and year not in filled["title"]:
                    filled["title"] = f"{filled['title']}（{year}）"
                found[f"{key}@{number}" if year else key] = filled
    return found


def queries(which: str = "") -> list[Query]:
    """Return the queries with the grade of every dataset key, years resolved."""
    keys = list(datasets(which))
    return [Query(typed, kind, _grades(text, keys)) for typed, kind, text in _yaml(f"{which}queries.yaml")]


def index_documents(which: str = "") -> list[dict[str, Any]]:
    """Return the datasets as the index documents that CKAN makes of them."""
    return [_document(key, item) for key, item in datasets(which).items()]


def ndcg(grades: dict[str, int], answer: list[str]) -> float:
    """Return nDCG@10 of ``answer`` (dataset keys, best first)."""
    best = _gain(sorted(grades.values(), reverse=True)[:FIRST])
    return _gain([grades.get(key, 0) for key in answer[:FIRST]]) / best if best else 0.0


def ask(connection: Any, typed: str) -> list[str]:
    """Return the keys of the first ten datasets that the engine gives for ``typed``."""
    found = connection.search(q=typed, fq=[f"+site_id:{SITE}"], rows=FIRST, fl="name", **CKAN_PARAMS)
    return [doc["name"].removeprefix("092096_") for doc in found.docs]


def measure(connection: Any, which: str = "") -> tuple[dict[str, Score], dict[str, tuple[float, list[str]]]]:
    """Ask every query; return the scores by half, and (nDCG, answer) by query."""
    scores = {"tuning": Score(), "held-out": Score(), "all": Score()}
    answers = {}
    for query in queries(which):
        answer = ask(connection, query.typed)
        value = ndcg(query.grades, answer)
        answers[query.typed] = value, answer
        for score in (scores[query.half], scores["all"]):
            if not query.grades:
                score.none_kept.append(not answer)
                continue
            score.ndcg.append(value)
            if not any(query.grades.get(key, 0) >= 2 for key in answer):
                score.useless.append(query.typed)
    return scores, answers


@contextlib.contextmanager
def indexed(connection: Any, which: str = "") -> Iterator[None]:
    """Have the judged datasets in the index; they are removed afterwards."""
    connection.delete(q=f"site_id:{SITE}")
    connection.add(index_documents(which))
    try:
        yield
    finally:
        connection.delete(q=f"site_id:{SITE}")


@contextlib.contextmanager
def whitespace_words() -> Iterator[None]:
    """Have the same engine divide texts at blanks and marks only, as CKAN's own Solr schema does.

    Lower case and English stems stay; no dictionary, readings, character pairs, synonyms or second try.
    """
    from ckanext.moka.search.answers import fallback
    from ckanext.moka.search.index import indexer
    from ckanext.moka.search.japanese import analysis, romaji, synonyms, words

    def forget() -> None:
        synonyms.reload()
        words.forget()
        indexer.forget()

    def divide(text: str) -> list[analysis.Token]:
        runs = re.findall(r"[^\W_]+", text.lower())
        return [
            analysis.Token(i, tuple(dict.fromkeys((run, analysis.stem(run))))) for i, run in enumerate(runs)
        ]

    with (
        mock.patch.object(analysis, "tokens", divide),
        mock.patch.object(analysis, "bigrams", lambda text: []),
        mock.patch.object(analysis, "readings", lambda units: iter(())),
        mock.patch.object(analysis, "is_kana", lambda text: False),
        mock.patch.object(analysis, "folded", str.lower),
        mock.patch.object(synonyms, "lookup", lambda word: None),
        mock.patch.object(synonyms, "lookup_sound", lambda word: None),
        mock.patch.object(synonyms, "dropped", frozenset),
        mock.patch.object(fallback, "may_try_again", lambda typed, params: False),
        mock.patch.object(romaji, "katakana", lambda word: ""),
    ):
        forget()
        yield
    forget()


def _grades(text: str, keys: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in text.split():
        wanted, _, grade = part.rpartition(":")
        same = [key for key in keys if key == wanted or key.startswith(f"{wanted}@")]
        for key in same:
            newest = key == same[-1]
            found[key] = int(grade) if newest else max(1, int(grade) - 1)
    return found


def _gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def _document(key: str, item: dict[str, Any]) -> dict[str, Any]:
    name = f"092096_{key}"
    files = item["files"].split()
    package = {
        "id": f"relevance-{key}",
        "name": name,
        "title": item["title"],
        "notes": item["notes"],
        "organization": {
            "name": f"org-{zlib.crc32(item['organization'].encode())}",
            "title": item["organization"],
        },
        "resources": [{"name": file} for file in files],
    }
    return {
        "index_id": f"relevance-{key}",
        "id": package["id"],
        "name": name,
        "site_id": SITE,
        "title": item["title"],
        "title_string": item["title"],
        "notes": item["notes"],
        "tags": item["tags"].split(),
        "organization": package["organization"]["name"],
        "res_name": files,
        "res_format": [file.rpartition(".")[2].upper() for file in files],
        "entity_type": "package",
        "dataset_type": "dataset",
        "state": "active",
        "capacity": "public",
        "permission_labels": ["public"],
        "license_id": "CC-BY-4.0",
        "metadata_created": "2026-04-01T00:00:00Z",
        "metadata_modified": "2026-04-01T00:00:00Z",
        "data_dict": json.dumps(package, ensure_ascii=False),
        "validated_data_dict": json.dumps(package, ensure_ascii=False),
    }


def _yaml(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
