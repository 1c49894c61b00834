"""The only reader of demand's options."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

__all__ = ["page_size", "pre_moderation", "requests_per_day", "supports_per_day"]


def pre_moderation() -> bool:
    """Return whether every anonymous request waits for a look; a value that is not understood means yes."""
    return tk.config["ckanext.moka.demand.moderation"] != "post"


def requests_per_day() -> int:
    """Return how many anonymous requests a day one address may make."""
    return max(1, int(tk.config["ckanext.moka.demand.requests_per_day"]))


def supports_per_day() -> int:
    """Return how many anonymous supports a day one address may give."""
    return max(1, int(tk.config["ckanext.moka.demand.supports_per_day"]))


def page_size() -> int:
    """Return how many requests one page of the list shows (1-100)."""
    return min(100, max(1, int(tk.config["ckanext.moka.demand.page_size"])))
