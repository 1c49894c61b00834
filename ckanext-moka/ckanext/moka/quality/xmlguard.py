"""Read XML without ever expanding an entity that the file declares itself. No CKAN."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

__all__ = ["EntityDeclared", "parse", "well_formed"]

# Encodings of several bytes that the parser does not know; the others it reads by itself.
_JAPANESE = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_3",
}
_ENCODING = re.compile(rb"""<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9_.-]+)["']""")


class EntityDeclared(Exception):
    """The file declares an entity, in whatever encoding."""


def well_formed(path: Path) -> None:
    """Parse the file without keeping anything.

    Raises ``EntityDeclared``, ``expat.ExpatError`` (``lineno`` from 1, ``offset`` from 0), and ``ValueError``
    (``UnicodeDecodeError`` among them) or ``LookupError`` for an encoding that cannot be read.
    """
    data, encoding = _bytes(path)
    parser = expat.ParserCreate(encoding)
    parser.EntityDeclHandler = _refuse
    parser.Parse(data, True)


def parse(path: Path) -> ElementTree.Element:
    """Return the root of the tree. Raises as :func:`well_formed`."""
    well_formed(path)
    data, encoding = _bytes(path)
    return ElementTree.fromstring(data, ElementTree.XMLParser(encoding=encoding))


def _refuse(*_declaration: object) -> None:
    raise EntityDeclared


def _bytes(path: Path) -> tuple[bytes, str | None]:
    data = path.read_bytes()
    said = _ENCODING.match(data[:200].lstrip())
    codec = _JAPANESE.get(said[1].decode("ascii").lower()) if said else None
    return (data.decode(codec).encode("utf-8"), "utf-8") if codec else (data, None)
