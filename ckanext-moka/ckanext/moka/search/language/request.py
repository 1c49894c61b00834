"""One search: Solr's parameters in, Solr's answer out."""

from __future__ import annotations

import re
from typing import Any

import pysolr

from ckanext.moka.search.answers import facets, fallback, ranking, results
from ckanext.moka.search.index import store, terms
from ckanext.moka.search.index.indexer import sanitise
from ckanext.moka.search.japanese import synonyms
from ckanext.moka.search.language import fields, functions, fuzzy
from ckanext.moka.search.language.compiler import Compiler
from ckanext.moka.search.language.local_params import split_local_params
from ckanext.moka.search.language.nodes import Bool, Boosted, Everything, Node, QueryError, Text
from ckanext.moka.search.language.query_parser import (
    DEFAULT_MM,
    MAX_LENGTH,
    parse_dismax,
    parse_edismax,
    parse_filter,
    parse_lucene,
    plain_words,
    required,
)

__all__ = ["SearchRequest"]

_MAX_ROWS = 100_000
_IN_COLUMNS = {"metadata_modified": "modified", "metadata_created": "created"}
_MOST_FACETS = 50
_MOST_FILTERS = 500
_MOST_KEYS = 10
# What would change the answer and is not done here: refused rather than ignored.
_UNKNOWN = re.compile(
    r"^(?:group|hl|stats|spellcheck|mlt|collapse|expand|json|shards|cursorMark|timeAllowed|uf|ps|ps2|ps3|pf2|pf3|qs|"
    r"stopwords|lowercaseOperators|sow|autoRelax|elevate|facet[.](?:query|range|pivot|interval|date|heatmap|"
    r"contains|excludeTerms|matches|missing|offset))(?:[.].*)?$"
)
_PARSERS = ("lucene", "dismax", "edismax")
_OF_FIELD = re.compile(r"^f[.](.+)[.](facet[.](?:limit|mincount|sort|prefix))$", re.S)
_NOT_A_FIELD = re.compile(r"^[^:\s]+:[^:\s]+$|^\[.*\]$|^[A-Za-z_]\w*\(")
_NUMBER = "'^-?[0-9]{1,15}([.][0-9]{1,15})?$'"
_MOMENT = "'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$'"
_TIE = re.compile(r"^(?:0?[.][0-9]{1,9}|0|1|[01][.][0-9]{0,9})$")
_IN_ROW = {"name", "title_string", "id", "site_id", "state"}


class SearchRequest:
    """Reads the parameters, plans the search, shapes the answer."""

    def __init__(self, q: str, params: dict[str, Any]):
        self.q = q or "*:*"
        self.params = params
        self.operator = str(params.get("q.op") or "OR")
        self.wanted = _names(params.get("fl"))
        self._refuse()

    def _refuse(self) -> None:
        """Raise ``QueryError`` for what would be ignored otherwise."""
        for name, value in self.params.items():
            if value not in (None, "", [], False, "false") and _UNKNOWN.match(name):
                raise QueryError(f"The parameter {name[:50]!r} is not supported")
        if self.operator.upper() not in ("AND", "OR"):
            raise QueryError(f"q.op must be AND or OR, not {self.operator[:50]!r}")
        for name in self.wanted:
            if _NOT_A_FIELD.match(name):
                raise QueryError(f"fl takes names of fields only, not {name[:100]!r}")

    def run(self) -> dict[str, Any]:
        """Return Solr's JSON answer as a dictionary; raises ``QueryError`` or ``SolrError``."""
        found, outcome = self._tried()
        fallback.remember(outcome)
        docs = [_with_score(doc, score, self.wanted) for doc, score in found.page]
        counts = facets.shape(found.counts, {name: self._shape(name) for name in found.counts})
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

    def _shape(self, name: str) -> facets.Shape:
        """Return how the counts of one field are to be shown."""
        own = {
            match.group(2): value
            for key, value in self.params.items()
            if (match := _OF_FIELD.match(key)) and match.group(1) == name
        }
        asked = {**self.params, **own}
        limit = _int(asked, "facet.limit", 100)
        sort = str(
            asked.get("facet.sort")
            or ("count" if limit > 0 else "index" if "facet.sort" in asked else "count")
        )
        if sort not in ("count", "index", "true", "false"):
            raise QueryError(f"facet.sort must be count or index, not {sort[:50]!r}")
        return facets.Shape(
            limit,
            _int(asked, "facet.mincount", 0),
            sort in ("index", "false"),
            str(asked.get("facet.prefix") or ""),
        )

    def _find(self) -> results.Found:
        self.compiler = Compiler(similar=fuzzy.similar, tie=self._tie())
        where = self._where()
        order = self._order()
        scored = "score" in self.wanted or any(key.name == "score" for key in order)
        boosts = self._boosts(order, scored)
        score = ranking.Score.plan(self.compiler, self._typed) if scored else ranking.Score(self.compiler)
        self.score = score
        start, rows = self._int("start", 0), self._int("rows", 10)
        if not 0 <= rows <= _MAX_ROWS or not 0 <= start < 2**31:
            raise QueryError("start and rows must be positive numbers")
        epoch = store.remembered_epoch()
        self._bind_terms(epoch)
        names = self._facet_names()
        plan = results.Plan(
            where, self.compiler.params, order, score, epoch, start, rows, self.wanted, names, boosts
        )  # fmt: skip
        simple = not names and score.blank and not boosts and not any(key.function for key in order)
        return results.find_plain(plan) if simple else results.find(plan)

    def _boosts(self, order: list[results.SortKey], scored: bool) -> results.Boosts:
        """Return the functions of ``bf`` and ``boost``, with what they and those of ``sort`` need."""
        added = functions.parse_list(self.params.get("bf") or [])
        factors = functions.parse_list(self.params.get("boost") or [])
        boosts = results.Boosts(added, factors) if scored else results.Boosts()
        asked = [function for function, _ in boosts.added + boosts.factors]
        asked += [key.function for key in order if key.function]
        for name in sorted(frozenset().union(*(function.fields for function in asked)) - _IN_COLUMNS.keys()):
            boosts.numbers[name] = self._number(name)
        return boosts

    def _number(self, name: str) -> str:
        """Return the SQL of the number in a field: of a date milliseconds, NaN where there is none."""
        value = f"(d.fields -> CAST({self.compiler.bind(name)} AS text) ->> 0)"
        if fields.is_date(name):
            number = f"CASE WHEN {value} ~ {_MOMENT} THEN extract(epoch FROM CAST({value} AS timestamptz)) * 1000 END"
        else:
            number = f"CASE WHEN {value} ~ {_NUMBER} THEN CAST({value} AS double precision) END"
        return f"coalesce(CAST({number} AS double precision), 'NaN')"

    def _tie(self) -> float:
        tie = self.params.get("tie")
        if tie in (None, ""):
            return ranking.TIE
        if not _TIE.match(str(tie)):
            raise QueryError(f"tie must be a number from 0 to 1, not {str(tie)[:50]!r}")
        return float(str(tie))

    def _bind_terms(self, epoch: str) -> None:
        """Give the terms that the conditions name their numbers; one that stands nowhere matches nothing."""
        ids = terms.known_ids(epoch, self.compiler.terms.values())
        for name, pair in self.compiler.terms.items():
            self.compiler.params[name] = [ids[pair]] if pair in ids else []

    def _where(self) -> str:
        mm, bonus = self._weights(), self._bonus()
        try:
            node = self._query(mm)
            node = Bool((self._instead or node,), bonus=bonus) if bonus else self._instead or node
            conditions = [self.compiler.condition(node) or "FALSE"]
        except QueryError:
            if not self._readable_as_words():
                raise
            self.compiler = Compiler(dict(self.compiler.query_fields), tie=self.compiler.tie)
            conditions = [self.compiler.condition(plain_words(self.q)) or "FALSE"]
        filters = self.params.get("fq") or []
        filters = [filters] if isinstance(filters, str) else [str(text) for text in filters]
        if len(filters) > _MOST_FILTERS:
            raise QueryError(f"There are more than {_MOST_FILTERS} filters (fq)")
        for text in filters:
            if text.strip():
                node = parse_filter(text, self.operator)
                conditions.append(self.compiler.condition(node, scored=False) or "TRUE")
        return " AND ".join(conditions)

    def _readable_as_words(self) -> bool:
        """Tell whether ``q`` is what somebody typed, which is a search whatever marks are in it."""
        readable = split_local_params(self.q)[0] is None and len(self.q) <= MAX_LENGTH
        return readable and (self.params.get("defType") or "lucene") in _PARSERS

    def _weights(self) -> str:
        """Take the weights of the fields (``qf``) and return ``mm``; raises ``QueryError`` for unreadable ones."""
        if self.params.get("defType") not in ("dismax", "edismax"):
            return ""
        self.compiler.query_fields = ranking.parse_qf(str(self.params.get("qf") or ""))
        mm = str(self.params.get("mm") or DEFAULT_MM)
        required(1, mm)
        return mm

    def _bonus(self) -> tuple[Node, ...]:
        """Return ``bq`` and ``pf``, which change the order and not what is found."""
        queries = self.params.get("bq") or []
        bonus = [
            parse_filter(str(text), "OR") for text in ([queries] if isinstance(queries, str) else queries)
        ]
        typed = self.q.replace('"', " ").strip()
        fields_of_phrase = ranking.parse_qf(str(self.params["pf"])) if self.params.get("pf") else {}
        for name, weight in fields_of_phrase.items():
            bonus.append(Boosted(Text(typed, (name,), phrase=True), weight))
        return tuple(bonus)

    def _query(self, mm: str) -> Node:
        """Return the node of ``q`` by the parser that ``defType`` names."""
        self._typed = ""
        if split_local_params(self.q)[0] is not None:
            return parse_filter(self.q, self.operator)
        kind = self.params.get("defType") or "lucene"
        if kind not in _PARSERS:
            raise QueryError(f"The query parser {str(kind)[:50]!r} is not supported")
        if kind == "lucene":
            default = (str(self.params.get("df") or "text"),)
            return parse_lucene(self.q, self.operator, default, lenient=True)
        if self.q.strip() == "*:*":
            return Everything()
        self._typed = self.q
        optional = synonyms.optional() | synonyms.dropped()
        if kind == "dismax":
            return parse_dismax(self.q, mm, optional)
        return parse_edismax(self.q, mm, self.operator, optional)

    def _order(self) -> list[results.SortKey]:
        """Return the parts of ``sort``, the most important first."""
        parts = []
        text = str(self.params.get("sort") or "score desc")
        for item in functions.split(text, ","):
            name, _, way = item.rpartition(" ")
            if (
                way.lower() not in ("asc", "desc")
                or not name.strip()
                or len(name.split()) > 1
                and "(" not in name
            ):
                raise pysolr.SolrError(
                    f"Can't determine a Sort Order (asc or desc) in sort spec {text[:200]!r}"
                )
            parts.append(self._sort_key(name.strip(), way.lower() == "desc"))
        if len(parts) > _MOST_KEYS:
            raise QueryError(f"sort names more than {_MOST_KEYS} fields")
        return parts

    def _sort_key(self, name: str, descending: bool) -> results.SortKey:
        if name == "score":
            return results.SortKey(name, descending)
        if functions.is_function(name):
            return results.SortKey(name, descending, function=functions.parse(name))
        if name in _IN_COLUMNS:
            return results.SortKey(name, descending, _IN_COLUMNS[name], f"d.{_IN_COLUMNS[name]}")
        if name == "views_recent":
            return results.SortKey(name, descending, sql="d.views")
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
        names = [names] if isinstance(names, str) else [str(name) for name in names]
        if len(names) > _MOST_FACETS:
            raise QueryError(f"There are more than {_MOST_FACETS} fields to count (facet.field)")
        if any(name.startswith("{!") for name in names):
            raise QueryError("facet.field takes names of fields only")
        return [sanitise(name) for name in names]

    def _int(self, name: str, default: int) -> int:
        return _int(self.params, name, default)


def _int(params: dict[str, Any], name: str, default: int) -> int:
    value = params.get(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise QueryError(f"{name} must be a number, not {str(value)[:50]!r}") from error


def _in_snapshot(sql: str, params: dict[str, Any]) -> Any:
    return store.snapshot(
        lambda query: query(sql, params, store.budget() + "SET LOCAL enable_seqscan = off;")
    )


def _names(value: Any) -> list[str]:
    """Return the names in ``fl``: a list, or one text with commas or blanks."""
    if not value:
        return []
    parts = [value] if isinstance(value, str) else [str(part) for part in value]
    return [name for part in parts for name in part.replace(",", " ").split()]


def _with_score(doc: dict[str, Any], score: float, wanted: list[str]) -> dict[str, Any]:
    return {**doc, "score": score} if "score" in wanted else doc
