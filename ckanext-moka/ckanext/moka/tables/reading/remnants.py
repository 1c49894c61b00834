"""Parts of an XLSX package that carry more than the sheets show: properties, names, caches, links, revisions, objects.

Nothing of it is shown; the texts found are handed to the P-rules, which say where they lie and what to do.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from ..model import Remnant
from .container import Container
from .facts import SheetFacts

__all__ = ["Remnant", "header_text", "of_book", "of_sheet", "path_like", "properties"]

MAX_TEXTS = 20_000
_NAMED = ("creator", "lastModifiedBy", "Company", "Manager", "initial-creator", "printed-by")
_FREE = ("title", "subject", "description", "keywords", "category")
_PATH = re.compile(r"(?:\b[A-Za-z]:[\\/]|\\\\[\w.$-]+\\|file:///|/(?:Users|home)/)")
_ABS_PATH = re.compile(rb"""absPath\b[^>]*?\burl=(?:"([^"]*)"|'([^']*)')""")
_VALIDATION = re.compile(rb"<(?:x14:)?dataValidation\b([^>]*)>(.*?)</(?:x14:)?dataValidation>", re.S)
_LIST = re.compile(rb"<formula1>\s*(?:&quot;|\")([^<]*?)(?:&quot;|\")\s*</formula1>", re.S)
_SQREF = re.compile(rb"""\bsqref=["']([A-Z]+[0-9]+)""")
_HEADER = re.compile(rb"<(?:odd|even|first)(?:Header|Footer)>([^<]+)<")
_HEADER_CODE = re.compile(r"&(?:\"[^\"]*\"|[0-9]+|K[0-9A-Fa-f]{6}|K[0-9]{2}[+-][0-9]{3}|[A-Za-z])")
_CONSTANT = re.compile(r'"((?:[^"]|"")*)"')


def path_like(text: str) -> bool:
    """Tell whether a text names a place on somebody's computer or server."""
    return _PATH.search(text) is not None


def properties(box: Container) -> dict[str, str]:
    """Return names, paths and free texts of the file's properties, by their name in the file."""
    found: dict[str, str] = {}
    for part in ("docProps/core.xml", "docProps/app.xml"):
        if part in box.names:
            for tag, text in _texts(box.xml(part)):
                if tag in _NAMED or tag in _FREE:
                    found[tag] = text
                elif tag in ("HyperlinkBase", "Template") and path_like(text):
                    found["path"] = text
    if "docProps/custom.xml" in box.names:
        for item in box.xml("docProps/custom.xml"):
            text = " ".join(text for _tag, text in _texts(item))
            if text and not item.get("name", "").startswith(("ContentTypeId", "MSIP_Label", "_dlc_")):
                found[f"custom:{item.get('name', '')}"] = text
    if "xl/workbook.xml" in box.names:
        path = _ABS_PATH.search(box.read("xl/workbook.xml"))
        if path and (path[1] or path[2]):
            found["path"] = html.unescape((path[1] or path[2]).decode("utf-8", "replace"))
    return {key: value for key, value in found.items() if value}


def _texts(root: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        if element.text and element.text.strip():
            yield element.tag.rsplit("}", 1)[-1], element.text.strip()


def of_sheet(title: str, facts: SheetFacts) -> list[Remnant]:
    """Return lists of choices typed into a validation, and the texts of header and footer of the print."""
    found = []
    for attributes, body in _VALIDATION.findall(facts.tail):
        choices = _LIST.search(body)
        if choices:
            place = _SQREF.search(attributes)
            texts = tuple(t.strip() for t in _plain(choices[1]).split(",") if t.strip())
            found.append(Remnant("choices", title, place[1].decode() if place else None, len(texts), texts))
    lines = tuple(header_text(_plain(text)) for text in _HEADER.findall(facts.tail))
    if any(lines):
        found.append(Remnant("header", title, None, len(lines), lines))
    return found


def header_text(text: str) -> str:
    """Return a header or footer of the print without its codes for fonts, page numbers and dates."""
    return _HEADER_CODE.sub(" ", text).strip()


def _plain(data: bytes) -> str:
    return html.unescape(data.decode("utf-8", "replace"))


def of_book(box: Container) -> list[Remnant]:
    """Return what the package carries besides its sheets."""
    found = [*_names(box), *_pivots(box), *_links(box), *_revisions(box), *_foreign(box)]
    if "xl/connections.xml" in box.names:
        items = [e for e in box.xml("xl/connections.xml").iter() if e.tag.endswith("}connection")]
        texts = tuple(v for e in items for n in e.iter() for v in n.attrib.values())
        found.append(Remnant("connection", size=len(items), texts=texts))
    people = [
        e for n in sorted(box.names) if n.startswith("xl/persons/") and n.endswith(".xml") for e in box.xml(n)
    ]
    if people:
        found.append(
            Remnant("people", size=len(people), texts=tuple(e.get("displayName", "") for e in people))
        )
    return found


def _names(box: Container) -> Iterator[Remnant]:
    for element in box.xml("xl/workbook.xml").iter():
        if element.tag.rsplit("}", 1)[-1] != "definedName" or element.get("name", "").startswith("_xlnm."):
            continue
        value = (element.text or "").strip()
        if path_like(value):
            yield Remnant("name-path", labels=(element.get("name", ""),), texts=(value,))
        elif not re.search(r"[A-Z]+\(", value):
            texts = tuple(t.replace('""', '"') for t in _CONSTANT.findall(value) if t.strip())
            if texts:
                yield Remnant("name", labels=(element.get("name", ""),), size=len(texts), texts=texts)


def _pivots(box: Container) -> Iterator[Remnant]:
    for part in sorted(n for n in box.names if re.match(r"xl/pivotCache/pivotCacheDefinition\d*\.xml$", n)):
        root = box.xml(part)
        fields = [e for e in root.iter() if e.tag.rsplit("}", 1)[-1] == "cacheField"]
        items = [tuple(n.get("v", "") for n in f.iter() if n.tag.rsplit("}", 1)[-1] == "s") for f in fields]
        records = _number(root.get("recordCount"))
        kept = 0
        for _id, kind, target, _outside in box.relations(part):
            if kind == "pivotCacheRecords" and target in box.names:
                kept = sum(b.count(b"<r>") + b.count(b"<r ") for b in box.chunks(target)) or records
        if kept or any(items):
            labels = tuple(f.get("name", "") for f in fields)
            texts = tuple("\x1f".join(texts[:MAX_TEXTS]) for texts in items)
            yield Remnant("pivot", size=kept or records, texts=texts, labels=labels)


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else 0


def _links(box: Container) -> Iterator[Remnant]:
    for part in sorted(n for n in box.names if re.match(r"xl/externalLinks/externalLink\d*\.xml$", n)):
        texts = tuple(t for tag, t in _texts(box.xml(part)) if tag in ("v", "val"))
        targets = tuple(target for _id, _kind, target, outside in box.relations(part) if outside)
        yield Remnant("link", size=len(texts), texts=texts[:MAX_TEXTS], labels=targets)


def _revisions(box: Container) -> Iterator[Remnant]:
    logs = sorted(n for n in box.names if re.match(r"xl/revisions/revisionLog\d*\.xml$", n))
    if logs or "xl/revisions/revisionHeaders.xml" in box.names:
        texts: list[str] = []
        count = 0
        for part in logs:
            root = box.xml(part)
            count += len(root)
            texts += [t for _tag, t in _texts(root)]
        yield Remnant("revision", size=max(count, 1), texts=tuple(texts[:MAX_TEXTS]))


def _foreign(box: Container) -> Iterator[Remnant]:
    """Other files inside the package, programs, and data of other programs."""
    inside = [n for n in box.names if n.startswith(("xl/embeddings/", "xl/model/")) and not n.endswith("/")]
    if inside:
        yield Remnant("embedded", size=len(inside))
    if any(n.endswith("vbaProject.bin") for n in box.names):
        yield Remnant("macro")
    for part in sorted(n for n in box.names if re.match(r"customXml/item\d*\.xml$", n)):
        root = box.xml(part)
        texts = tuple(t for _tag, t in _texts(root))
        # Word processors' lists of sources, and forms of a document library, are about no data.
        if texts and not re.search(
            r"bibliography|contentType|FormTemplates|metadata/properties|sharepoint", root.tag
        ):
            yield Remnant("custom-xml", size=len(texts), texts=texts[:MAX_TEXTS])
