"""Which data do people need most? A Gamma-Poisson mean of support per year, explained term by term.

Pure and deterministic: no CKAN, no I/O, no clock. The formula and all numbers are published in
``docs/reference/demand.md``::

    strong = V + O + U + min(0.5 E, 2.0 + 1.5 (V + O))      (the minimum only while the cap is on)
    weak   = min(0.1 A + 0.15 Z, max(strong, 1) / 3)
    D      = (k + strong + weak) / (k / r + t)               people per year who want this
    P      = D * value / sqrt(effort)                        order of the publication plan

Counts are distinct people, each worth 2^(-age / 180 days); t is the time open with the same decay,
never below 30 days. Within one version of :class:`Parameters` an item's score depends on its own
signals only: one more signal never lowers its rank.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from .gamma import gamma_exceeds, gamma_quantile, poisson_quantile

__all__ = [
    "EFFORT_BANDS",
    "GATES",
    "HALF_LIFE_DAYS",
    "KINDS",
    "PUBLISHED",
    "VALUES",
    "Item",
    "Parameters",
    "Ranked",
    "Signal",
    "Tally",
    "Term",
    "effort_band",
    "email_cap_on",
    "exposure",
    "fit",
    "hold_limit",
    "points",
    "rank",
    "tally",
]

# kinds from the strongest to the weakest, with the points that one person gives
WEIGHTS: dict[str, float] = {
    "verified": 1.0,
    "offline": 1.0,
    "use": 1.0,
    "email": 0.5,
    "search": 0.15,
    "anonymous": 0.1,
}
KINDS = tuple(WEIGHTS)
STRONG = ("verified", "offline", "use", "email")
GATES = ("clear", "clear_after", "unknown", "blocked")
VALUES = (0.8, 1.0, 1.25)
EFFORT_BANDS = (1, 3, 8, 20, 40)
HALF_LIFE_DAYS = 180.0
YEAR_DAYS = 365.0
FLOOR_DAYS = 30.0
CAP_BASE, CAP_PER_VERIFIED = 2.0, 1.5
WEAK_SHARE = 1 / 3
BAND_PROBABILITY = 0.8
CAP_SHARE = 0.2
JST = timezone(timedelta(hours=9))


@dataclass(frozen=True)
class Signal:
    """One sign of need: what kind, whose (an opaque key), when (aware datetime)."""

    kind: str
    person: str
    at: datetime


@dataclass(frozen=True)
class Tally:
    """Distinct people per kind: plain counts and the same counts after decay."""

    counts: Mapping[str, int] = field(default_factory=dict)
    decayed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One thing that is asked for, with its tally, gate, value and effort (person-days)."""

    id: str
    opened_at: datetime
    tally: Tally
    category: str = ""
    gate: str = "unknown"
    value: float = 1.0
    effort: float = 8.0


@dataclass(frozen=True)
class Parameters:
    """One published version of the numbers that may change: k, mean rates, and whether the cap is on."""

    version: str = "2026-11"
    k: float = 1.2
    rate: float = 5.0
    category_rates: Mapping[str, float] = field(default_factory=dict)
    email_cap: bool = True

    def rate_for(self, category: str) -> float:
        """Return the mean rate of ``category``, else the city-wide one (people per year)."""
        return self.category_rates.get(category, self.rate)


PUBLISHED = Parameters()


@dataclass(frozen=True)
class Term:
    """One line of an explanation. The ``per_year`` of all terms of an item add up to its D."""

    key: str
    count: int
    weight: float
    points: float
    per_year: float
    withheld: float = 0.0


@dataclass(frozen=True)
class Ranked:
    """An item with its place: D, its 80 % interval, band, both ranks and the terms behind them."""

    item: Item
    rank: int
    band: str
    demand: float
    low: float
    high: float
    plan_score: float
    plan_rank: int | None
    exposure: float
    terms: tuple[Term, ...]


def _decay(at: datetime, now: datetime) -> float:
    return 0.5 ** (max(0.0, (now - at).total_seconds()) / 86400.0 / HALF_LIFE_DAYS)


def tally(signals: Iterable[Signal], now: datetime, *, window_days: float | None = None) -> Tally:
    """Count distinct people per kind at ``now``; later signals are not known yet and do not count.

    A person who signed in several strong ways counts once, in the strongest, from the latest day.
    Anonymous supports count once a person, searches once a person and day. Anonymous and identified
    signals are never joined: their keys are unlinkable by design. With ``window_days`` only newer
    signals count.
    """
    strong: dict[str, tuple[int, datetime]] = {}
    weak: dict[tuple[str, str, str], datetime] = {}
    for signal in signals:
        if signal.kind not in WEIGHTS:
            raise ValueError(f"unknown kind of signal: {signal.kind!r}")
        if signal.at > now or (window_days is not None and now - signal.at > timedelta(days=window_days)):
            continue
        if signal.kind in STRONG:
            order = STRONG.index(signal.kind)
            before = strong.get(signal.person, (order, signal.at))
            strong[signal.person] = (min(order, before[0]), max(signal.at, before[1]))
        else:
            day = signal.at.astimezone(JST).date().isoformat() if signal.kind == "search" else ""
            key = (signal.kind, signal.person, day)
            weak[key] = max(signal.at, weak.get(key, signal.at))
    parts: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for order, at in strong.values():
        parts[STRONG[order]].append(_decay(at, now))
    for (kind, _, _), at in weak.items():
        parts[kind].append(_decay(at, now))
    return Tally({k: len(v) for k, v in parts.items()}, {k: math.fsum(v) for k, v in parts.items()})


def points(counts: Mapping[str, float], *, email_cap: bool = True) -> dict[str, float]:
    """Return the points of each kind after the caps; their sum is x, the effective support."""
    raw = {kind: WEIGHTS[kind] * counts.get(kind, 0.0) for kind in KINDS}
    seen = raw["verified"] + raw["offline"]
    if email_cap:
        raw["email"] = min(raw["email"], CAP_BASE + CAP_PER_VERIFIED * seen)
    strong = seen + raw["use"] + raw["email"]
    weak = raw["search"] + raw["anonymous"]
    allowed = max(strong, 1.0) * WEAK_SHARE
    if weak > allowed:
        raw["search"] *= allowed / weak
        raw["anonymous"] *= allowed / weak
    return raw


def exposure(opened_at: datetime, now: datetime) -> float:
    """Return the decayed years that an item has been open, at least 30 days' worth."""
    days = max(0.0, (now - opened_at).total_seconds() / 86400.0)
    decayed = HALF_LIFE_DAYS / math.log(2.0) * -math.expm1(-math.log(2.0) * days / HALF_LIFE_DAYS)
    return max(FLOOR_DAYS, decayed) / YEAR_DAYS


def effort_band(days: float) -> int:
    """Return the published band (person-days) for an estimate: the next one up, at most 40."""
    if not days > 0 or math.isinf(days):
        raise ValueError("effort must be a positive number of person-days")
    return next((band for band in EFFORT_BANDS if days <= band), EFFORT_BANDS[-1])


def email_cap_on(tallies: Iterable[Tally]) -> bool:
    """Return whether the cap on e-mail support applies: verified + offline >= 20 % of strong support.

    ``tallies`` are plain counts of the last 12 months. Strong support is measured *under the cap*,
    so that nobody can switch the cap off by sending more e-mails.
    """
    seen = strong = 0.0
    for one in tallies:
        got = points(one.counts)
        seen += got["verified"] + got["offline"]
        strong += math.fsum(got[kind] for kind in STRONG)
    return strong > 0 and seen >= CAP_SHARE * strong


def hold_limit(past_daily_rate: float) -> int:
    """Return how many supports a day count at once; more wait for a look: max(3, Poisson 99.9 %)."""
    return max(3, poisson_quantile(0.999, past_daily_rate))


def fit(items: Sequence[Item], now: datetime, *, version: str, email_cap: bool = True) -> Parameters:
    """Fit k and the mean rates by moments: r = sum x / sum t, k = r^2 / (var(x/t) - r mean(1/t)).

    k is clamped to 0.3-5; a category gets its own rate from five items on. With fewer than five
    items, or no support at all, the published numbers are kept.
    """
    pairs = [
        (
            item.category,
            math.fsum(points(item.tally.decayed, email_cap=email_cap).values()),
            exposure(item.opened_at, now),
        )
        for item in sorted(items, key=lambda item: item.id)
    ]
    support = math.fsum(x for _, x, _ in pairs)
    if len(pairs) < 5 or support <= 0:
        return Parameters(version=version, k=PUBLISHED.k, rate=PUBLISHED.rate, email_cap=email_cap)
    rate = support / math.fsum(t for _, _, t in pairs)
    rates = [x / t for _, x, t in pairs]
    mean = math.fsum(rates) / len(rates)
    variance = math.fsum((value - mean) ** 2 for value in rates) / len(rates)
    spread = variance - rate * math.fsum(1 / t for _, _, t in pairs) / len(pairs)
    k = 5.0 if spread <= 0 else min(5.0, max(0.3, rate**2 / spread))
    categories: dict[str, float] = {}
    for category in sorted({c for c, _, _ in pairs if c}):
        own = [(x, t) for c, x, t in pairs if c == category]
        total = math.fsum(x for x, _ in own)
        if len(own) >= 5 and total > 0:
            categories[category] = total / math.fsum(t for _, t in own)
    return Parameters(version, k, rate, categories, email_cap)


def _terms(item: Item, rate: float, years: float, parameters: Parameters) -> tuple[Term, ...]:
    got = points(item.tally.decayed, email_cap=parameters.email_cap)
    per = 1.0 / (parameters.k / rate + years)
    lines = [
        Term(
            kind,
            int(item.tally.counts.get(kind, 0)),
            WEIGHTS[kind],
            got[kind],
            got[kind] * per,
            max(0.0, WEIGHTS[kind] * item.tally.decayed.get(kind, 0.0) - got[kind]),
        )
        for kind in KINDS
    ]
    return (*lines, Term("prior", 0, 1.0, parameters.k, parameters.k * per))


def _band_name(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


@dataclass
class _Scored:
    item: Item
    terms: tuple[Term, ...]
    years: float
    shape: float
    gamma_rate: float
    demand: float
    uncapped: float
    plan: float


def _score(item: Item, now: datetime, parameters: Parameters) -> _Scored:
    if item.gate not in GATES:
        raise ValueError(f"unknown gate: {item.gate!r}")
    rate = parameters.rate_for(item.category)
    years = exposure(item.opened_at, now)
    terms = _terms(item, rate, years, parameters)
    shape = math.fsum(term.points for term in terms)
    gamma_rate = parameters.k / rate + years
    demand = shape / gamma_rate
    uncapped = math.fsum(term.points + term.withheld for term in terms)
    plan = demand * item.value / math.sqrt(effort_band(item.effort))
    return _Scored(item, terms, years, shape, gamma_rate, demand, uncapped, plan)


def rank(items: Iterable[Item], now: datetime, parameters: Parameters = PUBLISHED) -> list[Ranked]:
    """Rank ``items`` at ``now``, best first; the order of the input does not matter.

    ``rank`` follows D alone. Where D is equal (caps make that happen) the item with more support
    before caps comes first, then less effort, then the older one, then the id. A new band begins
    when the first item of the band above is bigger with probability 0.8 or more. ``plan_rank``
    follows P and is None where the gate is blocked. Raises ValueError for unknown kinds or gates.
    """
    scored = sorted(
        (_score(item, now, parameters) for item in items),
        key=lambda s: (
            -round(s.demand, 9),
            -round(s.uncapped, 9),
            effort_band(s.item.effort),
            s.item.opened_at,
            s.item.id,
        ),
    )
    planned = sorted(
        (s for s in scored if s.item.gate != "blocked"),
        key=lambda s: (-round(s.plan, 9), s.item.opened_at, s.item.id),
    )
    plan_ranks = {s.item.id: place for place, s in enumerate(planned, 1)}
    result: list[Ranked] = []
    band, top = -1, None
    for place, s in enumerate(scored, 1):
        if top is None or gamma_exceeds(top.shape, top.gamma_rate, s.shape, s.gamma_rate) >= BAND_PROBABILITY:
            band, top = band + 1, s
        result.append(
            Ranked(
                item=s.item,
                rank=place,
                band=_band_name(band),
                demand=s.demand,
                low=gamma_quantile(0.1, s.shape, s.gamma_rate),
                high=gamma_quantile(0.9, s.shape, s.gamma_rate),
                plan_score=s.plan,
                plan_rank=plan_ranks.get(s.item.id),
                exposure=s.years,
                terms=s.terms,
            )
        )
    return result
