"""Read the demo data packages of ``datasets/``: plain files in, plain values out, no CKAN.

A package is a Frictionless data package with a ``moka`` object of catalogue metadata beside the standard keys.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["DemoFile", "DemoPackage", "find_datasets", "organizations", "packages", "requests"]


@dataclass(frozen=True)
class DemoFile:
    """One file of a package: where it lies and what the catalogue says of it."""

    path: Path
    title: str
    description: str

    @property
    def media_type(self) -> str:
        """Return the media type by the file's ending, ``application/octet-stream`` where none is known."""
        if self.path.suffix == ".geojson":
            return "application/geo+json"
        return mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"


@dataclass(frozen=True)
class DemoPackage:
    """One data package: its slug, the fields for ``package_create`` (no name, no owner) and its files."""

    slug: str
    organization: str
    publish: bool
    fields: dict[str, Any]
    files: tuple[DemoFile, ...]


def find_datasets(start: Path | None = None) -> Path | None:
    """Return the ``datasets`` folder of the checkout that holds this module, None where there is none."""
    for parent in (start or Path(__file__)).resolve().parents:
        if (parent / "datasets" / "organizations.json").is_file():
            return parent / "datasets"
    return None


def organizations(folder: Path) -> list[dict[str, str]]:
    """Return the departments (name, title, description)."""
    return json.loads((folder / "organizations.json").read_text(encoding="utf-8"))


def requests(folder: Path) -> list[dict[str, str]]:
    """Return the sample requests for the demand list; an absent file means none."""
    path = folder / "requests.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def packages(folder: Path) -> Iterator[DemoPackage]:
    """Yield every package below ``folder`` in the order of the folder names.

    Raises ``ValueError`` naming the descriptor when a listed file is missing or leaves its folder.
    """
    for descriptor in sorted(folder.glob("*/datapackage.json")):
        yield _package(descriptor)


def _package(descriptor: Path) -> DemoPackage:
    data = json.loads(descriptor.read_text(encoding="utf-8"))
    moka = data["moka"]
    files = []
    for resource in data["resources"]:
        path = descriptor.parent / resource["path"]
        if path.parent != descriptor.parent or not path.is_file():
            raise ValueError(f"{descriptor}: {resource['path']} がありません")
        files.append(DemoFile(path, resource["title"], _resource_notes(resource)))
    return DemoPackage(
        slug=data["name"],
        organization=moka["organization"],
        publish=moka.get("publish", True),
        fields=_fields(data, moka),
        files=tuple(files),
    )


def _resource_notes(resource: dict[str, Any]) -> str:
    notes = [resource.get("description", "")]
    if resource.get("changes"):
        notes.append(f"元のファイルからの変更：{resource['changes']}")
    return "\n".join(filter(None, notes))


def _fields(data: dict[str, Any], moka: dict[str, Any]) -> dict[str, Any]:
    licence = data["licenses"][0]
    notes = [data["description"], moka.get("publish_note", "")]
    if licence["name"] in ("other-open", "notspecified"):
        notes.append(
            "利用条件：" + licence["title"] + (f"（{licence['path']}）" if licence.get("path") else "")
        )
    sources = "\n".join(f"{source['title']} {source.get('path', '')}".strip() for source in data["sources"])
    return {
        "title": data["title"],
        "notes": "\n\n".join(filter(None, notes)),
        "license_id": licence["name"],
        "theme": moka["theme"],
        "tags": [{"name": tag} for tag in data["keywords"]],
        "update_frequency": moka.get("update_frequency", ""),
        "spatial_coverage": moka.get("municipality", "真岡市"),
        "temporal_end": moka.get("temporal", ""),
        "source_note": f"{moka['source_note']}\n{sources}",
        "standard_dataset": moka.get("standard", ""),
        "title_en": moka.get("title_en", ""),
        "title_easy": moka.get("title_easy", ""),
    }
