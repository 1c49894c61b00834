"""Which encoding a text file has: decided on the whole file, never on its first bytes alone."""

from __future__ import annotations

import codecs
import re

from .model import UnreadableFile

__all__ = ["decode"]

_JAPANESE = re.compile(r"[ぁ-ヿ一-鿿]")
_HALF_KANA = re.compile(r"[｡-ﾟ]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes) -> tuple[str, str, bool]:
    """Return ``(text, encoding, bom)`` of ``data``.

    The ladder: byte order mark, ISO-2022-JP escape, UTF-16 without mark (every second byte is NUL), strict UTF-8,
    then the better of CP932 and EUC-JP. ``UnreadableFile`` names the first line that no encoding reads.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig"), True
            except UnicodeDecodeError as error:
                raise _undecodable(data, error.start) from error
    if b"\x1b$" in data:
        try:
            return data.decode("iso2022_jp_3"), "iso-2022-jp", False
        except UnicodeDecodeError as error:
            raise _undecodable(data, error.start) from error
    wide = _utf16_without_mark(data)
    if wide:
        return data.decode(wide), wide, False
    try:
        return data.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError as error:
        first_bad = error.start
    candidates = []
    for encoding in ("cp932", "euc_jp"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        candidates.append((_score(text), encoding, text))
    if not candidates:
        raise _undecodable(data, first_bad)
    _best, encoding, text = max(candidates, key=lambda item: item[0])
    return text, encoding.replace("_", "-"), False


def _score(text: str) -> int:
    return len(_JAPANESE.findall(text)) - 2 * len(_HALF_KANA.findall(text)) - 5 * len(_PRIVATE.findall(text))


def _utf16_without_mark(data: bytes) -> str | None:
    head = data[:4096]
    if len(head) < 8 or len(data) % 2:
        return None
    # Commas, digits and line ends are ASCII in every table, so one half of many pairs is NUL.
    pairs = len(head) // 2
    if head[1::2].count(0) > pairs * 0.3 and head[0::2].count(0) < pairs * 0.02:
        return "utf-16-le"
    if head[0::2].count(0) > pairs * 0.3 and head[1::2].count(0) < pairs * 0.02:
        return "utf-16-be"
    return None


def _undecodable(data: bytes, position: int) -> UnreadableFile:
    line = data.count(b"\n", 0, position) + 1
    column = position - (data.rfind(b"\n", 0, position) + 1) + 1
    return UnreadableFile('mixed', rule='encoding-error', line=line, column=column, byte=f'0x{data[position]:02X}')  # fmt: skip
