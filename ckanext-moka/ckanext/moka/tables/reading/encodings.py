"""Which encoding a text file has: decided on the whole file, never on its first bytes alone."""

from __future__ import annotations

import codecs
import re
import struct
from typing import NamedTuple

import pyarrow as pa

from ..model import UnreadableFile

__all__ = ["Decoded", "decode", "to_utf8"]

_JAPANESE = re.compile(r"[ぁ-ヿ一-鿿]")
# What tables in Japanese are written with.
_USUAL = re.compile(
    r"[\t\r\n -~\u00b0-\u00d7\u2010-\u2312\u2460-\u25ef\u3000-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uffe5]"
)
_HALF_KANA = re.compile(r"[｡-ﾟ]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE = 8 * 1024 * 1024
# Single bytes (80, A0, FD to FF) that Windows takes for characters of its own; no text has them.
_LONE = re.compile("[\x80\uf8f0-\uf8f3]")
# A kana or kanji in UTF-8: in another encoding three bytes hardly ever look like it by chance.
_SURE_UTF8 = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_UTF7 = re.compile(rb"\+[A-Za-z0-9+/]{3,}(?![A-Za-z0-9+/])")
_NAMES = {"utf-8": "UTF-8", "cp932": "Shift_JIS", "euc_jp": "EUC-JP"}


class Decoded(NamedTuple):
    """A text in UTF-8 without byte order mark, the encoding it was written in, and whether it had such a mark."""

    data: bytes | bytearray | memoryview
    encoding: str
    bom: bool


def decode(data: bytes) -> tuple[str, str, bool]:
    """Return ``(text, encoding, bom)`` of ``data``, as :func:`to_utf8` finds it."""
    found = to_utf8(data)
    return bytes(found.data).decode("utf-8"), found.encoding, found.bom


def to_utf8(data: bytes | bytearray) -> Decoded:
    """Return ``data`` in UTF-8; what is in UTF-8 already is not copied.

    The ladder: byte order mark, ISO-2022-JP escape, UTF-16 without mark (every second byte is NUL), strict UTF-8,
    then the better of CP932 and EUC-JP. ``UnreadableFile`` names the first byte that no encoding reads.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            if encoding == "utf-8":
                return Decoded(_checked(data, len(mark)), encoding, True)
            return Decoded(_recoded(data, encoding), encoding, True)
    wide = _utf16_without_mark(data)
    if wide:
        return Decoded(_recoded(data, wide), wide, False)
    if b"\x1b$" in data and data.isascii():
        return Decoded(_recoded(data, "iso2022_jp_3"), "iso-2022-jp", False)
    if _in_utf7(data):
        return Decoded(_recoded(data, "utf-7"), "utf-7", False)
    if _is_utf8(memoryview(data)):
        return Decoded(data, "utf-8", False)
    candidates = []
    for encoding in ("cp932", "euc_jp"):
        try:
            candidates.append((_convert(data, encoding), encoding))
        except UnicodeDecodeError:
            continue
    if not candidates:
        raise _undecodable(data)
    text, encoding = (
        max(candidates, key=lambda item: _score(item[0])) if len(candidates) > 1 else candidates[0]
    )
    head = bytes(text[:_PIECE]).decode("utf-8", "ignore")
    if len(_PRIVATE.findall(head)) * 5 > len(head):
        # Characters that nobody writes: the bytes only happen to be possible.
        raise UnreadableFile("unknown", rule="encoding-error")
    return Decoded(text, encoding.replace("_", "-"), False)


def _in_utf7(data: bytes | bytearray) -> bool:
    """Tell whether ASCII text is Japanese in UTF-7 (``+VA158A-``)."""
    head = bytes(data[:100_000])
    if len(_UTF7.findall(head)) < 2 or not head.isascii():
        return False
    try:
        text = head.rpartition(b"\n")[0].decode("utf-7")
    except UnicodeDecodeError:
        return False
    return len(_JAPANESE.findall(text)) >= 4


def _checked(data: bytes | bytearray, start: int) -> memoryview:
    rest = memoryview(data)[start:]
    if not _is_utf8(rest):
        raise _undecodable(data)
    return rest


def _is_utf8(data: memoryview) -> bool:
    offsets = pa.py_buffer(struct.pack("<qq", 0, len(data)))
    text = pa.Array.from_buffers(pa.large_utf8(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _recoded(data: bytes | bytearray, encoding: str) -> bytearray:
    try:
        return _convert(data, encoding)
    except UnicodeDecodeError as error:
        raise _at(data, error.start) from error


def _convert(data: bytes | bytearray, encoding: str) -> bytearray:
    """Return ``data`` in UTF-8, converted piece by piece; errors tell the position in the whole."""
    decoder = codecs.getincrementaldecoder(encoding)()
    result = bytearray()
    view = memoryview(data)
    for start in range(0, len(data), _PIECE):
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(view[start : start + _PIECE], start + _PIECE >= len(data))
            if encoding == "cp932" and (lone := _LONE.search(text)):
                place = len(text[: lone.start()].encode(encoding))
                raise UnicodeDecodeError(encoding, bytes(data[:1]), place, place + 1, "no character")
            result += text.encode()
        except UnicodeDecodeError as error:
            error.start += start - held
            raise
    return result.removeprefix(codecs.BOM_UTF8) if encoding.startswith("utf") else result


def _score(text: bytearray) -> int:
    score = 0
    for start in range(0, len(text), _PIECE):
        part = text[start : start + _PIECE].decode("utf-8", "ignore")
        score += len(_JAPANESE.findall(part)) - 2 * len(_HALF_KANA.findall(part))
        score -= 5 * len(_PRIVATE.findall(part))
    return score


def _utf16_without_mark(data: bytes | bytearray) -> str | None:
    head = data[:4096]
    if len(head) < 8 or len(data) % 2:
        return None
    # Commas, digits and line ends are ASCII in every table, so one half of some pairs is NUL.
    pairs = len(head) // 2
    best, usual = None, 0.95
    for encoding, here in (("utf-16-le", 1), ("utf-16-be", 0)):
        if head[here::2].count(0) > pairs * 0.02:
            # NUL stands in the other half too (一 is U+4E00): what the characters are decides.
            text = head.decode(encoding, "ignore")
            share = len(_USUAL.findall(text)) / max(1, len(text))
            if share > usual:
                best, usual = encoding, share
    return best


def _undecodable(data: bytes | bytearray) -> UnreadableFile:
    """Say where the encoding that fits the beginning stops to fit, and which one fits from there on."""
    reach = {}
    for encoding in _NAMES:
        try:
            _convert(data, encoding)
        except UnicodeDecodeError as error:
            reach[encoding] = error.start
    # Of a text with a damaged byte the right encoding has the fewest errors; of a mixed one the beginning decides.
    part = bytes(data[:_PIECE])
    errors = {encoding: part.decode(encoding, "replace").count("\ufffd") for encoding in reach}
    first = min(reach, key=lambda encoding: (errors[encoding], -reach[encoding]))
    if _SURE_UTF8.search(data, 0, reach.get("utf-8", 0)):
        first = "utf-8"
    return _at(data, reach[first], first)


def _at(data: bytes | bytearray, position: int, first: str | None = None) -> UnreadableFile:
    start = data.rfind(b"\n", 0, position) + 1
    end = data.find(b"\n", position)
    line = bytes(data[start : end if end >= 0 else len(data)])
    where = {
        "line": data.count(b"\n", 0, position) + 1,
        "column": position - start + 1,
        "byte": f"0x{data[position]:02X}" if position < len(data) else "",
        "position": position,
    }
    second = next((e for e in _NAMES if e != first and _reads(line, e)), None) if first else None
    if first and second:
        before = len(line[: position - start].decode(first, "replace"))
        named = {"first": _NAMES[first], "second": _NAMES[second], "character": before + 1}
        return UnreadableFile("changes", rule="encoding-error", **where, **named)
    return UnreadableFile("mixed", rule="encoding-error", **where)


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
