"""IRIs that every RDF reader accepts: pure functions on strings."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

__all__ = ["encode_iri", "mailto", "tel"]

# RFC 3986: reserved and unreserved characters stay, and so does an escape that is already there.
_SAFE = "!$&'()*+,;=:@/?-._~"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def _quote(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_SAFE + "%")


def encode_iri(url: str) -> str | None:
    """Return ``url`` as an absolute ASCII URI, or None if it is none.

    Japanese file names become percent-encoded UTF-8, Japanese host names IDNA; escapes that are there
    stay as they are. Only http and https addresses count.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
        if parts.scheme.lower() not in ("http", "https") or not host:
            return None
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return None
    if not re.fullmatch(r"[A-Za-z0-9.\-_]+|[0-9A-Fa-f:.]+", ascii_host):
        return None
    shown = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    path, query, fragment = _quote(parts.path), _quote(parts.query), _quote(parts.fragment)
    return urlunsplit((parts.scheme.lower(), shown + port, path, query, fragment))


def mailto(address: str) -> str | None:
    """Return the ``mailto:`` URI of an e-mail address, or None if it does not look like one."""
    text = address.strip().removeprefix("mailto:")
    return f"mailto:{quote(text, safe='@!$&*+=-._~')}" if _EMAIL.match(text) else None


def tel(number: str) -> str | None:
    """Return the ``tel:`` URI (RFC 3966) of a Japanese telephone number, or None if it has no ten digits.

    ``0285-83-8100`` becomes ``tel:+81-285-83-8100``; an extension (内線) is left out.
    """
    import unicodedata

    text = unicodedata.normalize("NFKC", number)
    text = re.split(r"内線|ext|x", text, maxsplit=1)[0]
    text = re.sub(r"[‐‑‒–—―−ー()\s]+", "-", text).strip("-")
    digits = re.sub(r"\D", "", text)
    if text.startswith("+") and 8 <= len(digits) <= 15:
        return "tel:+" + re.sub(r"[^\d-]", "", text)
    if not (digits.startswith("0") and 10 <= len(digits) <= 11):
        return None
    return "tel:+81-" + re.sub(r"[^\d-]", "", text)[1:].lstrip("-")
