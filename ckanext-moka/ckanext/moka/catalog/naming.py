"""Identifiers of datasets: ``<municipality code>_<slug>``, proposed where people gave none.

The prefix is what BODIK and other municipal catalogues ask for. CKAN itself turns every kana and kanji of a
title into nothing, so a Japanese title alone gives no slug; then the slug is a short hash of the title.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable

__all__ = ["MAX_LENGTH", "first_free", "propose", "slug"]

MAX_LENGTH = 100  # CKAN's limit for a dataset's name
_SLUG_LENGTH = 60
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return ``text`` as lower-case ASCII words joined by ``_``; empty when nothing in it is ASCII."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", errors="ignore").decode("ascii")
    words = _NOT_SLUG.sub("_", ascii_text.lower()).strip("_")
    if len(words) <= _SLUG_LENGTH:
        return words
    return words[: _SLUG_LENGTH + 1].rpartition("_")[0] or words[:_SLUG_LENGTH]


def propose(code: str, title: str, title_en: str = "", standard_slug: str = "") -> str:
    """Return the identifier for a dataset: from its English title, else its standard, else a hash of its title.

    A Japanese title in which only stray letters or digits are ASCII (AED設置箇所、2025年度) has no slug either.
    """
    found = slug(title_en) or standard_slug
    if not found and title.isascii():
        found = slug(title)
    if not found:
        found = hashlib.sha256(title.encode("utf-8")).hexdigest()[:8]
    return f"{code}_{found}" if code else found


def first_free(name: str, taken: Callable[[str], bool]) -> str:
    """Return ``name``, or it with ``_2``, ``_3`` … : the first that is not ``taken``."""
    number, candidate = 1, name[:MAX_LENGTH]
    while taken(candidate):
        number += 1
        ending = f"_{number}"
        candidate = name[: MAX_LENGTH - len(ending)] + ending
    return candidate
