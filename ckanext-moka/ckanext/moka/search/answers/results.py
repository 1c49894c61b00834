"""Runs one search: finds the versions of the hits, puts them in order, counts facets, reads one page.

Three statements in one snapshot at most: which documents match (and which of them have the words in title or
tags); for versions that this process has not met, their numbers; the documents of the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ckanext.moka.search.answers import facets, ranking
from ckanext.moka.search.index import columns, store
from ckanext.moka.search.index.columns import Columns, Ints
from ckanext.moka.search.language.functions import Function

__all__ = ["Boosts", "Found", "OtherEpoch", "Plan", "find", "find_plain"]

_EPOCH = "(SELECT epoch FROM moka_search.about)"
# Where words are asked for, PostgreSQL must not read the words of all documents instead of the index over them.
_BY_INDEX = "SET LOCAL enable_seqscan = off;"
# What a result may show without its document being read.
_SMALL = ("id", "name", "index_id", "site_id", "state")
# The document of a version. For the fine score its words are fetched once and kept, not once for each use: any
# function does that, this one is the cheapest (the score does not look at weights). OFFSET keeps it in one place.
_PLAIN = "SELECT * FROM moka_search.document WHERE version = w.number"
_UNPACKED = f"""SELECT {", ".join((*_SMALL, "doc", "year", "modified", "views", "head", "found", "fielded"))},
    setweight(words, 'D') AS words FROM moka_search.document WHERE version = w.number OFFSET 0"""  # noqa: S608
_ENOUGH = 2000
_MOMENTS = {"metadata_modified": "modified", "metadata_created": "created"}


class OtherEpoch(Exception):
    """The tables were made anew since the terms of the query were looked up."""


@dataclass(frozen=True)
class SortKey:
    """One part of the order: ``column`` of :class:`Columns`, a function, or ``sql`` of a document ``d``."""

    name: str
    descending: bool
    column: str = ""
    sql: str = ""
    function: Function | None = None


@dataclass
class Boosts:
    """Functions that are added to the score (``bf``), and that it is multiplied by (``boost``).

    ``numbers``: for each field that functions need, the SQL of its number (no value: NaN) of a document ``d``.
    """

    added: list[tuple[Function, float]] = field(default_factory=list)
    factors: list[tuple[Function, float]] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.factors)


@dataclass
class Plan:
    """What one search asks for; ``where`` is over a document ``d``, ``params`` are its parameters."""

    where: str
    params: dict[str, Any]
    order: list[SortKey]
    score: ranking.Score
    epoch: str
    start: int
    rows: int
    shown: list[str]
    facets: list[str]
    boosts: Boosts = field(default_factory=Boosts)


@dataclass
class Found:
    """The answer: number of hits, documents with their scores, counts by field and value."""

    total: int
    page: list[tuple[dict[str, Any], float]]
    counts: dict[str, dict[str, int]]


def find_plain(plan: Plan) -> Found:
    """Answer a search without facets and score by one statement (``package_show`` sends many of these)."""
    order = [f"{key.sql} {'DESC' if key.descending else 'ASC'} NULLS LAST" for key in plan.order if key.sql]
    params = {**plan.params, "limit": plan.rows, "offset": plan.start}
    sql = f"""
        SELECT {_EPOCH}, (SELECT count(*) FROM moka_search.document d WHERE {plan.where}), (
            SELECT jsonb_agg({_document(plan.shown, params)} ORDER BY place) FROM (
                SELECT d.*, row_number() OVER (ORDER BY {", ".join([*order, "d.seq"])}) AS place
                FROM moka_search.document d WHERE {plan.where} ORDER BY place LIMIT :limit OFFSET :offset
            ) x)"""  # noqa: S608
    sql = store.budget() + sql
    epoch, total, page = store.read(lambda connection: store.run(connection, sql, params))[0]
    if epoch != plan.epoch:
        raise OtherEpoch(epoch)
    return Found(total, [(doc, 1.0) for doc in page or []], {name: {} for name in plan.facets})


def find(plan: Plan) -> Found:
    """Answer any search."""
    return store.snapshot(lambda query: _Search(plan, query).answer())


class _Search:
    """One search in one snapshot."""

    def __init__(self, plan: Plan, query: store.Query):
        self.plan, self.query = plan, query

    def answer(self) -> Found:
        plan = self.plan
        known, hits, sets, ranks = self._hits()
        rough = self._rough(known, hits, sets)
        factor = self._boosted(len(hits), rough)
        keys = self._keys(known, hits, rough, ranks)
        first = plan.order[0].name == "score" and plan.order[0].descending if plan.order else False
        finely = first and not plan.score.blank and plan.start < ranking.WINDOW
        wanted = plan.start + plan.rows
        best = _top(keys, np.arange(len(hits)), max(wanted, ranking.WINDOW) if finely else wanted)
        factors = factor[best] if factor is not None else None
        page = self._page(known.versions[hits[best]], rough[best], finely, factors) if plan.rows else []
        return Found(len(hits), page, facets.count(plan.epoch, known, hits, plan.facets))

    def _hits(self) -> tuple[Columns, Ints, list[Ints], list[Ints]]:
        """Return the columns, the positions of the hits in them, the score's sets, and ranks by SQL keys."""
        plan, score = self.plan, self.plan.score
        others = [key for key in plan.order if key.sql and not key.column]
        ranks = [
            f", dense_rank() OVER (ORDER BY {key.sql} {'DESC' if key.descending else 'ASC'} NULLS LAST) AS o{number}"
            for number, key in enumerate(others)
        ]
        outputs = [
            f"array_send(array_agg(h.{name}))" for name in ("version", *(f"o{i}" for i in range(len(others))))
        ]
        outputs += [
            f"(SELECT array_send(array_agg(d.version)) FROM moka_search.document d WHERE {s})"  # noqa: S608
            for s in score.sets
        ]
        outputs += score.counts
        outputs += [f"array_send(array_agg(h.n{number}))" for number in range(len(plan.boosts.numbers))]
        ranks += [f", {number_sql} AS n{i}" for i, number_sql in enumerate(plan.boosts.numbers.values())]
        sql = f"""SELECT {_EPOCH}, {", ".join(outputs)} FROM (
            SELECT d.version{"".join(ranks)} FROM moka_search.document d WHERE {plan.where}) h"""  # noqa: S608
        row = self.query(sql, plan.params, store.budget() + (_BY_INDEX if "@@" in sql else ""))[0]
        if row[0] != plan.epoch:
            raise OtherEpoch(row[0])
        sent = iter(row[1:])
        versions = columns.numbers(next(sent))
        by_sql = [columns.numbers(next(sent)) for _ in others]
        sets = [columns.numbers(next(sent)) for _ in score.sets]
        score.counted([next(sent) for _ in score.counts])
        known, hits = columns.current(
            plan.epoch, versions, lambda sql, params: self.query(sql, params, store.PATIENT)[0]
        )
        self.numbers = {name: columns.decimals(next(sent)) for name in plan.boosts.numbers}
        for name, column in _MOMENTS.items():
            values = getattr(known, column)[hits]
            self.numbers[name] = np.where(values == columns.NONE, np.nan, values.astype(np.float64))
        return known, hits, sets, by_sql

    def _boosted(self, amount: int, rough: ranking.Floats) -> ranking.Floats | None:
        """Change the rough scores by the functions asked for; return what fine scores are multiplied by."""
        boosts = self.plan.boosts
        for function, weight in boosts.added:
            rough += weight * function.value(self.numbers, amount)
        if not boosts.factors:
            return None
        factor = np.ones(amount)
        for function, weight in boosts.factors:
            factor = np.clip(factor * weight * function.value(self.numbers, amount), -1e15, 1e15)
        rough *= factor
        return factor

    def _rough(self, known: Columns, hits: Ints, sets: list[Ints]) -> ranking.Floats:
        if self.plan.score.blank:
            return np.ones(len(hits))
        flags = []
        for versions in sets:
            places = known.positions(versions)
            inside = np.zeros(len(known.versions), dtype=bool)
            inside[places[places >= 0]] = True
            flags.append(inside[hits])
        return self.plan.score.rough(flags, known.title_words[hits].astype(np.float64))

    def _keys(self, known: Columns, hits: Ints, rough: ranking.Floats, ranks: list[Ints]) -> list[Any]:
        """Return the order as arrays over the hits, the first most important, bigger before smaller."""
        remaining, keys = iter(ranks), list[Any]()
        for key in self.plan.order:
            if key.name == "score":
                keys.append(rough if key.descending else -rough)
            elif key.function:
                values = key.function.value(self.numbers, len(hits))
                keys.append(values if key.descending else -values)
            elif key.column:
                values = getattr(known, key.column)[hits]
                keys.append(values if key.descending else np.where(values == columns.NONE, values, -values))
            else:
                keys.append(-next(remaining))
        return [*keys, -known.seq[hits]]

    def _page(
        self, versions: Ints, rough: ranking.Floats, finely: bool, factors: ranking.Floats | None
    ) -> list[tuple[dict[str, Any], float]]:
        plan, end = self.plan, self.plan.start + self.plan.rows
        if not finely:
            return self._documents(versions[plan.start : end], rough[plan.start : end], "0.0", 0, plan.rows)
        fine, window = plan.score.fine(), ranking.WINDOW
        if factors is not None:
            plan.score.compiler.params["factors"] = factors[:window].tolist()
            fine = f"(CAST(:factors AS double precision[]))[w.place] * ({fine})"
        page = self._documents(versions[:window], rough[:window], fine, plan.start, plan.rows)
        if end > window:
            page += self._documents(versions[window:end], rough[window:end], "0.0", 0, plan.rows)
        return page

    def _documents(
        self, versions: Ints, rough: ranking.Floats, fine: str, start: int, rows: int
    ) -> list[tuple[dict[str, Any], float]]:
        """Read ``rows`` documents from ``start`` on, by rough and fine score, then in the order given."""
        if not len(versions):
            return []
        params = {
            **self.plan.score.compiler.params,
            "versions": versions.tolist(),
            "scores": rough.tolist(),
            "limit": rows,
            "offset": start,
        }
        order = "place" if fine == "0.0" else "score DESC, place"
        sql = f"""SELECT {_document(self.plan.shown, params)}, x.score FROM (
                SELECT {", ".join(f"d.{name}" for name in (*_SMALL, "doc"))}, w.place,
                    w.score + CAST({fine} AS double precision) AS score
                FROM unnest(CAST(:versions AS bigint[]), CAST(:scores AS double precision[]))
                    WITH ORDINALITY AS w(number, score, place)
                JOIN LATERAL ({_PLAIN if fine == "0.0" else _UNPACKED}) d ON TRUE
                ORDER BY {order} LIMIT :limit OFFSET :offset
            ) x ORDER BY {order}"""  # noqa: S608
        return [(row[0] or {}, row[1]) for row in self.query(sql, params, store.budget())]


def _document(shown: list[str], params: dict[str, Any]) -> str:
    """Return the SQL of what is shown of a document ``x``: the whole, or the fields that are asked for."""
    if not shown or "*" in shown:
        return "x.doc"
    if set(shown) <= {*_SMALL, "score"}:
        pairs = ", ".join(f"'{name}', x.{name}" for name in shown if name != "score")
        return f"jsonb_build_object({pairs})"
    if any("*" in name for name in shown):  # extras_*
        escaped = [
            name.replace("!", "!!").replace("%", "!%").replace("_", "!_").replace("*", "%") for name in shown
        ]
        params["shown"] = escaped
        return (
            "(SELECT jsonb_object_agg(key, value) FROM jsonb_each(x.doc), unnest(CAST(:shown AS text[])) p"
            " WHERE key LIKE p ESCAPE '!')"
        )
    params["shown"] = shown
    return "(SELECT jsonb_object_agg(key, value) FROM jsonb_each(x.doc) WHERE key = ANY(:shown))"


def _top(keys: list[Any], of: Ints, amount: int) -> Ints:
    """Return the best ``amount`` of the places ``of`` by ``keys`` (bigger first), in order.

    Only those that may be among them are sorted: for a hundred thousand hits that is a tenth of the time.
    """
    if amount <= 0 or not len(of):
        return of[:0]
    if len(of) <= max(amount, _ENOUGH) or len(keys) == 1:
        return of[np.lexsort([-key[of] for key in reversed(keys)])][:amount]
    values = keys[0][of]
    least = np.partition(values, len(of) - amount)[len(of) - amount]
    sure, tied = of[values > least], of[values == least]
    return np.concatenate([_top(keys, sure, len(sure)), _top(keys[1:], tied, amount - len(sure))])
