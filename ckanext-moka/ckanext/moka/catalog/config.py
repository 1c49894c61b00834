"""The only reader of the catalogue's options."""

from __future__ import annotations

from pathlib import Path

from ckan.plugins import toolkit as tk

__all__ = ["content_root", "default_license", "max_upload_bytes", "municipality_code", "municipality_name"]

MB = 1024 * 1024


def municipality_code() -> str:
    """Return the six-digit code of the municipality, with its check digit."""
    return str(tk.config["ckanext.moka.municipality_code"])


def municipality_name() -> str:
    """Return the name of the municipality, in Japanese."""
    return str(tk.config["ckanext.moka.municipality_name"])


def max_upload_bytes() -> int:
    """Return how large an uploaded file may be."""
    return int(tk.config["ckanext.moka.catalog.max_upload_mb"]) * MB


def default_license() -> str:
    """Return the id of the licence that a dataset without one gets."""
    return str(tk.config["ckanext.moka.catalog.default_license"])


def content_root() -> Path:
    """Return the folder of the content-addressed store; raise ``RuntimeError`` when CKAN has no storage path."""
    storage = tk.config.get("ckan.storage_path")
    if not storage:
        raise RuntimeError("ckan.storage_path is not set: uploaded files have nowhere to go")
    return Path(storage) / "content" / "sha256"
