"""One search: Solr's parameters in, Solr's answer out."""

from __future__ import annotations

from typing import Any

import pysolr

from ckanext.moka.search import facets, fallback, fields, ranking, results, store, synonyms, terms
from ckanext.moka.search.compiler import Compiler
from ckanext.moka.search.local_params import split_local_params
from ckanext.moka.search.nodes import Node, QueryError
from ckanext.moka.search.query_parser import DEFAULT_MM, parse_dismax, parse_filter, parse_lucene

__all__ = ["SearchRequest"]

_MAX_ROWS = 100_000
_IN_COLUMNS = {"metadata_modified": "modified", "metadata_created": "created"}
_IN_ROW = {"name", "title_string", "id", "site_id", "state"}


class SearchRequest:
    """Reads the parameters, plans the search, shapes the answer."""

    def __init__(self, q: str, params: dict[str, Any]):
        self.q = q or "*:*"
        self.params = params
        self.operator = str(params.get("q.op") or "OR")
        self.wanted = _names(params.get("fl"))

    def run(self) -> dict[str, Any]:
        """Return Solr's JSON answer as a dictionary; raises ``QueryError`` or ``SolrError``."""
        found, outcome = self._tried()
        fallback.remember(outcome)
        docs = [_with_score(doc, score, self.wanted) for doc, score in found.page]
        counts = facets.shape(
            found.counts, self._int("facet.limit", 100), self._int("facet.mincount", 0)
        )  # fmt: skip
        return {
            "moka_search": outcome.as_dict() if outcome else None,
            "response": {"numFound": found.total, "start": self._int("start", 0), "docs": docs},
            "facet_counts": {"facet_fields": counts},
        }

    def _tried(self) -> tuple[results.Found, fallback.Outcome | None]:
        """Search; where nothing is found for typed words, once more with fewer or other words."""
        found = self._found(None)
        if not self._typed or not fallback.may_try_again(self._typed, self.params):
            return found, None
        outcome = fallback.Outcome(self._typed, strict_count=found.total)
        if found.total > fallback.FEW:
            fallback.suggest(outcome)
            return found, outcome
        return fallback.second_try(self._found, self._plain_words, _in_snapshot, found, outcome)

    def _plain_words(self, text: str) -> Node:
        mm = str(self.params.get("mm") or DEFAULT_MM)
        return parse_dismax(text, mm, synonyms.optional() | synonyms.dropped())

    def _found(self, instead: Node | None) -> results.Found:
        """Search for ``q``, or for ``instead``; once more when the tables were made anew meanwhile."""
        self._instead = instead
        try:
            return self._find()
        except results.OtherEpoch as change:
            store.remember_epoch(str(change))
            return self._find()

    def _find(self) -> results.Found:
        self.compiler = Compiler()
        where = self._where()
        order = self._order()
        scored = "score" in self.wanted or any(key.name == "score" for key in order)
        score = ranking.Score.plan(self.compiler, self._typed) if scored else ranking.Score(self.compiler)
        self.score = score
        start, rows = self._int("start", 0), self._int("rows", 10)
        if not 0 <= rows <= _MAX_ROWS or not 0 <= start < 2**31:
            raise QueryError("start and rows must be positive numbers")
        epoch = store.remembered_epoch()
        self._bind_terms(epoch)
        names = self._facet_names()
        plan = results.Plan(
            where, self.compiler.params, order, score, epoch, start, rows, self.wanted, names
        )  # fmt: skip
        return results.find(plan) if names or not score.blank else results.find_plain(plan)

    def _bind_terms(self, epoch: str) -> None:
        """Give the terms that the conditions name their numbers; one that stands nowhere matches nothing."""
        ids = terms.known_ids(epoch, self.compiler.terms.values())
        for name, pair in self.compiler.terms.items():
            self.compiler.params[name] = [ids[pair]] if pair in ids else []

    def _where(self) -> str:
        node = self._query()
        conditions = [self.compiler.condition(self._instead or node) or "FALSE"]
        filters = self.params.get("fq") or []
        for text in [filters] if isinstance(filters, str) else filters:
            if text and text.strip():
                node = parse_filter(text, self.operator)
                conditions.append(self.compiler.condition(node, scored=False) or "TRUE")
        return " AND ".join(conditions)

    def _query(self) -> Node:
        """Return the node of ``q`` by the parser that ``defType`` names."""
        self._typed = ""
        if split_local_params(self.q)[0] is not None:
            return parse_filter(self.q, self.operator)
        kind = self.params.get("defType") or "lucene"
        if kind in ("dismax", "edismax"):
            self.compiler.query_fields = ranking.parse_qf(self.params.get("qf") or "")
            self._typed = self.q
            if (kind == "dismax" and self.q.strip() != "*:*") or ":" not in self.q:
                mm = str(self.params.get("mm") or DEFAULT_MM)
                return parse_dismax(self.q, mm, synonyms.optional() | synonyms.dropped())
            return parse_lucene(self.q, self.operator, (), lenient=True)
        if kind != "lucene":
            raise QueryError(f"The query parser {kind!r} is not supported")
        return parse_lucene(self.q, self.operator, (str(self.params.get("df") or "text"),), lenient=True)

    def _order(self) -> list[results.SortKey]:
        """Return the parts of ``sort``, the most important first."""
        parts = []
        for item in (self.params.get("sort") or "score desc").split(","):
            words = item.split()
            if not words:
                continue
            if len(words) != 2 or words[1].lower() not in ("asc", "desc"):
                raise pysolr.SolrError(
                    f"Can't determine a Sort Order (asc or desc) in sort spec {self.params.get('sort')!r}"
                )
            parts.append(self._sort_key(words[0], words[1].lower() == "desc"))
        return parts

    def _sort_key(self, name: str, descending: bool) -> results.SortKey:
        if name == "score":
            return results.SortKey(name, descending)
        if name in _IN_COLUMNS:
            return results.SortKey(name, descending, _IN_COLUMNS[name], f"d.{_IN_COLUMNS[name]}")
        name = "title_string" if name == "title" else name
        if name in _IN_ROW:
            return results.SortKey(name, descending, sql=f'd.{name} COLLATE "C"')
        value = f"(d.fields -> CAST({self.compiler.bind(name)} AS text) ->> 0)"
        if name in fields.INT_FIELDS:
            sql = f"CASE WHEN {value} ~ '^-?[0-9]+([.][0-9]+)?$' THEN CAST({value} AS numeric) END"
            return results.SortKey(name, descending, sql=sql)
        return results.SortKey(name, descending, sql=f'{value} COLLATE "C"')

    def _facet_names(self) -> list[str]:
        if str(self.params.get("facet", "false")).lower() not in ("true", "on", "1"):
            return []
        names = self.params.get("facet.field") or []
        return [names] if isinstance(names, str) else [str(name) for name in names]

    def _int(self, name: str, default: int) -> int:
        value = self.params.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise QueryError(f"{name} must be a number, not {value!r}") from error


def _in_snapshot(sql: str, params: dict[str, Any]) -> Any:
    return store.snapshot(lambda query: query(sql, params, "SET LOCAL enable_seqscan = off;"))


def _names(value: Any) -> list[str]:
    """Return the names in ``fl``: a list, or one text with commas or blanks."""
    if not value:
        return []
    parts = [value] if isinstance(value, str) else [str(part) for part in value]
    return [name for part in parts for name in part.replace(",", " ").split()]


def _with_score(doc: dict[str, Any], score: float, wanted: list[str]) -> dict[str, Any]:
    return {**doc, "score": score} if "score" in wanted else doc
