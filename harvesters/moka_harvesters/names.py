"""Names of files and folders: which are not data, what they are called, what title they suggest."""

from __future__ import annotations

import os
import re
import unicodedata
from fnmatch import fnmatch

__all__ = ["ascii_slug", "display_name", "is_junk", "title_from_name"]

# Left behind by Office, LibreOffice, macOS, Windows, NAS boxes, browsers and editors.
_JUNK_NAMES = {"thumbs.db", "desktop.ini", "ehthumbs.db", "$recycle.bin", "system volume information"}
_JUNK_DIRS = {"__macosx", "@eadir", "#recycle", "lost+found", "node_modules"}
_JUNK_PATTERNS = (
    "~$*",
    ".~lock.*",
    "~*.tmp",
    "*.tmp",
    "*.temp",
    "*.bak",
    "*.part",
    "*.crdownload",
    "*.download",
    "*.swp",
    "*.lnk",
    "*~",
    ".*",
)
# Six digits in front are the municipality's code, unless they can be a year and a month (202404).
_CODE_PREFIX = re.compile(r"^(?!(?:19|20)\d{2}(?:0[1-9]|1[0-2]))\d{6}[_\-\s]+(?=.)")
_ORDER_PREFIX = re.compile(r"^[(（【]?\d{1,3}[)）】.．_\-、\s]+(?=\D)")
_COPY_SUFFIX = re.compile(
    r"(\s*[-−ー]\s*コピー|\s*のコピー|\s*[(（]\d{1,2}[)）]|_?(最新|最終|確定|公開用))+$"
)
_DATE_SUFFIX = re.compile(r"[_\-\s]+((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?$")


def is_junk(name: str, *, folder: bool = False) -> bool:
    """Return whether a file (or folder) of this name is a by-product of a program and no data."""
    lower = name.lower()
    if lower in _JUNK_NAMES or (folder and lower in _JUNK_DIRS):
        return True
    return any(fnmatch(lower, pattern) for pattern in _JUNK_PATTERNS)


def display_name(name: str) -> str | None:
    """Return the name in NFC, or None if its bytes are neither UTF-8 nor Windows Japanese (CP932).

    A file share filled from old Windows machines holds CP932 names; Python shows their bytes as lone
    surrogates (PEP 383).
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        try:
            name = os.fsencode(name).decode("cp932")
        except UnicodeDecodeError:
            return None
    if any(unicodedata.category(char) == "Cc" for char in name):
        return None
    return unicodedata.normalize("NFC", name)


def title_from_name(name: str, *, has_extension: bool = True) -> str:
    """Return the title that a file or folder name suggests.

    Municipality code and ordering number in front and copy marks behind are dropped, a date behind is
    written out, low lines become blanks: ``092096_01_避難所一覧_20240401 (1).csv`` gives
    ``避難所一覧（2024年4月1日）``. Nothing is dropped if nothing would remain.
    """
    stem = name.rsplit(".", 1)[0] if has_extension and "." in name.strip(".") else name
    title = stem.strip()
    for pattern in (_CODE_PREFIX, _ORDER_PREFIX, _COPY_SUFFIX):
        shorter = pattern.sub("", title).strip(" \u3000_-")
        title = shorter or title
    title = _DATE_SUFFIX.sub(_written_date, title)
    return re.sub(r"[\s\u3000_]+", " ", title).strip() or stem or name


def _written_date(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    return f"（{year}年{int(month)}月{f'{int(day)}日' if day else ''}）"


def ascii_slug(text: str, limit: int = 40) -> str:
    """Return lower-case ASCII letters, digits and hyphens from ``text``; may be empty."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:limit].strip("-")
