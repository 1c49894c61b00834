"""Translations: the ``.po`` files of the package, compiled where the site may write.

Compiled catalogues are not part of the source tree. They are made once for each content, under a folder named by
the hash of the ``.po`` files, so that a new version never meets an old ``.mo`` and several processes may start at
once.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

__all__ = ["DOMAIN", "LOCALES", "SOURCE", "compiled", "read"]

DOMAIN = "ckanext-moka"
LOCALES = ("ja", "en")
SOURCE = Path(__file__).resolve().parents[1] / "i18n"


def read(locale: str, source: Path = SOURCE):
    """Return the Babel catalogue of ``locale``; raise ``FileNotFoundError`` when there is none."""
    with _po(source, locale).open("rb") as file:
        return read_po(file, locale=locale, domain=DOMAIN)


def _po(source: Path, locale: str) -> Path:
    return source / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def compiled(storage_path: str | None, source: Path = SOURCE) -> Path:
    """Return a folder with ``<locale>/LC_MESSAGES/ckanext-moka.{po,mo}``, made on first use.

    It lies under ``<storage_path>/i18n/moka``; where there is no storage path or it cannot be written, under a
    private temporary folder of this process.
    """
    digest = hashlib.sha256(b"".join(_po(source, locale).read_bytes() for locale in LOCALES)).hexdigest()[:16]
    if storage_path:
        place = Path(storage_path) / "i18n" / "moka" / digest
        try:
            return place if place.is_dir() else _make(place, source)
        except PermissionError:
            return _private(digest, source)
    return _private(digest, source)


@cache
def _private(digest: str, source: Path) -> Path:
    folder = tempfile.mkdtemp(prefix="moka-i18n-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _make(Path(folder) / digest, source)


def _make(place: Path, source: Path) -> Path:
    """Compile into a folder beside ``place`` and rename it, so that nobody sees half of it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    draft.chmod(0o755)
    for locale in LOCALES:
        folder = draft / locale / "LC_MESSAGES"
        folder.mkdir(parents=True)
        shutil.copyfile(_po(source, locale), folder / f"{DOMAIN}.po")
        with (folder / f"{DOMAIN}.mo").open("wb") as file:
            write_mo(file, read(locale, source))
    try:
        os.rename(draft, place)
    except OSError:
        shutil.rmtree(draft)
        if not place.is_dir():
            raise
    return place
