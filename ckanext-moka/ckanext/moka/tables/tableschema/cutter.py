"""Cut CSV bytes at record ends, as Python's csv reads them: a quote opens only at the start of a cell.

Counting quotes is not enough: one bare quote inside a cell (``5" pipe``) would turn the count for the rest of the
file. The count is used only where every quote that it takes for an opening one does stand at the start of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["MOST_CARRIED", "UnclosedQuote", "cut", "ends_open"]

MOST_CARRIED = 64 * 1024 * 1024


class UnclosedQuote(Exception):
    """A quote was opened and more than ``MOST_CARRIED`` bytes follow without its end."""


def cut(chunks: Iterable[bytes], delimiter: bytes, quote: bytes) -> Iterator[bytes]:
    """Yield pieces that end at record ends; the last one may end anywhere. Raises ``UnclosedQuote``."""
    finder = _Finder(delimiter, quote)
    carried: list[bytes] = []
    size = 0
    for chunk in chunks:
        carried.append(chunk)
        size += len(chunk)
        # A rest that holds no record end is looked at again only when it has doubled.
        if len(carried) > 2 and size < 2 * len(carried[0]):
            continue
        data = b"".join(carried) if len(carried) > 1 else chunk
        end = finder.last_record_end(data)
        if end:
            yield data[:end]
            data = data[end:]
        elif len(data) > MOST_CARRIED:
            raise UnclosedQuote
        carried, size = ([data], len(data)) if data else ([], 0)
    if carried:
        yield b"".join(carried)


def ends_open(data: bytes, delimiter: bytes, quote: bytes) -> bool:
    """Whether a quote is still open at the end of ``data``, which begins at a record's start."""
    finder = _Finder(delimiter, quote)
    if finder.last_record_end(data) == len(data):
        return False
    position = 0
    while opening := finder.opening.search(data, position):
        closing = finder.closing.match(data, opening.end())
        if not closing:
            return True
        position = closing.end()
    return False


class _Finder:
    def __init__(self, delimiter: bytes, quote: bytes) -> None:
        self.quote = quote
        self.starts = {b"", delimiter, b"\r", b"\n"}
        before = re.escape(delimiter) + rb"\r\n"
        mark = re.escape(quote)
        self.opening = re.compile(rb"(?:\A|(?<=[" + before + rb"]))" + mark)
        self.closing = re.compile(rb"(?:[^" + mark + rb"]++|" + mark + mark + rb")*+" + mark)

    def last_record_end(self, data: bytes) -> int:
        """Return where the last complete record ends; 0 when there is none. ``data`` begins at a record's start."""
        parts = data.split(self.quote)
        if len(parts) == 1:
            return data.rfind(b"\n") + 1
        outside = parts[0::2]
        # The last part outside is followed by no quote when the count is even.
        opened = outside if len(parts) % 2 == 0 else outside[:-1]
        if not all(part[-1:] in self.starts for part in opened):
            return self._exact(data)
        position = len(data)
        if len(parts) % 2 == 0:
            position -= len(parts[-1]) + 1
            outside = parts[0:-1:2]
        for number in range(len(outside) - 1, -1, -1):
            part = outside[number]
            found = part.rfind(b"\n")
            if found >= 0:
                return position - len(part) + found + 1
            position -= len(part)
            if number:
                position -= len(parts[2 * number - 1]) + 2
        return 0

    def _exact(self, data: bytes) -> int:
        position, end = 0, 0
        while True:
            opening = self.opening.search(data, position)
            limit = opening.start() if opening else len(data)
            found = data.rfind(b"\n", position, limit)
            if found >= 0:
                end = found + 1
            if not opening:
                return end
            closing = self.closing.match(data, opening.end())
            if not closing:
                return end
            position = closing.end()
