"""Daily counts of what was searched for: taken from Redis by a task, kept in SQL for a stated time.

Each entry is counted once: the counts and the number of the last counted entry are committed together, and
entries leave Redis only afterwards. A worker that is killed in between leaves either nothing or everything done.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import redis
import sqlalchemy as sa
from ckan import model
from ckan.lib.redis import connect_to_redis

from ckanext.moka.core.events import SearchPerformed
from ckanext.moka.jobs import api as jobs
from ckanext.moka.search import config
from ckanext.moka.search.traces import screening, trace

__all__ = ["Phrase", "drain", "failed", "forget_old", "listed", "masked", "today", "top"]

log = logging.getLogger(__name__)

BATCH = 1000
_LOCK = sa.text("SELECT pg_advisory_xact_lock(7268246)")
_MARK = sa.text("SELECT entry FROM moka_search_phrase_mark WHERE stream = :stream")
_SET_MARK = sa.text(
    "INSERT INTO moka_search_phrase_mark (stream, entry) VALUES (:stream, :entry) "
    "ON CONFLICT (stream) DO UPDATE SET entry = excluded.entry"
)
_COUNT = sa.text(
    "INSERT INTO moka_search_phrase AS old (day, phrase, channel, filters, searches, zero_results, low_results, "
    "last_results) VALUES (:day, :phrase, :channel, :filters, :searches, :zero, :low, :last) "
    "ON CONFLICT (day, phrase, channel, filters) DO UPDATE SET searches = old.searches + excluded.searches, "
    "zero_results = old.zero_results + excluded.zero_results, "
    "low_results = old.low_results + excluded.low_results, last_results = excluded.last_results"
)
_FORGET = sa.text("DELETE FROM moka_search_phrase WHERE day < :day")
_GROUPED = """
    SELECT phrase, sum(searches) AS searches, sum(zero_results) AS zero_results, sum(low_results) AS low_results,
        count(DISTINCT day) AS days, max(day) AS last_day,
        (array_agg(last_results ORDER BY (filters = '') DESC, day DESC, channel DESC))[1] AS last_results,
        array_agg(DISTINCT channel) AS channels
    FROM moka_search_phrase WHERE day >= :since AND phrase <> ALL(:masks)
"""


@dataclass(frozen=True)
class Phrase:
    """A phrase and how often it was searched for.

    ``zero_results``: searches that found nothing. ``low_results``: searches that found something, but nothing
    with all words. ``days``: on how many days. ``last_results``: how many were found the last time.
    """

    phrase: str
    searches: int
    zero_results: int
    low_results: int
    days: int
    last_day: dt.date
    last_results: int
    channels: tuple[str, ...]


def today() -> dt.date:
    """Return the present day in Japan."""
    return dt.datetime.now(trace.JAPAN).date()


def drain() -> int:
    """Count what waits in Redis; return how many searches. Without Redis nothing is done."""
    total = 0
    while counted := _drain_batch():
        total += counted
    return total


def _drain_batch() -> int:
    client, stream = connect_to_redis(), trace.stream_key()
    model.Session.execute(_LOCK)
    mark = model.Session.execute(_MARK, {"stream": stream}).scalar() or "0-0"
    try:
        client.xtrim(stream, minid=_after(mark), approximate=False)  # left by a worker that was killed
        entries: list[Any] = client.xrange(stream, min=_after(mark), count=BATCH)
    except redis.RedisError as error:
        log.warning("Searches wait in Redis, which does not answer: %s", type(error).__name__)
        entries = []
    if not entries:
        model.Session.rollback()
        return 0
    ids = [_text(entry_id) for entry_id, _ in entries]
    events = [event for entry_id, values in entries if (event := _event(_text(entry_id), values))]
    for row in _rows(events):
        model.Session.execute(_COUNT, row)
    model.Session.execute(_SET_MARK, {"stream": stream, "entry": ids[-1]})
    for event in events:
        jobs.after_commit(event)
    model.Session.commit()
    try:
        client.xdel(stream, *ids)
    except redis.RedisError as error:
        log.warning("Counted searches stay in Redis until the next time: %s", type(error).__name__)
    return len(events)


def _after(entry_id: str) -> str:
    moment, _, number = entry_id.partition("-")
    return f"{moment}-{int(number) + 1}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _event(entry_id: str, values: dict[Any, Any]) -> SearchPerformed | None:
    moment = dt.datetime.fromtimestamp(int(entry_id.partition("-")[0]) / 1000, trace.JAPAN)
    try:
        found = json.loads(values.get(b"search") or values["search"])
        return SearchPerformed(
            phrase=str(found["phrase"]),
            results=int(found["results"]),
            exact=int(found["exact"]),
            filters=tuple(map(str, found["filters"])),
            channel=str(found["channel"]),
            language=str(found["language"]),
            day=moment.date(),
        )
    except (KeyError, TypeError, ValueError) as error:
        log.error("Left out entry %s, which is no search: %s", entry_id, type(error).__name__)
        return None


def _rows(events: Iterable[SearchPerformed]) -> list[dict[str, Any]]:
    """Return what is to be added, one row for each key, in the order of keys."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for event in events:
        key = (event.day, event.phrase, event.channel, " ".join(event.filters))
        row = rows.setdefault(key, {"searches": 0, "zero": 0, "low": 0})
        row["searches"] += 1
        row["zero"] += event.results == 0
        row["low"] += event.results > 0 and event.exact == 0
        row["last"] = event.results
    names = ("day", "phrase", "channel", "filters")
    return [{**dict(zip(names, key, strict=True)), **rows[key]} for key in sorted(rows)]


def forget_old() -> int:
    """Delete counts older than the option ``phrase_days``; return how many rows."""
    day = today() - dt.timedelta(days=config.phrase_days())
    removed = model.Session.execute(_FORGET, {"day": day}).rowcount
    model.Session.commit()
    return int(removed)


def top(since: dt.date, limit: int = 100, *, offset: int = 0, at_least: int = 1) -> list[Phrase]:
    """Return the phrases searched for most since ``since``; masked ones are left out."""
    tail = "GROUP BY phrase HAVING sum(searches) >= :at_least ORDER BY searches DESC, last_day DESC, phrase"
    return _phrases(tail, since, limit, offset, at_least)


def failed(since: dt.date, limit: int = 100, *, offset: int = 0, at_least: int = 1) -> list[Phrase]:
    """Return the phrases that found nothing, or nothing with all words, most often since ``since``.

    Only searches without filters count here: what an organisation lacks another one may have.
    """
    tail = (
        "AND filters = '' GROUP BY phrase HAVING sum(zero_results) + sum(low_results) >= :at_least "
        "ORDER BY sum(zero_results) + sum(low_results) DESC, last_day DESC, phrase"
    )
    return _phrases(tail, since, limit, offset, max(1, at_least))


def listed(since: dt.date, limit: int = 100, *, offset: int = 0, at_least: int = 1) -> list[Phrase]:
    """Return the phrases searched for since ``since``, those of the last days first."""
    tail = "GROUP BY phrase HAVING sum(searches) >= :at_least ORDER BY last_day DESC, searches DESC, phrase"
    return _phrases(tail, since, limit, offset, at_least)


def masked(since: dt.date) -> int:
    """Return how many searches since ``since`` were masked."""
    query = "SELECT coalesce(sum(searches), 0) FROM moka_search_phrase WHERE day >= :since AND phrase = ANY(:masks)"
    values = {"since": since, "masks": list(screening.MASKS.values())}
    return int(model.Session.execute(sa.text(query), values).scalar_one())


def _phrases(tail: str, since: dt.date, limit: int, offset: int, at_least: int) -> list[Phrase]:
    values = {
        "since": since,
        "masks": list(screening.MASKS.values()),
        "limit": limit,
        "offset": offset,
        "at_least": at_least,
    }
    rows = model.Session.execute(sa.text(f"{_GROUPED} {tail} LIMIT :limit OFFSET :offset"), values).mappings()
    return [Phrase(**{**row, "channels": tuple(row["channels"])}) for row in rows]
