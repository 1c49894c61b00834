"""One search: Solr's parameters in, Solr's answer out, with one SQL statement between."""

from __future__ import annotations

from typing import Any

import pysolr
import sqlalchemy as sa

from ckanext.moka.search import config, facets, fields, ranking, store, synonyms
from ckanext.moka.search.compiler import Compiler
from ckanext.moka.search.local_params import split_local_params
from ckanext.moka.search.nodes import Node, QueryError
from ckanext.moka.search.query_parser import DEFAULT_MM, parse_dismax, parse_filter, parse_lucene

__all__ = ["SearchRequest"]

_MAX_ROWS = 100_000
# The best hits by the rough score are put in order once more, by rough and fine score together.
_FINE = """fine AS MATERIALIZED (
    SELECT r.index_id, r.score + CAST({fine} AS double precision) AS score, r.place
    FROM rough r JOIN moka_search.document d USING (index_id) {counts} WHERE r.place <= {window}
), ranked AS (
    SELECT index_id, score, row_number() OVER (ORDER BY score DESC, place) AS place FROM fine
    UNION ALL SELECT index_id, score, place FROM rough WHERE place > {window}
)"""


class SearchRequest:
    """Reads the parameters, builds the statement, shapes the answer."""

    def __init__(self, q: str, params: dict[str, Any]):
        self.q = q or "*:*"
        self.params = params
        self.compiler = Compiler()
        self.operator = str(params.get("q.op") or "OR")

    def run(self) -> dict[str, Any]:
        """Return Solr's JSON answer as a dictionary; raises ``QueryError`` or ``SolrError``."""
        statement = self._statement()
        row = store.read(lambda c: c.execute(sa.text(statement), self.compiler.params).one())
        wanted = _names(self.params.get("fl"))
        docs = [_select(doc, score, wanted) for doc, score in row.page or []]
        answer = {"response": {"numFound": row.total, "start": self._int("start", 0), "docs": docs}}
        answer["facet_counts"] = {"facet_fields": self._facets(row.facets or [])}
        return answer

    def _statement(self) -> str:
        where = self._where()
        order, keys, needs_score = self._order()
        score = ranking.score_sql(self.compiler, self._typed) if needs_score else ranking.Score()
        start, rows = self._int("start", 0), self._int("rows", 10)
        if not 0 <= rows <= _MAX_ROWS or not 0 <= start < 2**31:
            raise QueryError("start and rows must be positive numbers")
        counts = f"k AS MATERIALIZED (SELECT {', '.join(score.counts)})," if score.counts else ""
        from_counts = ", k" if score.counts else ""
        key_columns = "".join(f", {sql} AS o{number}" for number, sql in enumerate(keys))
        facet_sql = "SELECT NULL"
        if self._facet_names():
            facet_sql = facets.FACET_SQL
            self.compiler.params["facet_fields"] = self._facet_names()
        ranked = "ranked AS (SELECT index_id, score, place FROM rough)"
        if score.fine and order.startswith("h.score DESC"):
            ranked = _FINE.format(fine=score.fine, window=ranking.WINDOW, counts=from_counts)
        # Only fixed text and the names of bound parameters are put in here.
        return f"""
            WITH {counts} hit AS MATERIALIZED (
                SELECT d.index_id, d.terms, d.seq, CAST({score.rough} AS double precision) AS score{key_columns}
                FROM moka_search.document d {from_counts} WHERE {where}
            ), rough AS MATERIALIZED (
                SELECT h.index_id, h.score, row_number() OVER (ORDER BY {order}) AS place FROM hit h
            ), {ranked}, page AS (
                SELECT index_id, score, place FROM ranked ORDER BY place
                LIMIT {self.compiler.bind(rows)} OFFSET {self.compiler.bind(start)}
            )
            SELECT (SELECT count(*) FROM hit) AS total,
                (SELECT jsonb_agg(jsonb_build_array(d.doc, page.score) ORDER BY page.place)
                 FROM page JOIN moka_search.document d USING (index_id)) AS page,
                ({facet_sql}) AS facets"""  # noqa: S608

    def _where(self) -> str:
        conditions = [self.compiler.condition(self._query()) or "FALSE"]
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
                return parse_dismax(self.q, mm, synonyms.optional() | config.optional_words())
            return parse_lucene(self.q, self.operator, (), lenient=True)
        if kind != "lucene":
            raise QueryError(f"The query parser {kind!r} is not supported")
        return parse_lucene(self.q, self.operator, (str(self.params.get("df") or "text"),), lenient=True)

    def _order(self) -> tuple[str, list[str], bool]:
        """Return ORDER BY over ``hit``, the sort columns to add to it, and whether the score is needed."""
        parts: list[str] = []
        keys: list[str] = []
        wants_score = "score" in _names(self.params.get("fl"))
        for item in (self.params.get("sort") or "score desc").split(","):
            words = item.split()
            if not words:
                continue
            if len(words) != 2 or words[1].lower() not in ("asc", "desc"):
                raise pysolr.SolrError(
                    f"Can't determine a Sort Order (asc or desc) in sort spec {self.params.get('sort')!r}"
                )
            name, direction = words[0], words[1].upper()
            if name == "score":
                wants_score = True
                parts.append(f"h.score {direction}")
            else:
                parts.append(f"h.o{len(keys)} {direction} NULLS LAST")
                keys.append(self._sort_key(name))
        return ", ".join([*parts, "h.seq"]), keys, wants_score

    def _sort_key(self, name: str) -> str:
        if name == "title":
            name = "title_string"
        value = f"(d.fields -> CAST({self.compiler.bind(name)} AS text) ->> 0)"
        if name in fields.INT_FIELDS:
            return f"CASE WHEN {value} ~ '^-?[0-9]+([.][0-9]+)?$' THEN CAST({value} AS numeric) END"
        return f'{value} COLLATE "C"'

    def _facet_names(self) -> list[str]:
        if str(self.params.get("facet", "false")).lower() not in ("true", "on", "1"):
            return []
        names = self.params.get("facet.field") or []
        return [names] if isinstance(names, str) else [str(name) for name in names]

    def _facets(self, rows: list[list[Any]]) -> dict[str, list[Any]]:
        names = self._facet_names()
        minimum = self._int("facet.mincount", 0)
        everything: dict[str, list[str]] = {}
        if names and minimum <= 0:
            for field, value in store.read(lambda c: c.execute(_ALL_TERMS, {"names": names}).all()):
                everything.setdefault(field, []).append(value)
        return facets.facet_fields(rows, names, self._int("facet.limit", 100), minimum, everything)

    def _int(self, name: str, default: int) -> int:
        value = self.params.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise QueryError(f"{name} must be a number, not {value!r}") from error


_ALL_TERMS = sa.text("SELECT field, value FROM moka_search.term WHERE field = ANY(:names) ORDER BY value")


def _names(value: Any) -> list[str]:
    """Return the names in ``fl``: a list, or one text with commas or blanks."""
    if not value:
        return []
    parts = [value] if isinstance(value, str) else [str(part) for part in value]
    return [name for part in parts for name in part.replace(",", " ").split()]


def _select(doc: dict[str, Any], score: float, wanted: list[str]) -> dict[str, Any]:
    everything = not wanted or "*" in wanted
    chosen = dict(doc) if everything else {name: doc[name] for name in wanted if name in doc}
    if "score" in wanted:
        chosen["score"] = score
    return chosen
