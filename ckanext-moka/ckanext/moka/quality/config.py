"""The only reader of the quality stage's options."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

__all__ = ["inline_limit_bytes"]


def inline_limit_bytes() -> int:
    """Return up to which size a file is checked while the person waits."""
    return int(tk.config["ckanext.moka.quality.inline_limit_mb"]) * 1024 * 1024
