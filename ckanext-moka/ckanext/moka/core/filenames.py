"""File names as people wrote them: safe to store, to link and to send, never transliterated.

CKAN drops everything but ASCII (指定緊急避難場所一覧.csv becomes ``.csv``); here a name keeps its Japanese,
its full-width letters and both wave dashes. Only what breaks a file system or an HTTP header goes.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from ckanext.moka.core.text import to_nfc

__all__ = ["MAX_BYTES", "ascii_filename", "content_disposition", "extension", "safe_filename"]

MAX_BYTES = 255  # what ext4, APFS and NTFS take for one name (NTFS counts UTF-16 units, which are fewer)
_MAX_EXTENSION_BYTES = 20
_RESERVED = re.compile(r'[:*?"<>|]')
_SPACES = re.compile(r"[\t\r\n\v\f\u0085\u2028\u2029]+")
_ASCII_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"com{n}" for n in range(1, 10)),
    *(f"lpt{n}" for n in range(1, 10)),
}
_FALLBACK = "file"


def safe_filename(name: str | bytes, max_bytes: int = MAX_BYTES) -> str:
    """Return ``name`` as it may be stored: NFC, without folders, control or reserved characters.

    Bytes are read as UTF-8, else as cp932 (what Windows sends). ``max_bytes`` counts UTF-8; a longer name
    is cut in its stem at a character, so that the extension stays. Never empty, and stable: the safe form
    of a safe name is itself.
    """
    text = to_nfc(name if isinstance(name, str) else _decode(name))
    text = _SPACES.sub(" ", text)
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Cn"))
    text = re.split(r"[/\\]", text)[-1]
    text = _RESERVED.sub("_", text).strip().rstrip(". ")
    if text.startswith("."):
        rest = text.lstrip(". ")
        text = f"{_FALLBACK}.{rest}" if rest and "." not in rest else rest
    if text.split(".")[0].lower() in _DEVICES:
        text = f"_{text}"
    return _cut(text, max_bytes) or _FALLBACK


def extension(name: str) -> str:
    """Return the extension of ``name`` in lower case without its dot, or an empty string."""
    return PurePosixPath(name).suffix[1:].lower()


def ascii_filename(name: str, stem: str = "") -> str:
    """Return an ASCII stand-in for ``name``, for programs that cannot read ``filename*``.

    ``stem`` (the physical name of a dataset, say) is used when the name itself has nothing in ASCII left.
    """
    suffix = _ASCII_UNSAFE.sub("", extension(name))
    own = PurePosixPath(name).stem
    chosen = own if own.isascii() and own else (stem or own)
    base = _ASCII_UNSAFE.sub("_", chosen).strip("._-") or "data"
    return f"{base}.{suffix}" if suffix else base


def content_disposition(name: str, stem: str = "") -> str:
    """Return the header value that makes a browser save a download under its Japanese name (RFC 6266)."""
    encoded = quote(name, safe="!#$&+-.^_`|~")
    return f"attachment; filename=\"{ascii_filename(name, stem)}\"; filename*=UTF-8''{encoded}"


def _decode(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp932", errors="replace")


def _cut(text: str, max_bytes: int) -> str:
    """Return ``text`` within ``max_bytes`` of UTF-8, cut at a character; the extension is kept."""
    if len(text.encode("utf-8")) <= max_bytes:
        return text
    path = PurePosixPath(text)
    suffix = path.suffix if len(path.suffix.encode("utf-8")) <= _MAX_EXTENSION_BYTES else ""
    stem = text[: len(text) - len(suffix)]
    room = max_bytes - len(suffix.encode("utf-8"))
    cut = stem.encode("utf-8")[:room].decode("utf-8", errors="ignore")
    while cut and unicodedata.combining(cut[-1]) and len(cut) < len(stem):
        cut = cut[:-1]
    return cut.rstrip(". ") + suffix
