"""The municipal standards as data: metadata schema, Table Schemas, code lists. Only files and this small reader."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import yaml

__all__ = ["code_list", "code_lists", "licences", "read", "table_schema", "table_schemas", "themes"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _load(path: str) -> Any:
    target = resources.files(__name__).joinpath(*path.split("/"))
    if not target.is_file():
        raise FileNotFoundError(f"no such file in moka_schemas: {path}")
    text = target.read_text(encoding="utf-8")
    return json.loads(text) if path.endswith(".json") else yaml.load(text, Loader=_LOADER)


def read(path: str) -> Any:
    """Return the parsed JSON or YAML file ``path`` (with ``/``, relative to this package; treat it as read-only).

    Raises ``FileNotFoundError`` when there is no such file.
    """
    return _load(path)


def _names(folder: str) -> list[str]:
    files = resources.files(__name__).joinpath(*folder.split("/")).iterdir()
    return sorted(item.name.removesuffix(".json") for item in files if item.name.endswith(".json"))


def themes() -> list[dict[str, Any]]:
    """Return the 16 themes of e-Gov/e-Stat in order, each ``{"value", "label", "label_en"}``."""
    return list(read("metadata/theme16.json"))


def licences() -> list[dict[str, Any]]:
    """Return the licences that a dataset can carry, in the shape of CKAN's licence group file."""
    return list(read("metadata/licenses.json"))


def code_lists() -> list[str]:
    """Return the names of the code lists."""
    return _names("table/codes")


def code_list(name: str) -> dict[str, Any]:
    """Return one code list: ``{"name", "title", "source", "items": [{"code", "label"}]}``; ``KeyError`` if unknown."""
    if name not in code_lists():
        raise KeyError(name)
    return dict(read(f"table/codes/{name}.json"))


def table_schemas() -> list[str]:
    """Return the ids of all Table Schemas: ``public_toilet``, ``public_toilet.old``, ``polling_place.model`` …"""
    return _names("table")


def table_schema(schema_id: str) -> dict[str, Any]:
    """Return one Table Schema (a frictionless descriptor with Japanese titles and aliases); ``KeyError`` if unknown."""
    if schema_id not in table_schemas():
        raise KeyError(schema_id)
    return dict(read(f"table/{schema_id}.json"))
