"""The Lucene query language that CKAN and its clients send, parsed into nodes.

``lucene`` reads the full language (with luqum); ``dismax`` reads what people type: words, "phrases",
+must, -must not, OR, word*, word~; ``edismax`` reads both. A text that is not well formed is searched as
plain words where a person typed it (``q``) and refused where a program built it (``fq``).

Sources: Apache Solr Reference Guide 9, "Standard Query Parser", "DisMax Query Parser", "Extended DisMax
Query Parser", "Local Params"; for ``mm`` also ``SolrPluginUtils.calculateMinShouldMatch``.
"""

from __future__ import annotations

import re

from luqum import tree as lt
from luqum.exceptions import ParseError
from luqum.thread import parse as luqum_parse

from ckanext.moka.search.japanese import analysis, synonyms
from ckanext.moka.search.language.local_params import split_local_params
from ckanext.moka.search.language.nodes import (
    Bool,
    Boosted,
    Everything,
    Exists,
    Fuzzy,
    Node,
    Pattern,
    QueryError,
    Range,
    Text,
    first_words,
)

__all__ = [
    "DEFAULT_MM",
    "parse_dismax",
    "parse_edismax",
    "parse_filter",
    "parse_lucene",
    "plain_words",
    "required",
]

DEFAULT_MM = "2<-1 5<80%"
MAX_LENGTH = 8000
MAX_CLAUSES = 1024
MAX_DEPTH = 100
MAX_MARKS = 8  # * and ? in one word
MAX_MARKED_WORD = 100  # characters of a typed word in which * ? ~ are more than marks
MAX_BOOST = 1e6
_DISMAX = re.compile(r'([+-]?)"([^"]*)"|([+-]?)([^\s"]+)')
_UNESCAPE = re.compile(r"\\(.)", re.S)
_WILD = re.compile(r"(?<!\\)[*?]")
_FIELD = re.compile(r"^[A-Za-z_][A-Za-z0-9_.\-]*$|^\*$")
_MM_PART = re.compile(r"^(?:([0-9]{1,9})<)?(-?[0-9]{1,9})(%?)$")
_MARKS = re.compile(r"[:\\^~(){}\[\]*?!&|/]+")
# Escapes and phrases stay as they are; && || ! are other names of AND OR NOT.
_SIGN_RUN = re.compile(r"[+!-]|\bNOT\b")
_OPERATOR = re.compile(r'(\\.|"(?:[^"\\]|\\.)*")|(&&)|(\|\|)|((?:(?<=^)|(?<=[\s(:+-]))!(?=[^\s!]))', re.S)
_KEPT = re.compile(r'\\.|"(?:[^"\\]|\\.)*"', re.S)
_LONE_BOOST = re.compile(r"\^(?![0-9.])")
_SYNTAX = re.compile(r"[()\[\]{}:^*?~/\\]|(?:^|\s)!|&&|\|\||(?:^|\s)(?:AND|OR|NOT)(?:\s|$)")
_STAR = re.compile(r"^[^*?]+\*$|^[^*?]*[^*?]+[*?][^*?]+[*]?$|^\*[^*?]{2,}$")
_ALMOST = re.compile(r"^([^~]*[^\W\d][^~]*)~([012]|0?\.\d{1,3})?$")


def parse_filter(text: str, operator: str = "AND", default_field: str = "text") -> Node:
    """Return the node of one ``fq``; raises :class:`QueryError` when it cannot be read."""
    local, rest = split_local_params(text)
    if local is None:
        return parse_lucene(text, operator, (default_field,))
    kind = local.get("type", ["lucene"])[0]
    if kind == "lucene":
        _only(local, kind, "v", "df", "q.op")
        body = local.get("v", [rest])[0]
        field = local.get("df", [default_field])[0]
        return parse_lucene(body, local.get("q.op", [operator])[0], (field,))
    if kind == "bool":
        _only(local, kind, "must", "should", "must_not", "filter", "mm")
        parts = {
            name: tuple(parse_filter(item, "OR", default_field) for item in local.get(name, []))
            for name in ("must", "should", "must_not", "filter")
        }
        minimum = required(len(parts["should"]), local["mm"][0]) if "mm" in local else None
        return Bool(parts["must"] + parts["filter"], parts["should"], parts["must_not"], minimum)
    if kind in ("term", "field"):
        _only(local, kind, "v", "f")
        return Text(local.get("v", [rest])[0], (local.get("f", [default_field])[0],), phrase=True)
    raise QueryError(f"The query parser {kind!r} is not supported")


def _only(local: dict[str, list[str]], kind: str, *known: str) -> None:
    """Refuse local parameters that the parser ``kind`` does not know, rather than ignore them."""
    unknown = sorted(set(local) - {"type", *known})
    if unknown:
        raise QueryError(f"The query parser {kind!r} does not know {', '.join(unknown)[:100]}")


def parse_lucene(text: str, operator: str, default_fields: tuple[str, ...], lenient: bool = False) -> Node:
    """Return the node of a query in Lucene syntax.

    ``lenient``: what is not well formed, or names a field that cannot be one (``12:30``), is read as
    plain words instead of raising :class:`QueryError`.
    """
    _check_length(text)
    if not text.strip():
        return Everything()
    try:
        return _Reader(operator.upper(), default_fields).read(_tree(text))
    except (ParseError, QueryError) as error:
        if lenient:
            return plain_words(text)
        raise QueryError(f"Cannot parse the query {text[:200]!r}: {str(error)[:200]}") from error


def _tree(text: str) -> lt.Item:
    """Return luqum's tree; every way in which it fails is a ``QueryError`` or ``ParseError``."""
    # The parser's grammar is recursive; a hundred nested brackets are nobody's question.
    if text.count("(") > MAX_DEPTH or len(_SIGN_RUN.findall(text)) > MAX_CLAUSES:
        raise QueryError("The query nests too deeply")
    if _LONE_BOOST.search(_KEPT.sub("", text)):
        raise QueryError("A boost (^) needs a number of at least 0")
    try:
        return luqum_parse(_OPERATOR.sub(_operator_name, text))
    except (RecursionError, ValueError, TypeError, ArithmeticError, AttributeError) as error:
        raise QueryError(str(error)) from error


def _operator_name(match: re.Match[str]) -> str:
    kept, both, either, _ = match.groups()
    return kept or (" AND " if both else " OR " if either else "NOT ")


def plain_words(text: str, mm: str = DEFAULT_MM) -> Node:
    """Return the node of ``text`` as words, whatever marks of the query language are in it."""
    return parse_dismax(_MARKS.sub(" ", text), mm)


def parse_edismax(text: str, mm: str, operator: str, optional: frozenset[str] = frozenset()) -> Node:
    """Return the node of a text for Solr's extended dismax: what somebody typed, or Lucene syntax.

    ``mm`` counts for the words on the highest level, unless AND, OR or brackets join them. Every string is
    a query: one that is not well formed is read as words.
    """
    _check_length(text)
    if not _SYNTAX.search(text):
        return parse_dismax(text, mm, optional)
    try:
        tree = _tree(text)
        reader = _Reader(operator.upper(), ())
        several = isinstance(tree, lt.UnknownOperation)
        node = reader.either(tree) if several else reader.read(tree)
    except (ParseError, QueryError):
        return plain_words(text, mm)
    if several and isinstance(node, Bool) and node.should:
        should = first_words(node.should)
        minimum = max(required(len(should), mm), 0 if node.must else 1)
        return Bool(node.must, should, node.must_not, minimum)
    return node


def parse_dismax(text: str, mm: str, optional: frozenset[str] = frozenset()) -> Node:
    """Return the node of what somebody typed; every string is a query.

    ``optional``: folded words that nobody needs to find beside others (場所, the city's own name): they
    count for the order only. Of words without a sign the first ``MAX_WORDS`` distinct ones are searched.
    """
    _check_length(text)
    must: list[Node] = []
    should: list[Node] = []
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
        node = Text(_UNESCAPE.sub(r"\1", body), (), phrase=True) if phrase else _word(body)
        if negate or sign == "-":
            must_not.append(node)
        elif sign == "+":
            must.append(node)
        else:
            should.append(node)
        negate = False
    should = list(first_words(should))
    bonus = [
        node
        for node in should
        if isinstance(node, Text) and not node.phrase and _says_nothing(node.text, optional)
    ]
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


def _word(body: str) -> Node:
    """Return the node of one typed word: with ``*``, with ``~`` behind it, or as it is."""
    marked = len(body) <= MAX_MARKED_WORD and any(mark in body for mark in "~*?")
    almost = _ALMOST.match(body) if marked else None
    if almost and "*" not in body and "?" not in body:
        return Fuzzy(_UNESCAPE.sub(r"\1", almost.group(1)), (), _slips(almost.group(2), almost.group(1)))
    if marked and "\\" not in body and _STAR.match(body) and len(_WILD.findall(body)) <= MAX_MARKS:
        # A question mark at the end ends a question.
        return Pattern(body, ())
    return Text(_UNESCAPE.sub(r"\1", body), ())


def _slips(degree: str | None, word: str) -> int:
    """Return the number of changes: ``~1``, ``~2``; ``~`` alone is 2; the old ``~0.8`` a part of the length."""
    number = 2.0 if degree is None else float(degree)
    if not 0 <= number <= 2 or (number > 1 and number != 2):
        raise QueryError("A fuzzy search allows 0, 1 or 2 changes")
    return int(number) if number in (0, 1, 2) else min(2, int((1 - number) * len(word)))


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
    for part in re.sub(r"\s*<\s*", "<", mm).split() or ["100%"]:
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
        self.clauses = self.depth = 0

    def read(self, item: lt.Item, fields: tuple[str, ...] | None = None) -> Node:
        """Return the node for ``item``, inside the field group ``fields`` if there is one."""
        self.clauses += 1
        self.depth += 1
        if self.clauses > MAX_CLAUSES:
            raise QueryError("The query has too many clauses")
        if self.depth > MAX_DEPTH:
            raise QueryError("The query nests too deeply")
        node = self._node(item, fields)
        self.depth -= 1
        return node

    def _node(self, item: lt.Item, fields: tuple[str, ...] | None) -> Node:
        scope = self.default_fields if fields is None else fields
        if isinstance(item, lt.SearchField):
            return self._field(item)
        if isinstance(item, (lt.Group, lt.FieldGroup)):
            return self.read(item.expr, fields)
        if isinstance(item, lt.Boost):
            return Boosted(self.read(item.expr, fields), _boost(item.force))
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
            if isinstance(item.term, lt.Word):  # luqum takes word~2 for one where a phrase could stand
                return self._fuzzy(item.term, str(item.degree), scope)
            return Text(_phrase(item.term), scope, phrase=True, slop=min(int(item.degree), 1000))
        if isinstance(item, lt.Fuzzy):
            return self._fuzzy(
                item.term, None if str(item).rstrip().endswith("~") else str(item.degree), scope
            )
        if isinstance(item, lt.Phrase):
            return Text(_phrase(item), scope, phrase=True)
        if isinstance(item, lt.Word):
            if item.value == "*":
                return Everything()
            if _WILD.search(item.value):
                if len(_WILD.findall(item.value)) > MAX_MARKS:
                    raise QueryError(f"A word may have {MAX_MARKS} marks * and ? at most")
                return Pattern(item.value, scope)
            return Text(_UNESCAPE.sub(r"\1", item.value), scope)
        raise QueryError(f"{type(item).__name__} is not supported in queries")

    def _fuzzy(self, item: lt.Item, degree: str | None, scope: tuple[str, ...]) -> Node:
        if not isinstance(item, lt.Word) or _WILD.search(item.value):
            raise QueryError("Only a word can be searched with ~")
        word = _UNESCAPE.sub(r"\1", item.value)
        return Fuzzy(word, scope, _slips(degree, word))

    def either(self, item: lt.Item) -> Node:
        """Return the node of words side by side, none of which must be there."""
        return self._bool(item, None, True)

    def _bool(self, item: lt.Item, fields: tuple[str, ...] | None, optional: bool = False) -> Node:
        must: list[Node] = []
        should: list[Node] = []
        must_not: list[Node] = []
        either = (
            optional
            or isinstance(item, lt.OrOperation)
            or (isinstance(item, lt.UnknownOperation) and self.operator == "OR")
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


def _boost(force: object) -> float:
    """Return the factor behind ``^``; so large a number that sums of it are no numbers is refused."""
    factor = float(str(force))
    if not 0 <= factor <= MAX_BOOST:
        raise QueryError(f"A boost must be between 0 and {MAX_BOOST:.0f}")
    return factor


def _phrase(item: lt.Item) -> str:
    return _UNESCAPE.sub(r"\1", item.value[1:-1])


def _range_end(item: lt.Item) -> str:
    value = str(item.value) if hasattr(item, "value") else str(item)
    if isinstance(item, lt.Phrase):
        value = value[1:-1]
    return _UNESCAPE.sub(r"\1", value.strip())
