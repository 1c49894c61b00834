"""Tell people apart without knowing who they are.

* A browser carries a random id in a cookie; the database sees only a hash of it, keyed per request.
* A support by somebody without an account needs a token that the server signed for this browser and this
  request; it is spent in Redis at its first use.
* The rate limit counts by a hash of the address, keyed with a random salt of the day. Salt and counters live
  in Redis for 24 hours and nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from datetime import datetime
from typing import TypeGuard

from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from itsdangerous import BadData, URLSafeTimedSerializer

from .ranking import JST

__all__ = [
    "COOKIE",
    "COOKIE_DAYS",
    "is_visitor",
    "issue_token",
    "new_key",
    "new_visitor",
    "person_hash",
    "spend_token",
    "within_limit",
]

COOKIE = "moka_demand_visitor"
COOKIE_DAYS = 180
TOKEN_SECONDS = 24 * 60 * 60
_DAY = 24 * 60 * 60


def new_visitor() -> str:
    """Return a fresh random id for a browser."""
    return secrets.token_urlsafe(24)


def is_visitor(value: object) -> TypeGuard[str]:
    """Return whether ``value`` has the shape of an id that :func:`new_visitor` made."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{32}", value) is not None


def new_key() -> str:
    """Return a fresh key for the supports of one request."""
    return secrets.token_hex(32)


def person_hash(key: str, identity: str) -> str:
    """Return the hash under which ``identity`` supports the one request whose key is ``key``."""
    return hmac.new(bytes.fromhex(key), identity.encode(), hashlib.sha256).hexdigest()


def _prefix() -> str:
    return f"moka-demand:{tk.config['ckan.site_id']}"


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(tk.config["SECRET_KEY"], salt="moka-demand-support")


def issue_token(purpose: str, visitor: str) -> str:
    """Return a token for one use: ``purpose`` is a request's id or ``new``. Writes nothing."""
    owner = hashlib.sha256(visitor.encode()).hexdigest()[:32]
    return _serializer().dumps([purpose, owner, secrets.token_urlsafe(9)])


def spend_token(token: str, purpose: str, visitor: str) -> bool:
    """Use up ``token``; return False when it is forged, another's, for another purpose, too old or spent."""
    try:
        told, owner, once = _serializer().loads(token, max_age=TOKEN_SECONDS)
    except (BadData, ValueError, TypeError):
        return False
    expected = hashlib.sha256(visitor.encode()).hexdigest()[:32]
    if told != purpose or not hmac.compare_digest(str(owner), expected):
        return False
    return bool(connect_to_redis().set(f"{_prefix()}:spent:{once}", 1, nx=True, ex=TOKEN_SECONDS))


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if ip.version == 6:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def within_limit(what: str, address: str, limit: int) -> bool:
    """Count one ``what`` from ``address`` today; return whether that is still within ``limit``."""
    redis = connect_to_redis()
    day = datetime.now(JST).date().isoformat()
    salt_key = f"{_prefix()}:salt:{day}"
    redis.set(salt_key, secrets.token_hex(32), nx=True, ex=_DAY)
    salt = redis.get(salt_key) or b""
    digest = hmac.new(bytes(salt), _network(address).encode(), hashlib.sha256).hexdigest()
    counter = f"{_prefix()}:{what}:{digest}"
    _, count = redis.pipeline().set(counter, 0, nx=True, ex=_DAY).incr(counter).execute()
    return int(count) <= limit
