"""Zip containers (XLSX, ODS): looked over before anything is unpacked, and unpacked only as far as was promised.

What a zip directory says of a part is a claim. Other programs believe it or not, each in its own way, so a container
that contradicts itself (overlapping, doubled or misnamed parts, sizes that are not true) is not opened at all.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from ..model import UnreadableFile

__all__ = ["MAX_PART", "MAX_UNPACKED", "Container", "parse_xml", "walk"]

MAX_UNPACKED = 1024 * 1024 * 1024
MAX_PART = 64 * 1024 * 1024
MAX_ENTRIES = 20_000
MAX_DIRECTORY = 8 * 1024 * 1024
# Bytes unpacked, and how many times the packed size they may then be: sheets full of blank formatted rows reach 100.
_RATIOS = ((50_000_000, 200), (300_000_000, 80))
_CHUNK = 4 * 1024 * 1024
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_UNSAFE = re.compile(r"^[\\/]|^[A-Za-z]:|(?:^|[\\/])\.\.(?:[\\/]|$)|\x00")


class Container:
    """An open zip container. ``names`` are its parts; reading one is bounded by ``limit`` and by its own promise."""

    def __init__(self, path: Path) -> None:
        """Open and look over. Raises ``UnreadableFile``: broken, truncated, bomb, encrypted, disordered."""
        self._stream: IO[bytes] = path.open("rb")
        try:
            size = path.stat().st_size
            _directory_size(self._stream, size)
            self._zip = zipfile.ZipFile(self._stream)
            self._infos = {info.filename: info for info in self._zip.infolist()}
            _inspect(self._zip.infolist(), size)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
            self._stream.close()
            raise UnreadableFile("broken") from error
        except UnreadableFile:
            self._stream.close()
            raise
        self.names = frozenset(self._infos)

    def __enter__(self) -> Container:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._stream.close()

    def size(self, part: str) -> int:
        """Return how long a part says it is."""
        return self._infos[part].file_size

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield a part in blocks. Raises ``UnreadableFile`` when it is damaged or longer than it says."""
        info = self._infos[part]
        data = self._packed(info)
        if info.compress_type == zipfile.ZIP_STORED:
            if info.compress_size != info.file_size:
                raise UnreadableFile("broken")
            yield from (block for block in data)
            return
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        left = info.file_size
        try:
            for block in data:
                while block and not engine.eof:
                    out = engine.decompress(block, _CHUNK)
                    block = engine.unconsumed_tail
                    left -= len(out)
                    if left < 0:
                        raise UnreadableFile("disordered")
                    yield out
            rest = engine.flush()
        except zlib.error as error:
            raise UnreadableFile("broken") from error
        if left != len(rest) or not engine.eof:
            raise UnreadableFile("truncated" if not engine.eof else "broken")
        if rest:
            yield rest

    def _packed(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        self._stream.seek(info.header_offset)
        head = self._stream.read(30)
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise UnreadableFile("broken")
        name, extra = struct.unpack("<HH", head[26:30])
        position, left = info.header_offset + 30 + name + extra, info.compress_size
        while left > 0:
            self._stream.seek(position)
            block = self._stream.read(min(left, 1024 * 1024))
            if not block:
                raise UnreadableFile("truncated")
            position, left = position + len(block), left - len(block)
            yield block

    def read(self, part: str, limit: int = MAX_PART) -> bytes:
        """Return a part. Raises ``UnreadableFile`` when it is damaged or longer than ``limit``."""
        if self.size(part) > limit:
            raise UnreadableFile("bomb", megabytes=f"{self.size(part) // 1_000_000:,}")
        return b"".join(self.chunks(part))

    def xml(self, part: str) -> ElementTree.Element:
        """Return a small XML part as a tree. Raises ``UnreadableFile`` when damaged or when it declares entities."""
        return parse_xml(self.read(part), part)

    def relations(self, part: str) -> list[tuple[str, str, str, bool]]:
        """Return ``(id, kind, target, external)`` of what a part points to; inner targets as names of parts."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self.names:
            return []
        result = []
        for item in self.xml(rels).iter():
            if item.tag.rsplit("}", 1)[-1] != "Relationship":
                continue
            target, outside = item.get("Target", ""), item.get("TargetMode", "") == "External"
            if not outside:
                joined = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                target = posixpath.normpath(joined)
            result.append((item.get("Id", ""), item.get("Type", "").rsplit("/", 1)[-1], target, outside))
        return result


def _directory_size(stream: IO[bytes], size: int) -> None:
    """Refuse a directory of millions of names before Python makes an object of each."""
    reach = min(size, 65_557)
    stream.seek(size - reach)
    tail = stream.read(reach)
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise UnreadableFile("truncated")
    entries, length = struct.unpack("<HI", tail[end + 10 : end + 16])
    big = tail.rfind(_END64, 0, end)
    if big >= 0 and len(tail) >= big + 48:
        entries, length = struct.unpack("<QQ", tail[big + 32 : big + 48])
    if entries > MAX_ENTRIES and entries != 0xFFFF or MAX_DIRECTORY < length <= size:
        raise UnreadableFile("entries", count=f"{entries:,}")


def _inspect(infos: list[zipfile.ZipInfo], size: int) -> None:
    if len(infos) > MAX_ENTRIES:
        raise UnreadableFile("entries", count=f"{len(infos):,}")
    total = sum(i.file_size for i in infos)
    packed = max(1, sum(i.compress_size for i in infos))
    ratio = total / max(1, min(packed, size))
    if total > MAX_UNPACKED or any(total > floor and ratio > limit for floor, limit in _RATIOS):
        raise UnreadableFile("bomb", megabytes=f"{total // 1_000_000:,}")
    doubled = [name for name, count in Counter(i.filename for i in infos).items() if count > 1]
    unsafe = [i.filename for i in infos if _UNSAFE.search(i.orig_filename)]
    if doubled or unsafe:
        raise UnreadableFile("disordered")
    # A name has at least as many bytes as characters, so this is the least room that a part takes.
    places = sorted((i.header_offset, 30 + len(i.orig_filename) + i.compress_size) for i in infos)
    overlapping = any(
        start + length > following
        for (start, length), (following, _next) in zip(places, places[1:], strict=False)
    )
    if overlapping or any(i.header_offset < 0 or i.header_offset + i.compress_size > size for i in infos):
        raise UnreadableFile("disordered")
    if any(i.flag_bits & 0x1 for i in infos):
        raise UnreadableFile("encrypted")
    if any(i.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for i in infos):
        raise UnreadableFile("broken")


def _parser(part: str) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def refuse(*_args: object) -> None:
        raise UnreadableFile("entity", part=part)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def parse_xml(data: bytes, part: str = "XML") -> ElementTree.Element:
    """Return ``data`` as a tree. Raises ``UnreadableFile`` when it is no XML, or declares a document type."""
    parser, builder = _parser(part), ElementTree.TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > 200:
            raise UnreadableFile("broken")
        builder.start(_name(tag), {_name(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_name(tag))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, ValueError, LookupError) as error:
        raise UnreadableFile("broken") from error


def _name(tag: str) -> str:
    return "{" + tag if "}" in tag else tag


def walk(chunks: Iterator[bytes], part: str, handler: object) -> None:
    """Run ``handler`` (``start(tag, attributes)``, ``end(tag)``, ``text(data)``; tags without namespace) over XML."""
    parser = _parser(part)
    local: dict[str, str] = {}

    def short(tag: str) -> str:
        if tag not in local:
            local[tag] = tag.rsplit("}", 1)[-1]
        return local[tag]

    begin, finish = handler.start, handler.end  # type: ignore[attr-defined]
    parser.StartElementHandler = lambda tag, attributes: begin(
        short(tag), {short(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: finish(short(tag))
    parser.CharacterDataHandler = handler.text  # type: ignore[attr-defined]
    try:
        for block in chunks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableFile("broken") from error
