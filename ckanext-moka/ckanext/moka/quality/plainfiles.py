"""Files that are no tables: whether a machine can read them at all, and what to add. No CKAN.

The report has the shape of the table engine's. Nothing here is ever ``ok`` without a word: personal data in a
PDF or picture cannot be found by machine, so people are told to look themselves.
"""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["check_plain", "records"]

_MACHINE = {"json", "geojson", "jsonld", "xml", "kml", "rdf", "svg", "ttl", "parquet", "gpkg"}
_LOOK = (
    "公開する前に、氏名・電話番号・個人番号などの個人情報が入っていないか、人の目で確かめてください。"
    "この形式の中身は機械で調べられません。"
)


def check_plain(path: Path, name: str, kind: str, encoding: str, sha256: str) -> dict[str, Any]:
    """Return a report on a file of ``kind`` (see ``catalog.filetypes``) that holds no table."""
    started = time.perf_counter()
    findings = _READERS[kind](path, name) if kind in _READERS else []
    if not findings:
        findings = [_reads_well(name, kind)] if kind in _MACHINE else [_no_table(name, kind)]
    return {
        "version": 1,
        "file": name,
        "format": kind,
        "encoding": encoding or None,
        "seconds": round(time.perf_counter() - started, 3),
        "sha256": sha256,
        "tables": [],
        "findings": findings,
        "score": None,
        "stars": 3 if kind in _MACHINE else 1,
        "publishable": all(finding["severity"] not in ("fatal", "critical") for finding in findings),
    }


def records(path: Path) -> list[dict[str, Any]] | None:
    """Return the flat records of a GeoJSON or JSON file, so that they can be checked as a table; None if none."""
    data = _parse_json(path)
    if isinstance(data, dict) and isinstance(data.get("features"), list):
        rows = [item.get("properties") for item in data["features"] if isinstance(item, dict)]
    else:
        rows = data if isinstance(data, list) else []
    found = [_flat(row) for row in rows if isinstance(row, dict) and row]
    return found or None


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {
        str(key): value
        if isinstance(value, str | int | float) or value is None
        else json.dumps(value, ensure_ascii=False)
        for key, value in row.items()
    }


def _parse_json(path: Path) -> Any:
    return json.loads(path.read_bytes().decode("utf-8-sig"))


def _read_json(path: Path, name: str) -> list[dict[str, Any]]:
    try:
        _parse_json(path)
    except UnicodeDecodeError as error:
        return [
            _broken(
                name,
                "UTF-8 の文字として読めません",
                f"先頭から {error.start + 1} バイト目",
                "UTF-8 で保存し直してください。",
            )
        ]
    except json.JSONDecodeError as error:
        place = f"{error.lineno} 行目の {error.colno} 文字目"
        return [
            _broken(
                name,
                "JSON の書き方に誤りがあります",
                place,
                "括弧・コンマ・引用符の対応を直してください。",
                error.lineno,
            )
        ]
    except RecursionError:
        return [_broken(name, "入れ子が深すぎます", "全体", "入れ子を浅くしてください。")]
    return []


def _read_geojson(path: Path, name: str) -> list[dict[str, Any]]:
    broken = _read_json(path, name)
    if broken:
        return broken
    data = _parse_json(path)
    kinds = {"FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint", "LineString"}
    kinds |= {"MultiLineString", "Polygon", "MultiPolygon"}
    if not isinstance(data, dict) or data.get("type") not in kinds:
        return [
            _broken(
                name, "GeoJSON の type がありません", "全体", "type を FeatureCollection などにしてください。"
            )
        ]
    if data["type"] == "FeatureCollection" and not data.get("features"):
        return [
            _broken(
                name, "地物（features）が一つもありません", "features", "地物を入れて書き出し直してください。"
            )
        ]
    return []


def _read_xml(path: Path, name: str) -> list[dict[str, Any]]:
    if b"<!ENTITY" in path.read_bytes()[:65536]:
        return [
            _broken(
                name,
                "実体宣言（ENTITY）が入っています",
                "先頭",
                "実体宣言を消してください。安全のため読みません。",
            )
        ]
    try:
        for _event, element in ElementTree.iterparse(path):
            element.clear()
    except ElementTree.ParseError as error:
        line, column = error.position
        place = f"{line} 行目の {column + 1} 文字目"
        return [
            _broken(
                name,
                "XML の書き方に誤りがあります",
                place,
                "タグの対応と文字コードの宣言を直してください。",
                line,
            )
        ]
    return []


def _read_turtle(path: Path, name: str) -> list[dict[str, Any]]:
    import rdflib
    from rdflib.plugins.parsers.notation3 import BadSyntax

    try:
        rdflib.Graph().parse(path, format="turtle")
    except BadSyntax as error:
        line = error.lines + 1
        return [
            _broken(
                name,
                "Turtle の書き方に誤りがあります",
                f"{line} 行目",
                "主語・述語・目的語と終わりの「.」を直してください。",
                line,
            )
        ]
    except IndexError:  # what the parser raises where the text breaks off
        return [
            _broken(
                name, "Turtle が途中で終わっています", "最後の文", "終わりの「.」まで書き出し直してください。"
            )
        ]
    except UnicodeDecodeError:
        return [_broken(name, "UTF-8 の文字として読めません", "全体", "UTF-8 で保存し直してください。")]
    return []


_READERS: dict[str, Callable[[Path, str], list[dict[str, Any]]]] = {
    "json": _read_json,
    "jsonld": _read_json,
    "geojson": _read_geojson,
    "xml": _read_xml,
    "kml": _read_xml,
    "rdf": _read_xml,
    "svg": _read_xml,
    "ttl": _read_turtle,
}


def _finding(
    rule: str, severity: str, title: str, message: str, reason: str, remedy: str, row: int | None
) -> dict[str, Any]:
    return {
        "rule": rule,
        "severity": severity,
        "title": title,
        "message": message,
        "reason": reason,
        "remedy": remedy,
        "sheet": None,
        "cell": None,
        "row": row,
        "field": None,
        "value": None,
        "fixable": False,
        "count": 1,
        "cells": [],
    }


def _broken(name: str, what: str, place: str, remedy: str, row: int | None = None) -> dict[str, Any]:
    return _finding(
        "file-broken",
        "fatal",
        "ファイルが壊れているか、書き方に誤りがあります",
        f"「{name}」は{what}（{place}）。",
        "プログラムが途中で止まり、誰も使えません。",
        remedy,
        row,
    )


def _reads_well(name: str, kind: str) -> dict[str, Any]:
    return _finding(
        "file-not-a-table",
        "minor",
        "表ではない形式です",
        f"「{name}」（{kind.upper()}）は機械で読めます。中の値は検査していません。",
        "項目ごとの誤りや個人情報は、表の形（CSV など）でないと詳しく調べられません。",
        "一覧表にできる内容なら、CSV も一緒に出してください。" + _LOOK,
        None,
    )


def _no_table(name: str, kind: str) -> dict[str, Any]:
    shown = kind.upper() if kind != "bin" else "不明な形式"
    return _finding(
        "file-for-people",
        "major",
        "人が読むための形式です",
        f"「{name}」（{shown}）は、プログラムが中の表を読み取れません。",
        "並べ替え、集計、地図表示、ほかのデータとの組み合わせができません。",
        "中に表があるなら、その表を CSV か Excel でも出してください。" + _LOOK,
        None,
    )
