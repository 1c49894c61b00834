"""The Lucene query language that CKAN and its clients send, parsed into nodes.

``lucene`` reads the full language (with luqum); ``dismax`` reads what people type: words, "phrases",
+must, -must not, OR. A text that is not well formed is searched as plain words where a person typed
it (``q``) and refused where a program built it (``fq``).
"""

from __future__ import annotations

import re

from luqum import tree as lt
from luqum.exceptions import ParseError
from luqum.thread import parse as luqum_parse

from ckanext.moka.search import analysis, synonyms
from ckanext.moka.search.local_params import split_local_params
from ckanext.moka.search.nodes import (
    Bool,
    Boosted,
    Everything,
    Exists,
    Node,
    Pattern,
    QueryError,
    Range,
    Text,
)

__all__ = ["DEFAULT_MM", "parse_dismax", "parse_filter", "parse_lucene", "required"]

DEFAULT_MM = "2<-1 5<80%"
MAX_LENGTH = 8000
MAX_CLAUSES = 1024
_DISMAX = re.compile(r'([+-]?)"([^"]*)"|([+-]?)([^\s"]+)')
_UNESCAPE = re.compile(r"\\(.)", re.S)
_WILD = re.compile(r"(?<!\\)[*?]")
_FIELD = re.compile(r"^[A-Za-z_][A-Za-z0-9_.\-]*$|^\*$")
_MM_PART = re.compile(r"^(?:(\d+)<)?(-?\d+)(%?)$")


def parse_filter(text: str, operator: str = "AND", default_field: str = "text") -> Node:
    """Return the node of one ``fq``; raises :class:`QueryError` when it cannot be read."""
    local, rest = split_local_params(text)
    if local is None:
        return parse_lucene(text, operator, (default_field,))
    kind = local.get("type", ["lucene"])[0]
    if kind == "lucene":
        body = local.get("v", [rest])[0]
        field = local.get("df", [default_field])[0]
        return parse_lucene(body, local.get("q.op", [operator])[0], (field,))
    if kind == "bool":
        parts = {
            name: tuple(parse_filter(item, "OR", default_field) for item in local.get(name, []))
            for name in ("must", "should", "must_not", "filter")
        }
        minimum = local.get("mm", [""])[0]
        return Bool(
            parts["must"] + parts["filter"],
            parts["should"],
            parts["must_not"],
            int(minimum) if minimum.isdigit() else None,
        )
    if kind in ("term", "field"):
        return Text(local.get("v", [rest])[0], (local.get("f", [default_field])[0],), phrase=True)
    raise QueryError(f"The query parser {kind!r} is not supported")


def parse_lucene(text: str, operator: str, default_fields: tuple[str, ...], lenient: bool = False) -> Node:
    """Return the node of a query in Lucene syntax.

    ``lenient``: what is not well formed, or names a field that cannot be one (``12:30``), is read as
    plain words instead of raising :class:`QueryError`.
    """
    _check_length(text)
    if not text.strip():
        return Everything()
    try:
        # The parser's grammar is recursive; a thousand nested brackets are nobody's question.
        if text.count("(") > 200:
            raise QueryError("The query nests too deeply")
        tree = luqum_parse(text)
        return _Reader(operator.upper(), default_fields).read(tree)
    except (ParseError, QueryError, RecursionError, ValueError) as error:
        if lenient:
            return parse_dismax(re.sub(r"[:\\^~(){}\[\]*?!&|/]+", " ", text), DEFAULT_MM)
        raise QueryError(f"Cannot parse the query {text[:200]!r}: {str(error)[:200]}") from error


def parse_dismax(text: str, mm: str, optional: frozenset[str] = frozenset()) -> Node:
    """Return the node of what somebody typed; every string is a query.

    ``optional``: folded words that nobody needs to find beside others (場所, the city's own name): they
    count for the order only.
    """
    _check_length(text)
    must: list[Node] = []
    should: list[Text] = []
    must_not: list[Node] = []
    either = False
    negate = False
    for sign_p, phrase, sign_w, word in _joined(_DISMAX.findall(text)):
        if word in ("AND", "&&", "OR", "||", "NOT"):
            either = either or word in ("OR", "||")
            negate = word == "NOT"
            continue
        body = phrase or word
        sign = sign_p or sign_w
        if not any(char.isalnum() for char in body):
            continue
        node = Text(_UNESCAPE.sub(r"\1", body), (), phrase=bool(phrase))
        if negate or sign == "-":
            must_not.append(node)
        elif sign == "+":
            must.append(node)
        else:
            should.append(node)
        negate = False
    bonus = [node for node in should if not node.phrase and _says_nothing(node.text, optional)]
    if must or len(bonus) < len(should):
        should = [node for node in should if node not in bonus]
    else:
        bonus = []
    if len(must) + len(should) + len(bonus) + len(must_not) > MAX_CLAUSES:
        raise QueryError("The query has too many words")
    if not (must or should or must_not):
        # Nothing but marks: matches nothing, except the empty query, which is everything.
        return Everything() if not text.strip() else Bool(should=(), must=(), minimum=1)
    minimum = None if not should else 1 if either else required(len(should), mm)
    if minimum == 0 and not must:
        minimum = 1
    return Bool(tuple(must), tuple(should), tuple(must_not), minimum, tuple(bonus))


def _says_nothing(text: str, optional: frozenset[str]) -> bool:
    """Tell whether all of ``text`` are words that need not be found beside others."""
    units = [unit for unit in analysis.tokens(text) if not unit.joining]
    whole = "".join(unit.key for unit in units)
    if whole in optional or analysis.folded(text) in optional:
        return True
    return bool(units) and all(unit.kind == "empty" or unit.key in optional for unit in units)


def _joined(found: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Return the words with those joined that the synonyms know as one (``fire station``)."""
    out, place = [], 0
    while place < len(found):
        length = 1
        for size in range(min(4, len(found) - place), 1, -1):
            run = found[place : place + size]
            if any(sign_p or phrase or sign_w for sign_p, phrase, sign_w, _ in run):
                continue
            if synonyms.lookup(synonyms.key(" ".join(word for *_, word in run))):
                length = size
                break
        words = " ".join(word for *_, word in found[place : place + length])
        out.append(found[place] if length == 1 else ("", "", "", words))
        place += length
    return out


def required(optional: int, mm: str) -> int:
    """Return how many of ``optional`` clauses have to match by Solr's ``mm`` (``2<-1 5<80%``)."""
    result = optional
    for part in mm.split() or ["100%"]:
        match = _MM_PART.match(part)
        if not match:
            raise QueryError(f"The mm parameter {mm!r} cannot be read")
        bound, amount, percent = match.groups()
        if bound and optional <= int(bound):
            return max(0, min(optional, result))
        number = int(amount)
        if percent:
            share = optional * abs(number) // 100
            result = share if number >= 0 else optional - share
        else:
            result = number if number >= 0 else optional + number
    return max(0, min(optional, result))


def _check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The query is longer than {MAX_LENGTH} characters")


class _Reader:
    """Turns luqum's tree into nodes."""

    def __init__(self, operator: str, default_fields: tuple[str, ...]):
        self.operator = operator
        self.default_fields = default_fields
        self.clauses = 0

    def read(self, item: lt.Item, fields: tuple[str, ...] | None = None) -> Node:
        """Return the node for ``item``, inside the field group ``fields`` if there is one."""
        self.clauses += 1
        if self.clauses > MAX_CLAUSES:
            raise QueryError("The query has too many clauses")
        scope = self.default_fields if fields is None else fields
        if isinstance(item, lt.SearchField):
            return self._field(item)
        if isinstance(item, (lt.Group, lt.FieldGroup)):
            return self.read(item.expr, fields)
        if isinstance(item, lt.Boost):
            return Boosted(self.read(item.expr, fields), float(item.force))
        if isinstance(item, (lt.Plus, lt.Prohibit, lt.Not, lt.BaseOperation)):
            return self._bool(item, fields)
        if isinstance(item, lt.Range):
            return Range(
                scope[0] if scope else "text",
                _range_end(item.low), _range_end(item.high), item.include_low, item.include_high,
            )  # fmt: skip
        return self._leaf(item, scope)

    def _field(self, item: lt.SearchField) -> Node:
        name = _UNESCAPE.sub(r"\1", item.name)
        if not _FIELD.match(name):
            raise QueryError(f"{name!r} is not a field")
        if isinstance(item.expr, lt.Word) and item.expr.value == "*":
            return Everything() if name == "*" else Exists(name)
        if name == "*":
            raise QueryError("A field is missing before the colon")
        return self.read(item.expr, (name,))

    def _leaf(self, item: lt.Item, scope: tuple[str, ...]) -> Node:
        if isinstance(item, lt.Proximity):
            return Text(_phrase(item.term), scope, phrase=True, slop=int(item.degree))
        if isinstance(item, lt.Fuzzy):
            return self._leaf(item.term, scope)
        if isinstance(item, lt.Phrase):
            return Text(_phrase(item), scope, phrase=True)
        if isinstance(item, lt.Word):
            if item.value == "*":
                return Everything()
            if _WILD.search(item.value):
                return Pattern(item.value, scope)
            return Text(_UNESCAPE.sub(r"\1", item.value), scope)
        raise QueryError(f"{type(item).__name__} is not supported in queries")

    def _bool(self, item: lt.Item, fields: tuple[str, ...] | None) -> Node:
        must: list[Node] = []
        should: list[Node] = []
        must_not: list[Node] = []
        either = isinstance(item, lt.OrOperation) or (
            isinstance(item, lt.UnknownOperation) and self.operator == "OR"
        )
        children = item.children if isinstance(item, lt.BaseOperation) else (item,)
        for child in children:
            if isinstance(child, (lt.Prohibit, lt.Not)):
                must_not.append(self.read(child.a, fields))
            elif isinstance(child, lt.Plus):
                must.append(self.read(child.a, fields))
            elif either:
                should.append(self.read(child, fields))
            else:
                must.append(self.read(child, fields))
        return Bool(tuple(must), tuple(should), tuple(must_not))


def _phrase(item: lt.Item) -> str:
    return _UNESCAPE.sub(r"\1", item.value[1:-1])


def _range_end(item: lt.Item) -> str:
    value = str(item.value) if hasattr(item, "value") else str(item)
    if isinstance(item, lt.Phrase):
        value = value[1:-1]
    return _UNESCAPE.sub(r"\1", value.strip())
