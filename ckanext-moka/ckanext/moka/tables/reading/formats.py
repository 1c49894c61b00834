"""Which cells of an XLSX sheet look different: filled, coloured, bold, struck out. What a look means, only people know."""

from __future__ import annotations

from xml.etree import ElementTree

__all__ = ["MOST", "Looks", "looks"]

# Style number -> what is unusual about it: fill:FFFF00, font:FF0000, bold, italic, strike.
Looks = dict[int, frozenset[str]]
# More cells than this in one style are the design of the sheet, not a distinction between its cells.
MOST = 50_000
_WHITE = {"FFFFFF", "theme:0", "indexed:9", "indexed:64", "indexed:65"}
# Theme colours 10 and 11 are those of links.
_BLACK = {"000000", "theme:1", "theme:10", "theme:11", "indexed:8", "indexed:64", "auto"}
# The colours that spreadsheets give to links by themselves.
_LINK = {"0563C1", "0000FF", "954F72", "indexed:12"}


def looks(styles: bytes) -> Looks:
    """Return the styles that differ from plain black on white, by their number in ``xl/styles.xml``."""
    root = ElementTree.fromstring(styles)
    fonts = [_font(item) for item in _children(root, "fonts")]
    fills = [_fill(item) for item in _children(root, "fills")]
    found: Looks = {}
    for number, item in enumerate(_children(root, "cellXfs")):
        font, fill = int(item.get("fontId", 0)), int(item.get("fillId", 0))
        marks = (fonts[font] if font < len(fonts) else frozenset()) | (
            fills[fill] if fill < len(fills) else frozenset()
        )
        if marks:
            found[number] = marks
    return found


def _children(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    parent = next((e for e in root if e.tag.rsplit("}", 1)[-1] == name), None)
    return list(parent) if parent is not None else []


def _font(item: ElementTree.Element) -> frozenset[str]:
    marks, underlined = set(), False
    for part in item:
        kind = part.tag.rsplit("}", 1)[-1]
        if kind in ("b", "i", "strike") and part.get("val", "1") not in ("0", "false"):
            marks.add({"b": "bold", "i": "italic", "strike": "strike"}[kind])
        elif kind == "u":
            underlined = part.get("val") != "none"
        elif kind == "color" and (color := _color(part)) not in _BLACK:
            marks.add(f"font:{color}")
    if underlined:
        marks -= {f"font:{color}" for color in _LINK}
    return frozenset(marks)


def _fill(item: ElementTree.Element) -> frozenset[str]:
    for part in item:
        if part.tag.rsplit("}", 1)[-1] != "patternFill" or part.get("patternType") in (
            None,
            "none",
            "gray125",
        ):
            continue
        color = next((_color(c) for c in part if c.tag.rsplit("}", 1)[-1] == "fgColor"), "auto")
        if color not in _WHITE:
            return frozenset([f"fill:{color}"])
    return frozenset()


def _color(item: ElementTree.Element) -> str:
    if item.get("rgb"):
        return str(item.get("rgb"))[-6:].upper()
    for kind in ("theme", "indexed"):
        if item.get(kind):
            tint = item.get("tint")
            return f"{kind}:{item.get(kind)}" + (f":{tint}" if tint and float(tint) else "")
    return "auto"
