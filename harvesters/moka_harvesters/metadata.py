"""Metadata that lies beside the data: datapackage.json, メタデータ.csv, a read-me file.

Field names on the right are those of the portal's dataset schema; values stay as people wrote them
(the stage that stores them turns labels into codes).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ckanext.moka.core.text import collapse_spaces, fold, to_nfc

__all__ = [
    "FIELD_NAMES",
    "Metadata",
    "MetadataError",
    "is_metadata_file",
    "read_datapackage",
    "read_folder_metadata",
    "read_table",
]

_README = re.compile(r"^(read[ _-]?me|説明|はじめに|お読みください|概要)(\.(txt|md))?$", re.IGNORECASE)
_TABLE_NAMES = {"メタデータ.csv", "metadata.csv", "オープンデータ一覧.csv"}
_MAX_METADATA_BYTES = 2 << 20
FIELD_NAMES = [
    "theme",
    "license_id",
    "update_frequency",
    "spatial_coverage",
    "temporal_start",
    "temporal_end",
    "contact_name",
    "contact_email",
    "contact_phone",
    "source_note",
    "standard_dataset",
    "title_en",
    "notes_en",
    "title_easy",
    "notes_easy",
    "language",
]
_LABELS = {
    "title": ("タイトル", "データセット名", "名称", "データ名称", "データ名", "title"),
    "notes": ("説明", "概要", "データ概要", "description"),
    "tags": ("キーワード", "タグ", "keywords", "tags"),
    "theme": ("分類", "分野", "テーマ", "theme"),
    "license_id": ("ライセンス", "利用条件", "利用規約", "license"),
    "update_frequency": ("更新頻度", "frequency"),
    "spatial_coverage": ("対象地域", "地域", "spatial"),
    "temporal_start": ("対象期間開始", "対象期間開始日", "対象期間(開始)"),
    "temporal_end": ("対象期間終了", "対象期間終了日", "対象期間(終了)"),
    "contact_name": ("連絡先", "連絡先名称", "担当課", "問い合わせ先", "お問い合わせ先"),
    "contact_email": ("メールアドレス", "連絡先メールアドレス", "メール", "email"),
    "contact_phone": ("電話番号", "連絡先電話番号", "電話"),
    "source_note": ("出典", "出典・加工", "備考"),
    "standard_dataset": ("準拠する標準", "標準データセット", "自治体標準オープンデータセット"),
    "title_en": ("タイトル_英語", "英語名", "データ名称_英字"),
    "notes_en": ("説明_英語", "英語説明"),
    "title_easy": ("やさしい日本語のタイトル",),
    "notes_easy": ("やさしい日本語の説明",),
    "file": ("ファイル名", "ファイル", "file"),
}
_FIELD_OF_LABEL = {fold(label): name for name, labels in _LABELS.items() for label in labels}


class MetadataError(Exception):
    """A metadata file cannot be used; the message is a Japanese sentence with the remedy."""


@dataclass(frozen=True)
class Metadata:
    """What a metadata file says about a data set; ``files`` maps a relative path to title, description, format."""

    title: str = ""
    notes: str = ""
    slug: str = ""
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lists_files: bool = False


def is_metadata_file(name: str) -> bool:
    """Return whether the (NFC) file name is one of metadata, not of data."""
    return name == "datapackage.json" or name in _TABLE_NAMES or bool(_README.match(name))


def _text(path: Path) -> str:
    """Return the text of a small file in UTF-8 (with or without BOM) or CP932; ``MetadataError`` otherwise."""
    try:
        if path.stat().st_size > _MAX_METADATA_BYTES:
            raise MetadataError(f"{path.name} が大きすぎます。2MB以下にしてください。")
        raw = path.read_bytes()
    except OSError as error:
        raise MetadataError(
            f"{path.name} を読めません（{error.strerror}）。アクセス権を確かめてください。"
        ) from error
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return to_nfc(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise MetadataError(f"{path.name} の文字コードが分かりません。UTF-8で保存し直してください。")


def _clean(value: Any) -> str:
    return to_nfc(str(value)).strip() if value not in (None, "") else ""


def read_datapackage(path: Path) -> Metadata:
    """Read a Frictionless ``datapackage.json``; the portal's own fields stand in its object ``moka``.

    Raises :class:`MetadataError` for broken JSON and for resource paths outside the folder (the Data
    Package rule: no absolute path, no ``..``).
    """
    try:
        package = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise MetadataError(
            f"datapackage.json の {error.lineno} 行 {error.colno} 文字目が JSON として正しくありません。"
        ) from error
    if not isinstance(package, dict):
        raise MetadataError("datapackage.json の一番外側は { } で囲んでください。")
    moka = package.get("moka")
    own: dict[str, Any] = moka if isinstance(moka, dict) else {}
    fields = {key: _clean(own.get(key) or package.get(key)) for key in FIELD_NAMES}
    fields["standard_dataset"] = fields["standard_dataset"] or _clean(own.get("standard"))
    fields["spatial_coverage"] = fields["spatial_coverage"] or _clean(own.get("municipality"))
    licenses = package.get("licenses")
    if not fields["license_id"] and isinstance(licenses, list) and licenses and isinstance(licenses[0], dict):
        fields["license_id"] = _clean(licenses[0].get("name") or licenses[0].get("path"))
    start, _, end = _clean(own.get("temporal")).partition("/")
    fields["temporal_start"] = fields["temporal_start"] or start
    fields["temporal_end"] = fields["temporal_end"] or end
    keywords = package.get("keywords")
    resources = package.get("resources")
    return Metadata(
        title=_clean(package.get("title")),
        notes=_clean(package.get("description")),
        slug=_clean(package.get("name")),
        tags=tuple(_clean(word) for word in keywords) if isinstance(keywords, list) else (),
        fields={key: value for key, value in fields.items() if value},
        files=_package_files(resources) if isinstance(resources, list) else {},
        lists_files=isinstance(resources, list) and bool(resources),
    )


def _package_files(resources: list[Any]) -> dict[str, dict[str, str]]:
    """Return title, description and format by relative path, in the order of the package."""
    files: dict[str, dict[str, str]] = {}
    for number, resource in enumerate(resources, start=1):
        path = _clean(resource.get("path")) if isinstance(resource, dict) else ""
        pure = PurePosixPath(path)
        if not path or "://" in path or pure.is_absolute() or ".." in pure.parts or "\\" in path:
            raise MetadataError(
                f"datapackage.json の resources の {number} 番目の path「{path}」は使えません。"
                "同じフォルダーの中のファイルを書いてください。"
            )
        files[str(pure)] = {
            "title": _clean(resource.get("title")) or _clean(resource.get("name")),
            "description": _clean(resource.get("description")),
            "format": _clean(resource.get("format")),
        }
    return files


def _split_tags(text: str) -> tuple[str, ...]:
    parts = (collapse_spaces(part) for part in re.split(r"[、,，;；/／\n]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def _metadata_of(values: Mapping[str, str]) -> Metadata:
    return Metadata(
        title=values.get("title", ""),
        notes=values.get("notes", ""),
        tags=_split_tags(values.get("tags", "")),
        fields={key: values[key] for key in FIELD_NAMES if values.get(key)},
    )


def read_table(path: Path) -> tuple[Metadata, dict[str, Metadata]]:
    """Read メタデータ.csv: either two columns (item, value) or a list with a column ファイル名.

    Returns the metadata of the folder and, for the list form, those by file name (NFC). Unknown items
    are ignored. Raises :class:`MetadataError` if no known item occurs at all.
    """
    rows = [[_clean(cell) for cell in row] for row in csv.reader(io.StringIO(_text(path))) if any(row)]
    if rows:
        header = [_FIELD_OF_LABEL.get(fold(cell), "") for cell in rows[0]]
        if "file" in header:
            by_file: dict[str, Metadata] = {}
            for row in rows[1:]:
                values = {name: cell for name, cell in zip(header, row, strict=False) if name}
                if values.get("file"):
                    by_file[values["file"]] = _metadata_of(values)
            return Metadata(), by_file
    pairs = {
        _FIELD_OF_LABEL[fold(row[0])]: row[1]
        for row in rows
        if len(row) > 1 and fold(row[0]) in _FIELD_OF_LABEL
    }
    if not pairs:
        raise MetadataError(
            f"{path.name} に知っている項目がありません。1列目に「タイトル」「説明」などの項目名、2列目に値を書いてください。"
        )
    return _metadata_of(pairs), {}


def read_folder_metadata(found: Mapping[str, Path]) -> tuple[Metadata, dict[str, Metadata]]:
    """Return what the metadata files of one folder say (``found``: NFC name to path), and that by file.

    datapackage.json wins over メタデータ.csv; a read-me's text is the description if there is no other.
    """
    by_file: dict[str, Metadata] = {}
    metadata = Metadata()
    table = next((found[name] for name in sorted(found) if name in _TABLE_NAMES), None)
    if "datapackage.json" in found:
        metadata = read_datapackage(found["datapackage.json"])
    elif table is not None:
        metadata, by_file = read_table(table)
    readme = next((found[name] for name in sorted(found) if _README.match(name)), None)
    if readme is not None and not metadata.notes:
        notes = _text(readme).strip()
        metadata = Metadata(
            metadata.title,
            notes,
            metadata.slug,
            metadata.tags,
            metadata.fields,
            metadata.files,
            metadata.lists_files,
        )
    return metadata, by_file
