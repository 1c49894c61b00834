"""What can happen on the platform: one frozen dataclass per thing, and a way to hear of it.

Stages lower in the house never import the stages above them; they publish events instead.
Publishing is synchronous and plain Python. Code that runs inside a database transaction uses
``jobs.api.after_commit`` so that nothing is told that was rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

__all__ = [
    "DatasetReleased",
    "DatasetSubmitted",
    "DatasetWithdrawn",
    "Event",
    "HarvestFinished",
    "QualityChecked",
    "RequestOpened",
    "RequestSupported",
    "SearchPerformed",
    "publish",
    "subscribe",
    "unsubscribe",
]


@dataclass(frozen=True)
class Event:
    """The root of all events; carries no data and, like all of them, no personal data."""


@dataclass(frozen=True)
class QualityChecked(Event):
    """A resource's bytes were checked; ``verdict`` is ok, advice or blocked."""

    dataset_id: str
    resource_id: str
    sha256: str
    verdict: str


@dataclass(frozen=True)
class DatasetSubmitted(Event):
    """Somebody handed in a dataset for approval."""

    dataset_id: str
    actor: str


@dataclass(frozen=True)
class DatasetReleased(Event):
    """A dataset became public, or a new release of it did."""

    dataset_id: str
    resources: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetWithdrawn(Event):
    """A public dataset was withdrawn, for a stated reason."""

    dataset_id: str
    reason: str


@dataclass(frozen=True)
class RequestOpened(Event):
    """A resident asked for data."""

    request_id: str


@dataclass(frozen=True)
class RequestSupported(Event):
    """Somebody agreed with a request; the kind is verified, offline, email or anonymous."""

    request_id: str
    kind: str


@dataclass(frozen=True)
class HarvestFinished(Event):
    """A harvest run ended; the counts are per outcome (added, changed, unchanged, gone, failed)."""

    source: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SearchPerformed(Event):
    """Somebody, or a program, searched for datasets; who did is known to nobody.

    ``phrase``: folded, or a mark in its place when it looked like personal data. ``results``: how many datasets
    were shown; ``exact``: how many of them have all words. ``filters``: ("organization:kiki", …).
    ``channel``: ui or api. ``day``: in Japan.
    """

    phrase: str
    results: int
    exact: int
    filters: tuple[str, ...]
    channel: str
    language: str
    day: date


E_ = TypeVar("E_", bound=Event)
_listeners: dict[type[Event], list[Callable[[Any], None]]] = {}


def subscribe(kind: type[E_], listener: Callable[[E_], None]) -> None:
    """Call ``listener`` for every later event of ``kind``; subscribing twice counts once."""
    listeners = _listeners.setdefault(kind, [])
    if listener not in listeners:
        listeners.append(listener)


def unsubscribe(kind: type[E_], listener: Callable[[E_], None]) -> None:
    """Forget ``listener``; forgetting one that never subscribed is no error."""
    if listener in _listeners.get(kind, []):
        _listeners[kind].remove(listener)


def publish(event: Event) -> None:
    """Tell every listener of the event's exact class, in the order in which they subscribed.

    A listener's exception reaches the caller: whoever publishes decides what a failure means.
    """
    for listener in list(_listeners.get(type(event), [])):
        listener(event)
