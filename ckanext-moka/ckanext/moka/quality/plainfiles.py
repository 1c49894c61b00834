"""Files that are no tables: whether a machine can read them at all, and what to add. No CKAN.

The report has the shape of the table engine's. Nothing here is ever ``ok`` without a word: personal data in a
PDF or picture cannot be found by machine, so people are told to look themselves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

from ckanext.moka.quality import xmlguard

__all__ = ["check_plain", "not_inspected", "person_in_text"]

_MACHINE = {"json", "geojson", "jsonld", "xml", "kml", "rdf", "svg", "ttl", "parquet", "gpkg"}
_LOOK = "このファイルの中身は自動では確かめられません。承認する人が個人情報のないことを確かめてください。"


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
    try:
        xmlguard.well_formed(path)
    except xmlguard.EntityDeclared:
        remedy = "実体宣言を消してください。安全のため読みません。"
        return [_broken(name, "実体宣言（ENTITY）が入っています", "先頭", remedy)]
    except expat.ExpatError as error:
        place = f"{error.lineno} 行目の {error.offset + 1} 文字目"
        remedy = "タグの対応と文字コードの宣言を直してください。"
        return [_broken(name, "XML の書き方に誤りがあります", place, remedy, error.lineno)]
    except (LookupError, ValueError):
        remedy = "UTF-8 で保存し、宣言も UTF-8 にしてください。"
        return [_broken(name, "XML の宣言にある文字コードでは読めません", "全体", remedy)]
    return []


def _read_parquet(path: Path, name: str) -> list[dict[str, Any]]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for _batch in file.iter_batches():
                pass
    except (pyarrow.ArrowException, OSError):
        return [_broken(name, "Parquet として読めません", "全体", "書き出し直してください。")]
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
    "parquet": _read_parquet,
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
        f"「{name}」（{kind.upper()}）は機械で読めます。値の誤りは検査していません。",
        "項目ごとの誤りは、表の形（CSV など）でないと調べられません。個人情報は、項目名と文字から自動で探しました。",
        "一覧表にできる内容なら、CSV も一緒に出してください。"
        "個人情報は見落としもありえます。承認する人が個人情報のないことを確かめてください。",
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


def not_inspected(name: str, why: str) -> dict[str, Any]:
    """Return the finding that personal data could not be looked for inside a file; ``why`` ends in a 。"""
    return _finding(
        "file-not-inspected",
        "minor",
        "中身を自動では確かめられませんでした",
        f"「{name}」の中の個人情報は調べられませんでした。{why}",
        "個人情報が入っていても気づけません。",
        _LOOK,
        None,
    )


def person_in_text(name: str, kinds: list[str]) -> dict[str, Any]:
    """Return the finding that a running text names a person beside ``kinds`` of private data."""
    return _finding(
        "P-02",
        "fatal",
        "個人を特定できる情報のおそれ",
        f"「{name}」の文章に、{'・'.join(kinds)}が一緒に書かれているところがあります。",
        "氏名が住所・生年月日・電話番号などと一緒にあると、個人が特定されます。",
        "このファイルを公開しないでください。その部分を削除して出し直してください。",
        None,
    )
