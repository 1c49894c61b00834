"""The stage's options, read where they are needed."""

from __future__ import annotations

from pathlib import Path

from ckan.plugins import toolkit as tk

__all__ = ["allowed_folders", "nightly", "shrink_limit", "user_name"]


def allowed_folders() -> list[Path]:
    """Return the folders below which sources made in the portal must lie, resolved."""
    return [Path(text).resolve() for text in tk.config["ckanext.moka.harvest.allowed_folders"]]


def nightly() -> bool:
    """Return whether every active source is harvested each night."""
    return bool(tk.asbool(tk.config["ckanext.moka.harvest.nightly"]))


def shrink_limit() -> int:
    """Return the share of vanished data sets, in percent, above which a run is held."""
    return int(tk.config["ckanext.moka.harvest.shrink_limit"])


def user_name() -> str:
    """Return the name of the user that harvesting acts as."""
    return str(tk.config["ckanext.moka.harvest.user"])
