"""OLE2 compound files (XLS, encrypted XLSX): streams by path, every chain of sectors followed once and checked.

A chain may be made to run in a circle, and a length to be larger than the disk. Readers that believe either run out of
memory, so a file is handed on to them only after all of its chains were walked here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ..model import UnreadableFile

__all__ = ["Compound"]

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA
_MAX_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int
    left: int
    right: int
    child: int


class Compound:
    """An open compound file. ``streams`` maps a path (``Workbook``, ``_SX_DB_CUR/0001``) to its length."""

    def __init__(self, data: bytes) -> None:
        """Read the tables and walk all chains. Raises ``UnreadableFile``: truncated, broken."""
        self.data = data
        try:
            self._open()
        except (struct.error, IndexError) as error:
            raise UnreadableFile("truncated") from error

    def _open(self) -> None:
        data = self.data
        if len(data) < 512 or not data.startswith(SIGNATURE):
            raise UnreadableFile("truncated" if data.startswith(SIGNATURE) else "broken")
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        fats, directory, _sign, self.cutoff, mini_start, _minis, difat, difats = struct.unpack_from(
            "<I I I I I I I I", data, 44
        )
        if shift not in (9, 12) or mini_shift != 6:
            raise UnreadableFile("broken")
        self.sector, self.sectors = 1 << shift, (len(data) - 512 + (1 << shift) - 1) // (1 << shift) + 1
        if fats > self.sectors or difats > self.sectors:
            raise UnreadableFile("truncated")
        self.fat: list[int] = []
        for number in self._fat_sectors(fats, difat):
            self.fat += struct.unpack(f"<{self.sector // 4}I", self._sector(number))
        self.entries = self._directory(self._chain(directory))
        root = self.entries[0]
        self.mini = self._chain(root.start, root.size) if root.start < _FREE else b""
        table = self._chain(mini_start) if mini_start < _FREE else b""
        self.mini_fat = list(struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4]))
        self.paths: dict[str, _Entry] = {}
        self.storages: set[str] = set()
        self._tree(root.child)
        for entry in self.paths.values():
            self._stream(entry)
        self.streams = {path: entry.size for path, entry in self.paths.items()}

    def read(self, path: str) -> bytes:
        """Return a stream."""
        return self._stream(self.paths[path])

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.sector if self.sector == 4096 else 512 + number * self.sector
        block = self.data[start : start + self.sector]
        if not block:
            raise UnreadableFile("truncated")
        return block.ljust(self.sector, b"\0")

    def _fat_sectors(self, count: int, difat: int) -> list[int]:
        found = [n for n in struct.unpack_from("<109I", self.data, 76) if n < _FREE]
        seen: set[int] = set()
        while difat < _FREE and len(found) < count:
            if difat in seen:
                raise UnreadableFile("broken")
            seen.add(difat)
            numbers = struct.unpack(f"<{self.sector // 4}I", self._sector(difat))
            found += [n for n in numbers[:-1] if n < _FREE]
            difat = numbers[-1]
        if len(set(found)) != len(found):
            raise UnreadableFile("broken")
        return found[:count]

    def _chain(self, start: int, size: int | None = None) -> bytes:
        blocks: list[bytes] = []
        seen: set[int] = set()
        limit = None if size is None else -(-size // self.sector)
        if size is not None and size > len(self.data):
            raise UnreadableFile("truncated")
        while start < _FREE and (limit is None or len(blocks) < limit or start in seen):
            if start in seen or start >= len(self.fat):
                raise UnreadableFile("broken")
            seen.add(start)
            blocks.append(self._sector(start))
            start = self.fat[start]
        # Readers follow a chain to its end, whatever length was promised.
        while start < _FREE:
            if start in seen or start >= len(self.fat):
                raise UnreadableFile("broken")
            seen.add(start)
            start = self.fat[start]
        data = b"".join(blocks)
        return data if size is None else data[:size]

    def _stream(self, entry: _Entry) -> bytes:
        if entry.size > len(self.data):
            raise UnreadableFile("truncated")
        if entry.size >= self.cutoff or not entry.size:
            return self._chain(entry.start, entry.size) if entry.size else b""
        blocks: list[bytes] = []
        seen: set[int] = set()
        number = entry.start
        while number < _FREE:
            if number in seen or number >= len(self.mini_fat):
                raise UnreadableFile("broken")
            seen.add(number)
            blocks.append(self.mini[number * 64 : number * 64 + 64])
            number = self.mini_fat[number]
        return b"".join(blocks)[: entry.size]

    def _directory(self, data: bytes) -> list[_Entry]:
        entries = []
        for start in range(0, len(data) - 127, 128):
            length, kind = struct.unpack_from("<HB", data, start + 64)
            left, right, child = struct.unpack_from("<III", data, start + 68)
            first, size = struct.unpack_from("<IQ", data, start + 116)
            if self.sector == 512:
                size &= 0xFFFFFFFF
            name = data[start : start + min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")
            entries.append(_Entry(name, kind, first, size, left, right, child))
        if not entries or len(entries) > _MAX_ENTRIES:
            raise UnreadableFile("broken")
        return entries

    def _tree(self, child: int) -> None:
        """Walk the tree of names without recursion; a name met twice means that the tree is no tree."""
        waiting, seen = [(child, "")], set()
        while waiting:
            number, folder = waiting.pop()
            if number >= _FREE:
                continue
            if number in seen or number >= len(self.entries):
                raise UnreadableFile("broken")
            seen.add(number)
            entry = self.entries[number]
            waiting += [(entry.left, folder), (entry.right, folder)]
            path = f"{folder}{entry.name}"
            if entry.kind == 1:
                self.storages.add(path)
                waiting.append((entry.child, f"{path}/"))
            elif entry.kind == 2:
                self.paths[path] = entry
