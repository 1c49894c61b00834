"""What the journal's action takes."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk


def list_schema() -> dict[str, list[Any]]:
    """Return the schema of ``moka_journal_list``."""
    get = tk.get_validator
    return {
        "id": [get("not_empty"), get("unicode_safe")],
        "limit": [
            get("default")(20),
            get("natural_number_validator"),
            get("limit_to_configured_maximum")("", 100),
        ],
        "offset": [get("default")(0), get("natural_number_validator")],
    }
