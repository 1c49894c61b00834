"""What a parsed query is made of; the parser makes these, the compiler turns them into SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ckanext.moka.search.japanese.words import WordQuery

__all__ = [
    "MAX_WORDS",
    "Bool",
    "Boosted",
    "Everything",
    "Exists",
    "Fuzzy",
    "Node",
    "Pattern",
    "QueryError",
    "Quorum",
    "Range",
    "Text",
    "first_words",
]

MAX_WORDS = 24  # distinct words of a typed text that are searched; a pasted page is no question


class QueryError(ValueError):
    """The query cannot be understood; the message is for the person or client who sent it."""


@dataclass(frozen=True)
class Node:
    """The root of all query nodes."""


@dataclass(frozen=True)
class Everything(Node):
    """``*:*``"""


@dataclass(frozen=True)
class Exists(Node):
    """``field:*``: the field has a value."""

    field: str


@dataclass(frozen=True)
class Text(Node):
    """A word or, in quotes, a phrase; ``fields`` empty means the fields of the query (dismax)."""

    text: str
    fields: tuple[str, ...] = ()
    phrase: bool = False
    slop: int = 0


@dataclass(frozen=True)
class Pattern(Node):
    """A word with ``*`` or ``?`` in it."""

    pattern: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fuzzy(Node):
    """``word~``: the word, or one that at most ``slips`` changes of a character make of it."""

    text: str
    fields: tuple[str, ...] = ()
    slips: int = 2


@dataclass(frozen=True)
class Range(Node):
    """``field:[low TO high]``; ``*`` is an open end."""

    field: str
    low: str
    high: str
    low_in: bool = True
    high_in: bool = True


@dataclass(frozen=True)
class Boosted(Node):
    """A node whose score counts ``factor`` times."""

    node: Node
    factor: float


@dataclass(frozen=True)
class Bool(Node):
    """Clauses that must, should or must not match; ``minimum`` of the optional ones has to.

    ``minimum`` None: one optional clause, unless something must match. ``bonus``: need not match at
    all, but counts for the order.
    """

    must: tuple[Node, ...] = field(default=())
    should: tuple[Node, ...] = field(default=())
    must_not: tuple[Node, ...] = field(default=())
    minimum: int | None = None
    bonus: tuple[Node, ...] = field(default=())


@dataclass(frozen=True)
class Quorum(Node):
    """Terms of which those of one of the ``sets`` have to be there; all of them and ``extra`` are scored."""

    sets: tuple[tuple[WordQuery, ...], ...]
    terms: tuple[WordQuery, ...]
    extra: tuple[WordQuery, ...] = ()


def first_words(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Return the nodes without repetitions, and of more than ``MAX_WORDS`` words without a field the first."""
    distinct = list(dict.fromkeys(nodes))
    words = [node for node in distinct if isinstance(node, Text) and not node.fields]
    beyond = set(words[MAX_WORDS:])
    return tuple(node for node in distinct if node not in beyond)
