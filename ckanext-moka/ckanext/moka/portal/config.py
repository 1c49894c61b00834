"""The only reader of the portal's options, and the site-wide defaults that the theme brings."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

__all__ = [
    "contact",
    "example_words",
    "municipality_name_en",
    "set_site_defaults",
    "site_title_en",
    "storage_path",
]

_OWN = "ckanext.moka.portal."

# CKAN's own defaults that a Japanese city portal replaces; an ini that says anything else wins.
_DEFAULTS = {
    "ckan.site_title": ("CKAN", "{name}オープンデータ"),
    "ckan.site_description": ("", "{name}が公開するデータを探して、自由に使えるポータルサイトです。"),
    "ckan.favicon": ("/base/images/ckan.ico", "/moka/favicon.svg"),
    "ckan.display_timezone": ("UTC", "Asia/Tokyo"),
    "ckan.gravatar_default": ("identicon", "disabled"),
}


def set_site_defaults(config: Any) -> None:
    """Fill the site options that still stand at CKAN's own defaults; what an ini sets is left alone."""
    name = config.get("ckanext.moka.municipality_name") or "真岡市"
    for key, (core, ours) in _DEFAULTS.items():
        if (config.get(key) or "") in ("", core):
            config[key] = ours.format(name=name)


def storage_path() -> str | None:
    """Return CKAN's storage path, or ``None`` where there is none."""
    return tk.config.get("ckan.storage_path") or None


def example_words() -> list[str]:
    """Return the search words offered under the search box of the front page."""
    return [word for word in tk.config[_OWN + "example_words"] if word]


def contact() -> dict[str, str]:
    """Return whom to ask: ``name``, ``phone``, ``email``, ``form_url``, ``address``, ``city_url`` (empty where not set)."""
    keys = ("name", "phone", "email", "form_url", "address", "city_url")
    return {key: str(tk.config.get(f"{_OWN}contact_{key}") or "") for key in keys}


def municipality_name_en() -> str:
    """Return the municipality's name in English."""
    return str(tk.config[_OWN + "municipality_name_en"])


def site_title_en() -> str:
    """Return the site's name in English."""
    return str(tk.config[_OWN + "site_title_en"] or f"{municipality_name_en()} Open Data")
