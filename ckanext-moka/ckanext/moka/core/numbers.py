"""Numbers as people write them in tables: separators, units, signs, full-width digits, marks for "no value"."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

__all__ = ["CHARACTERS", "MARKS", "UNITS", "Number", "is_mark", "parse_number", "plain_number"]

# Marks that stand for "nil", "unknown", "suppressed" ... in statistics; one mark has several meanings, so it is kept.
MARKS = frozenset(
    [
        "-",
        "‐",
        "‑",
        "–",
        "—",
        "―",
        "−",
        "－",
        "ー",
        "ｰ",
        "…",
        "...",
        "・・・",
        "‥",
        "..",
        "x",
        "X",
        "χ",
        "Ｘ",
        "ｘ",
        "*",
        "**",
        "***",
        "＊",
        "＊＊",
        "＊＊＊",
        "/",
        "／",
        "#",
        "n/a",
        "N/A",
        "NA",
    ]
)

# What may stand behind a number, as alternatives of a pattern.
UNITS = (
    "円|千円|百万円|億円|人|名|世帯|戸|棟|室|部屋|件|台|箇所|か所|カ所|ヶ所|校|園|店|社|団体|冊|本|枚|匹|頭|羽|株|基|床|席|"
    "畳|歳|才|回|㎡|m2|平方メートル|㎥|m3|ha|ヘクタール|a|アール|km2|k㎡|㎢|km|m|cm|mm|メートル|kg|g|mg|t|トン|L|l|リットル|"
    "kW|kw|kWh|℃|度|%|パーセント|点|倍|時間|泊|口|票|区画|㎞|㎝|㎜|㎏|㌔|㍍"
)
_PLAIN = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_LOOSE = re.compile(
    rf"(?P<about>約|およそ|概ね|~)?\s*(?P<sign>[-+△▲])?\s*(?P<money>[¥\\])?\s*"
    rf"(?P<digits>[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?P<fraction>\.[0-9]+)?\s*(?P<unit>{UNITS})?(?P<note>\s*(?:[*※][0-9]*|\(?注[0-9]*\)?))?"
)
# Every character that a number or a mark can be written with.
CHARACTERS = "".join(
    sorted(
        {
            *"0123456789０１２３４５６７８９.,．，+＋△▲¥￥\\約およそ概ね~*＊※()（）注 \u3000\t\xa0\r\n％㎡㎥㎢㎞㎝㎜㎏−",
            *UNITS.replace("|", ""),
            *"".join(MARKS),
        }
    )
)
_MINUS = str.maketrans({"−": "-", "－": "-", "‐": "-", "–": "-", "—": "-"})


class Number(NamedTuple):
    """A number found in a text: its plain spelling, its unit, and what kept it from being plain."""

    plain: str
    unit: str
    exact: bool
    faults: tuple[str, ...]


def plain_number(text: str) -> bool:
    """Tell whether ``text`` is a number that every machine reads: no leading zero, no separator, no blank."""
    return _PLAIN.fullmatch(text) is not None


def is_mark(text: str) -> bool:
    """Tell whether ``text`` is nothing but a mark that stands in the place of a number (－, …, x, ***)."""
    return text.strip() in MARKS


def parse_number(text: str) -> Number | None:
    """Read a number with separators, unit, △, full-width digits; ``None`` when it is no single number.

    ``exact`` is false where repairing would change the meaning (約, a footnote mark). Faults are
    ``width, comma, unit, sign, about, note, space, zero, money``.
    """
    narrow = unicodedata.normalize("NFKC", text.translate(_MINUS)).translate(_MINUS)
    match = _LOOSE.fullmatch(narrow.strip())
    if match is None:
        return None
    faults = []
    if re.search(r"[０-９．，－％]", text):
        faults.append("width")
    if "," in match["digits"]:
        faults.append("comma")
    if match["sign"] in ("△", "▲") or "−" in text:
        faults.append("sign")
    if match["sign"] == "+":
        faults.append("sign")
    for name in ("unit", "about", "note", "money"):
        if match[name]:
            faults.append(name)
    if text != text.strip() or re.search(r"\s", narrow.strip()):
        faults.append("space")
    digits = match["digits"].replace(",", "")
    if len(digits) > 1 and digits[0] == "0":
        faults.append("zero")
    negative = match["sign"] in ("-", "△", "▲")
    unit = match["unit"] or ("円" if match["money"] else "")
    exact = not (match["about"] or match["note"] or "zero" in faults)
    return Number(("-" if negative else "") + digits + (match["fraction"] or ""), unit, exact, tuple(faults))
