"""What the actions accept."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

__all__ = ["page", "source_create"]


def source_create() -> dict[str, Any]:
    """Return the schema of ``moka_harvest_source_create``."""
    not_empty, text = tk.get_validator("not_empty"), tk.get_validator("unicode_safe")
    return {
        "name": [not_empty, text, tk.get_validator("name_validator")],
        "title": [not_empty, text],
        "kind": [tk.get_validator("default")("folder"), text, tk.get_validator("one_of")(["folder"])],
        "url": [not_empty, text],
        "owner_org": [not_empty, text, tk.get_validator("group_id_or_name_exists")],
    }


def page() -> dict[str, Any]:
    """Return the schema of lists: ``limit`` (to 100) and ``offset``, and ``id`` for one source."""
    default, natural = tk.get_validator("default"), tk.get_validator("natural_number_validator")
    return {
        "id": [tk.get_validator("ignore_missing"), tk.get_validator("unicode_safe")],
        "limit": [default(20), natural, tk.get_validator("limit_to_configured_maximum")("", 100)],
        "offset": [default(0), natural],
    }
