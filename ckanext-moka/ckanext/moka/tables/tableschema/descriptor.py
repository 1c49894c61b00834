"""Descriptors: which resources to judge, with the schema, dialect and package they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

__all__ = ["load", "resources_of"]


def load(descriptor: str | Path | dict[str, Any]) -> tuple[dict[str, Any], Path | None]:
    """Return a descriptor as a dict with the folder it came from. Raises ``OSError`` and ``ValueError``."""
    if isinstance(descriptor, dict):
        return descriptor, None
    path = Path(descriptor)
    text = path.read_text(encoding="utf-8-sig")
    try:
        data = yaml.safe_load(text) if path.suffix in (".yaml", ".yml") else json.loads(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    if not isinstance(data, dict):
        raise ValueError(f"{path.name}: not an object")
    return data, path.parent


def resources_of(
    source: str | Path | dict[str, Any],
    descriptor: str | Path | dict[str, Any] | None,
    options: dict[str, Any],
) -> tuple[list[Any], list[dict[str, Any]]]:
    """Return the frictionless resources to judge, and errors of the package's own metadata (then no resources).

    Raises ``FrictionlessException`` for descriptors that frictionless refuses, ``OSError`` and ``ValueError`` as
    :func:`load`.
    """
    if descriptor is not None:
        data, folder = load(descriptor)
        return _for_file(Path(str(source)), data, folder, options)
    if isinstance(source, dict) or Path(source).suffix in (".json", ".yaml", ".yml"):
        data, folder = load(source)
        if "resources" in data:
            return _package(data, folder)
        if "path" in data or "data" in data:
            return [_resource(data, folder)], []
    return [_file(Path(str(source)), None, options)], []


def _for_file(
    path: Path, data: dict[str, Any], folder: Path | None, options: dict[str, Any]
) -> tuple[list[Any], list[dict[str, Any]]]:
    if "resources" in data:
        resources, errors = _package(data, folder)
        named = [r for r in resources if r.path and Path(r.path).name == path.name]
        chosen = named or resources
        if errors or len(chosen) == 1:
            if chosen and not errors:
                chosen[0].path, chosen[0].basepath = path.name, str(path.parent)
            return chosen, errors
        return resources, errors
    if "path" in data or "data" in data:
        resource = _resource(data, folder)
        resource.path, resource.basepath = path.name, str(path.parent)
        return [resource], []
    from frictionless import Schema

    return [_file(path, Schema.from_descriptor(data), options)], []


def _package(data: dict[str, Any], folder: Path | None) -> tuple[list[Any], list[dict[str, Any]]]:
    from frictionless import FrictionlessException, Package

    package = Package.from_descriptor(data, basepath=str(folder) if folder else None)
    try:
        package.to_descriptor(validate=True)
    except FrictionlessException as error:
        return [], [item.to_descriptor() for item in error.to_errors()]
    return list(package.resources), []


def _resource(data: dict[str, Any], folder: Path | None) -> Any:
    from frictionless import Resource

    return Resource.from_descriptor(data, basepath=str(folder) if folder else None)


def _file(path: Path, schema: Any, options: dict[str, Any]) -> Any:
    from frictionless.resources import TableResource

    path.stat()
    if schema is not None:
        options = {**options, "schema": schema}
    return TableResource(path=path.name, basepath=str(path.parent), **options)
