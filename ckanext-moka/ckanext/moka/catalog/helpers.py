"""What the catalogue's templates ask for."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from ckan import model
from ckan.plugins import toolkit as tk
from flask import has_request_context

from ckanext.moka.catalog import codelists, config

__all__ = [
    "moka_catalog_field_groups",
    "moka_catalog_file_name",
    "moka_catalog_licenses",
    "moka_catalog_max_upload_mb",
    "moka_catalog_municipality_code",
    "moka_catalog_municipality_name",
    "moka_catalog_proposed_name",
    "moka_catalog_standard_datasets",
    "moka_catalog_theme_label",
    "moka_catalog_themes",
    "moka_catalog_update_frequencies",
    "moka_catalog_update_frequency_label",
]


def moka_catalog_themes(field: Any = None) -> list[dict[str, Any]]:
    """Return the 16 themes as scheming choices."""
    return codelists.choices("theme")


def moka_catalog_standard_datasets(field: Any = None) -> list[dict[str, Any]]:
    """Return the municipal standard datasets as scheming choices."""
    return codelists.choices("standard_dataset")


def moka_catalog_update_frequencies(field: Any = None) -> list[dict[str, Any]]:
    """Return the update frequencies as scheming choices."""
    return codelists.choices("update_frequency")


def moka_catalog_licenses(field: Any = None) -> list[dict[str, Any]]:
    """Return the licences of the register as scheming choices."""
    register = model.Package.get_license_register()
    return [
        {"value": item.id, "label": {"ja": item.title, "en": getattr(item, "title_en", item.title)}}
        for item in register.values()
    ]


def moka_catalog_theme_label(code: str) -> str:
    """Return the label of a theme's code in the reader's language."""
    return _label("theme", code)


def moka_catalog_update_frequency_label(code: str) -> str:
    """Return the label of an update frequency's code in the reader's language."""
    return _label("update_frequency", code)


def _label(field: str, code: str) -> str:
    found = next((item["label"] for item in codelists.choices(field) if item["value"] == code), None)
    if found is None:
        return code
    language = tk.h.lang() if has_request_context() else "ja"
    return str(found.get(language, found["ja"]))


def moka_catalog_municipality_name() -> str:
    """Return the name of the municipality."""
    return config.municipality_name()


def moka_catalog_municipality_code() -> str:
    """Return the six-digit code of the municipality."""
    return config.municipality_code()


def moka_catalog_max_upload_mb() -> int:
    """Return how large a file may be, in MB."""
    return config.max_upload_bytes() // config.MB


def moka_catalog_proposed_name() -> str:
    """Return how identifiers begin, as an example for the form."""
    return f"{config.municipality_code()}_"


def moka_catalog_field_groups(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the form's groups in order, each with its ``fields``; fields without a form element are left out."""
    shown = [field for field in schema["dataset_fields"] if field.get("form_snippet", "") is not None]
    groups = [dict(group, fields=[]) for group in schema.get("moka_groups", [])]
    by_id = {group["id"]: group for group in groups}
    rest: dict[str, Any] = {"id": "other", "label": "", "fields": []}
    for field in shown:
        by_id.get(field.get("moka_group", ""), rest)["fields"].append(field)
    return [*groups, rest]


def moka_catalog_file_name(resource: dict[str, Any]) -> str:
    """Return the Japanese file name of an upload, from its plain name or from its percent-encoded address."""
    url = str(resource.get("url") or "")
    last = url.rsplit("/", 1)[-1]
    return unquote(last) if url.startswith(("http://", "https://")) else last
