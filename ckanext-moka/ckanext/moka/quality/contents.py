"""What stands inside a file that is no table, as lists of records: JSON, XML, HTML, Turtle, Parquet, text. No CKAN.

Personal data does not become public because somebody called a roster .md or wrapped it in JSON: whatever a machine
can read is laid out as tables here, and the table engine looks at those.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ckanext.moka.quality import xmlguard

__all__ = ["INSPECTED", "Rows", "inside", "looks_delimited", "plain_text"]

INSPECTED = {"json", "jsonld", "geojson", "xml", "kml", "rdf", "svg", "html", "md", "ttl", "parquet", "gpkg", "bin"}  # fmt: skip
Rows = Iterable[list[Any]]
Record = dict[str, Any]
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def inside(path: Path, kind: str) -> tuple[list[Rows], str]:
    """Return the tables inside a well-formed file of ``kind`` (rows, labels first) and its running text."""
    if kind in ("json", "jsonld", "geojson"):
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
        return _tables_of_json(data), "\n".join(_strings(data))
    if kind in ("xml", "kml", "rdf", "svg"):
        root = xmlguard.parse(path)
        groups: dict[str, list[Record]] = {}
        _records_of_xml(root, groups)
        return [_rows(found) for found in groups.values()], "\n".join(_texts(root))
    if kind == "parquet":
        return [_rows_of_parquet(path)], ""
    if kind == "ttl":
        return _tables_of_turtle(path), ""
    if kind == "gpkg":
        return _tables_of_geopackage(path), ""
    text = plain_text(path)
    if text is None:
        return [], ""
    if kind == "html":
        page = _Page()
        page.feed(text)
        page.close()
        return [rows for rows in page.tables if rows], "\n".join(page.texts)
    return [*_pipe_tables(text), *_delimited_blocks(text)], text


def plain_text(path: Path) -> str | None:
    """Return the text of a file in an encoding in use in Japan; None when it is no text."""
    data = path.read_bytes()
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp932", "euc_jp"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROLS.search(text) else text
    return None


def looks_delimited(path: Path) -> bool:
    """Tell whether most lines of a text have the same number, two or more, of commas or tabs."""
    text = plain_text(path)
    lines = [line for line in (text or "").splitlines() if line.strip()]
    for separator in ",\t":
        widths = Counter(_width(line, separator) for line in lines)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        if width > 2 and count >= 2 and count >= len(lines) * 0.6:
            return True
    return False


def _width(line: str, separator: str) -> int:
    return len(next(csv.reader([line], delimiter=separator), []))


def _delimited_blocks(text: str) -> Iterator[Rows]:
    """Yield runs of two or more lines that have the same number of commas or tabs."""
    lines = text.splitlines()
    for separator in ",\t":
        for width, run in groupby(lines, key=lambda line: _width(line, separator)):
            rows = list(csv.reader(list(run), delimiter=separator))
            if width > 1 and len(rows) > 1:
                yield rows


def _pipe_tables(text: str) -> Iterator[Rows]:
    """Yield the tables of a Markdown text (``| 名称 | 住所 |``)."""
    for piped, run in groupby(text.splitlines(), key=lambda line: line.count("|") > 0):
        if piped:
            rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in run]
            yield [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]


def _rows(records: list[Record]) -> Rows:
    columns = list(dict.fromkeys(key for record in records for key in record))
    yield list(columns)
    for record in records:
        yield [record.get(column) for column in columns]


def _scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _flat(item: Record, depth: int = 0) -> Record:
    """Return one record with the members of its inner objects under their own names."""
    record: Record = {}
    for key, value in item.items():
        if isinstance(value, dict) and depth < 20:
            for inner, content in _flat(value, depth + 1).items():
                record[inner if inner not in record and inner not in item else f"{key}.{inner}"] = content
        elif _scalar(value):
            record[str(key)] = value
        elif isinstance(value, list) and all(map(_scalar, value)):
            record[str(key)] = "、".join(str(part) for part in value)
    return record


def _tables_of_json(data: Any) -> list[Rows]:
    """Walk the whole tree: objects that stand at the same place are the records of one table, so are lists of lists.

    An object inside a record belongs to the record. Lists of numbers only (coordinates) are passed over.
    """
    records: dict[tuple[str, ...], list[Record]] = {}
    lists: dict[tuple[str, ...], list[list[Any]]] = {}
    todo: list[tuple[Any, tuple[str, ...], bool]] = [(data, (), False)]
    while todo:
        node, place, told = todo.pop()
        if isinstance(node, dict):
            mapping = len(node) > 1 and all(isinstance(part, dict) for part in node.values())
            if not told and not mapping and (record := _flat(node)):
                records.setdefault(place, []).append(record)
            for key, part in reversed(node.items()):
                todo.append((part, (*place, "*" if mapping else key), isinstance(part, dict) and not mapping))
        elif isinstance(node, list):
            rows = [part for part in node if isinstance(part, list) and any(isinstance(v, str) for v in part)]
            lists.setdefault(place, []).extend(row for row in rows if all(map(_scalar, row)))
            todo += [
                (part, (*place, "[]"), False) for part in reversed(node) if isinstance(part, dict | list)
            ]
    return [*map(_rows, records.values()), *(rows for rows in lists.values() if rows)]


def _strings(data: Any) -> Iterator[str]:
    todo = [data]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict | list):
            todo += reversed(list(node.values()) if isinstance(node, dict) else node)


def _local(name: str) -> str:
    return re.split(r"[}#/]", name)[-1] or name


def _pairs(element: ElementTree.Element, key: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield label and text of every leaf and attribute; ``<Data name="氏名"><value>`` is labelled by its name."""
    said = (
        element.get("name") if _local(element.tag) in ("Data", "SimpleData", "attribute", "field") else None
    )
    label = said or key or _local(element.tag)
    for name, value in element.attrib.items():
        if not (said and name == "name"):
            yield _local(name), value
    for child in element:
        yield from _pairs(child, said)
    if not len(element) and (element.text or "").strip():
        yield label, (element.text or "").strip()


def _records_of_xml(root: ElementTree.Element, groups: dict[str, list[Record]]) -> None:
    """Fill ``groups``: one list of records per tag. What repeats a label holds records rather than being one."""
    todo = [root]
    while todo:
        element = todo.pop()
        pairs = list(_pairs(element))
        inner = [child for child in element if len(child) or child.attrib]
        if len({label for label, _text in pairs}) < len(pairs) and inner:
            pairs = [(_local(name), text) for name, text in element.attrib.items()]
            pairs += [
                pair for child in element if not len(child) and not child.attrib for pair in _pairs(child)
            ]
            todo += inner
        record: Record = {}
        for label, text in pairs:
            record[label] = f"{record[label]}、{text}" if label in record else text
        if record:
            groups.setdefault(element.tag, []).append(record)


def _texts(root: ElementTree.Element) -> Iterator[str]:
    return (text.strip() for text in root.itertext() if text.strip())


def _tables_of_turtle(path: Path) -> list[Rows]:
    import rdflib

    subjects: dict[Any, Record] = {}
    for subject, predicate, value in rdflib.Graph().parse(path, format="turtle"):
        if isinstance(value, rdflib.Literal):
            subjects.setdefault(subject, {})[_local(str(predicate))] = str(value)
    return [_rows(list(subjects.values()))] if subjects else []


def _rows_of_parquet(path: Path) -> Rows:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        yield list(file.schema_arrow.names)
        for batch in file.iter_batches():
            for record in batch.to_pylist():
                yield list(record.values())


def _tables_of_geopackage(path: Path) -> list[Rows]:
    tables: list[Rows] = []
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        names = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            if not name.startswith(("gpkg_", "rtree_", "sqlite_")):
                quoted = name.replace('"', '""')
                cursor = base.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 (a name cannot be bound; quoted)
                rows = [[None if isinstance(v, bytes) else v for v in row] for row in cursor]
                tables.append([[item[0] for item in cursor.description], *rows])
    return tables


class _Page(HTMLParser):
    """The tables and the visible texts of a web page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.texts: list[str] = []
        self._cell = False
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, row or cell."""
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
        self._cell = tag in ("td", "th") or (self._cell and tag not in ("table", "tr"))
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in ("td", "th", "tr", "table"):
            self._cell = False
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        """Keep a text, in its cell too."""
        if self._hidden > 0 or not data.strip():
            return
        self.texts.append(data.strip())
        if self._cell and self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data.strip()
