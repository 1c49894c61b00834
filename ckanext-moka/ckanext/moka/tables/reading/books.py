"""The three workbook formats behind one door: which one a container is, its facts, and reading that cannot bring us down."""

from __future__ import annotations

import errno
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import python_calamine

from ..model import UnreadableFile
from . import oldexcel, opendocument, workbook
from .compound import Compound
from .container import Container
from .facts import BookFacts

__all__ = ["facts", "ole_kind", "reading", "refuse_special", "zip_kind"]


def refuse_special(path: Path) -> None:
    """Raise ``UnreadableFile`` for a folder, device or pipe: reading one might never end. ``OSError`` when missing."""
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        regular = False
    if not regular:
        raise UnreadableFile("special")


def zip_kind(path: Path) -> str:
    """Return what a zip container is: xlsx, ods, docx, pptx or zip. Raises ``UnreadableFile`` for what is not opened."""
    with Container(path) as box:
        names = box.names
        if (
            "mimetype" in names
            and box.size("mimetype") < 200
            and b"opendocument" in box.read("mimetype", 200)
        ):
            kind = box.read("mimetype").decode("ascii", "replace").rsplit(".", 1)[-1].strip()
            return (
                "ods"
                if kind.startswith("spreadsheet")
                else {"text": "odt", "presentation": "odp"}.get(kind, "zip")
            )
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(item.startswith("word/") for item in names):
        return "docx"
    if any(item.startswith("ppt/") for item in names):
        return "pptx"
    return "ods" if "content.xml" in names else "zip"


def ole_kind(path: Path) -> str:
    """Return what a compound file is: xls or doc. Raises ``UnreadableFile``: encrypted, damaged."""
    box = Compound(path.read_bytes())
    if oldexcel.encrypted(box):
        raise UnreadableFile("encrypted")
    return "xls" if oldexcel.is_workbook(box) else "doc"


def facts(path: Path, kind: str) -> BookFacts:
    """Return the facts of a workbook; what would not fit into memory is refused before its values are read."""
    readers = {"xlsx": workbook.facts, "ods": opendocument.facts, "xls": oldexcel.facts}
    try:
        return readers[kind](path)
    except (LookupError, ValueError, OverflowError, RecursionError, struct.error) as error:
        # A part that says one thing and holds another: numbers that are none, missing parts, unknown encodings.
        raise UnreadableFile("unreadable-format") from error


@contextmanager
def reading() -> Iterator[None]:
    """Turn whatever the reader of values fails with into ``UnreadableFile``."""
    try:
        yield
    except python_calamine.PasswordError as error:
        raise UnreadableFile("encrypted") from error
    except MemoryError as error:
        raise UnreadableFile("memory") from error
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise UnreadableFile("unreadable-format") from error
    except BaseException as error:
        # A panic of the reader (written in Rust) is no Exception; anything else of that kind goes on its way.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile("unreadable-format") from error
