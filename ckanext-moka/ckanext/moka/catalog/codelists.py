"""The code lists of the dataset form, read from ``moka_schemas``."""

from __future__ import annotations

from typing import Any

import moka_schemas

__all__ = ["choices", "label", "licenses_path", "standard_slug"]

LISTS = {
    "theme": "metadata/theme16.json",
    "update_frequency": "metadata/update_frequencies.json",
    "standard_dataset": "metadata/standard_datasets.json",
}


def choices(field: str) -> list[dict[str, Any]]:
    """Return the codes of ``field`` as scheming choices: ``[{"value", "label"}]``, label by language."""
    return [
        {"value": row["code"], "label": {"ja": row["label"], "en": row.get("label_en", row["label"])}}
        for row in moka_schemas.read(LISTS[field])
    ]


def label(field: str, code: str) -> str:
    """Return the Japanese label of ``code``, or the code itself when the list does not know it."""
    return next((row["label"] for row in moka_schemas.read(LISTS[field]) if row["code"] == code), code)


def standard_slug(code: str) -> str:
    """Return the English short name of a standard dataset's code, or an empty string."""
    rows = moka_schemas.read(LISTS["standard_dataset"])
    return next((row["slug"] for row in rows if row["code"] == code), "")


def licenses_path() -> str:
    """Return the path of the licence list, in the format of CKAN's ``licenses_group_url``."""
    from importlib import resources

    return str(resources.files(moka_schemas).joinpath("metadata", "licenses.json"))
