"""Notes in Redis every search that somebody sent; nothing of it touches SQL, and nothing says who it was.

What counts: the first ``package_search`` with a phrase in a request for a page of results (all datasets, an
organisation's, a group's) or for ``package_search`` of the API. All other searches of a request, further pages,
robots and previews of browsers do not.

The same phrase from the same client counts once in :data:`WINDOW` seconds: for pages, facets, and Enter pressed
twice. The client is only known as HMAC(salt of the day; network, browser, phrase, channel), a key in Redis that
lives for that time. The salt is random, in Redis only, and ends with its day, and with it all that could join
two searches.

A search never waits for Redis or fails with it: see :data:`PATIENCE` and :data:`REST`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import logging
import os
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

import redis
from ckan.common import config
from counter_robots import is_robot as listed_robot
from flask import has_request_context, request

from ckanext.moka.search.traces import screening

__all__ = ["JAPAN", "Search", "is_robot", "note", "stream_key"]

log = logging.getLogger(__name__)

JAPAN = ZoneInfo("Asia/Tokyo")
WINDOW = 30 * 60
PATIENCE = 0.1  # seconds that a search waits for Redis
REST = 10.0  # seconds without trying again after Redis failed
MOST = 100_000  # searches that wait for the task; beyond, the oldest go
_DAY = 24 * 60 * 60
_SEEN = "moka_search.noted"  # in the request's environment
_LISTS = ("organization.read", "group.read")
# Programs that COUNTER's list calls robots, but which people use to call the API.
_TOOLS = re.compile(
    r"^(?:curl|wget|libcurl|python|aiohttp|httpx|okhttp|axios|node|undici|go-http-client|java|apache-httpclient|"
    r"ruby|faraday|guzzlehttp|php|libhttp|rcurl|r\b|httr|postman|insomnia|ckanapi|dart|.{0,20}powershell)",
    re.IGNORECASE,
)
# Crawlers that call themselves so, or that the list does not have yet.
_CRAWLERS = re.compile(r"bot\b|crawl|spider|slurp|archiver|scrapy", re.IGNORECASE)
# Facets and the like: their names and plain values are kept, of all other parameters nothing.
_FILTERS = frozenset(
    {"organization", "owner_org", "groups", "tags", "res_format", "license_id", "theme", "standard_dataset"}
)
_FILTER = re.compile(r"([A-Za-z_]+):(\"[^\"]*\"|[^\s()\[\]{}\"]+)")
# Told once: only a client that was not told yet leaves an entry, in one step.
_ONCE = """
if redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'search', ARGV[3])
    return 1
end
return 0
"""


@dataclass(frozen=True)
class Search:
    """What is kept of a search; ``exact``: how many of the ``results`` have all words."""

    phrase: str
    results: int
    exact: int
    filters: tuple[str, ...]
    channel: str
    language: str


def note(typed: str, results: int, exact: int | None, params: dict[str, Any]) -> None:
    """Note a search for ``typed`` if it is one that the present request asked for; never raises for Redis' sake.

    ``params`` are those of ``package_search``; ``exact`` None: as many as ``results``.
    """
    if not has_request_context() or request.environ.get(_SEEN):
        return
    channel = _channel()
    phrase = screening.kept_form(_asked(channel, typed)) if channel else ""
    if not phrase:
        return
    request.environ[_SEEN] = True
    if _further_page(channel, params) or _by_nobody():
        return
    found = Search(
        phrase,
        results,
        results if exact is None else exact,
        _filters(channel, params),
        channel,
        str(request.environ.get("CKAN_LANG") or "ja"),
    )
    _add(found)


def is_robot(user_agent: str) -> bool:
    """Tell whether a crawler names itself so (COUNTER's list); tools for calling an API are none.

    No name, or a browser without a window, is no crawler either: scripts and tests of people have those.
    """
    name = user_agent.replace("HeadlessChrome", "Chrome").strip()
    if not name or _TOOLS.match(name):
        return False
    return bool(_CRAWLERS.search(name)) or listed_robot(name)


def stream_key() -> str:
    """Return the name of the stream in Redis."""
    return f"{_prefix()}:searches"


def _prefix() -> str:
    return f"moka-search:{config['ckan.site_id']}"


def _channel() -> str:
    """Return "ui" or "api" if the present request asks for results of a search, else ""."""
    endpoint, values = request.endpoint or "", request.view_args or {}
    if endpoint == "api.action" and values.get("logic_function") == "package_search":
        return "api" if request.method in ("GET", "POST") else ""
    page = endpoint in _LISTS or endpoint.endswith(".search")
    return "ui" if page and request.method == "GET" else ""


def _asked(channel: str, typed: str) -> str:
    return request.args.get("q", "") if channel == "ui" else typed


def _further_page(channel: str, params: dict[str, Any]) -> bool:
    if channel == "api":
        return str(params.get("start") or "0").lstrip("0") != ""
    return request.args.get("page", "1") not in ("", "0", "1")


def _by_nobody() -> bool:
    """Tell whether a robot asks, or a browser that loads what may be looked at later."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose or is_robot(request.headers.get("User-Agent", ""))


def _filters(channel: str, params: dict[str, Any]) -> tuple[str, ...]:
    """Return the filters of the request that may be kept, as "field:value"."""
    pairs: Iterable[tuple[str, str]]
    if channel == "api":
        asked = [params.get("fq") or "", *(params.get("fq_list") or [])]
        pairs = [pair for text in asked for pair in _FILTER.findall(str(text))]
    else:
        pairs = list(request.args.items(multi=True))
        if request.endpoint in _LISTS:
            kind = "groups" if request.endpoint == "group.read" else "organization"
            pairs = [(kind, str((request.view_args or {}).get("id", ""))), *pairs]
    kept = {f"{field}:{screening.kept_value(value)}" for field, value in pairs if field in _FILTERS and value}
    return tuple(sorted(kept))[:8]


def _add(search: Search) -> None:
    global _rests_until
    if time.monotonic() < _rests_until:
        return
    try:
        client = _client()
        salt_key = f"{_prefix()}:salt:{dt.datetime.now(JAPAN):%Y%m%d}"
        with client.pipeline(transaction=False) as pipe:
            _, salt = pipe.set(salt_key, secrets.token_bytes(32), nx=True, ex=_DAY).get(salt_key).execute()
        told = f"{_prefix()}:told:{_who(salt or b'', search)}"
        entry = json.dumps(asdict(search), ensure_ascii=False)
        client.eval(_ONCE, 2, told, stream_key(), WINDOW, MOST, entry)
    except (redis.RedisError, OSError) as error:
        _rests_until = time.monotonic() + REST
        log.warning("Searches are not counted, Redis does not answer: %s", type(error).__name__)


_rests_until = 0.0
_clients: dict[tuple[int, str], Any] = {}


def _client() -> Any:
    """Return this process's client, which gives up early."""
    key = (os.getpid(), str(config["ckan.redis.url"]))
    if key not in _clients:
        _clients[key] = redis.Redis.from_url(
            key[1], socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry_on_timeout=False
        )
    return _clients[key]


def _who(salt: bytes, search: Search) -> str:
    """Return the key under which this client's search is known for a while."""
    parts = (
        _network(request.remote_addr or ""),
        request.headers.get("User-Agent", ""),
        search.phrase,
        search.channel,
    )
    return hmac.new(salt, "\0".join(parts).encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)
