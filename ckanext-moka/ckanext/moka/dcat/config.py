"""The stage's options, read where they are needed."""

from __future__ import annotations

from dataclasses import dataclass

from ckan.plugins import toolkit as tk
from ckanext.dcat.utils import catalog_uri

from ckanext.moka.catalog import api as catalog

__all__ = ["Site", "site"]


@dataclass(frozen=True)
class Site:
    """What the RDF says about the site itself; ``base`` has no slash at its end."""

    base: str
    title: str
    description: str
    code: str
    publisher: str
    publisher_en: str
    license_id: str

    def iri(self, kind: str, code: str) -> str:
        """Return the stable address of a concept of ours, ``<base>/id/<kind>/<code>``."""
        return f"{self.base}/id/{kind}/{code}"


def site() -> Site:
    """Return the site's data from CKAN's configuration."""
    own = "ckanext.moka.dcat."
    return Site(
        base=catalog_uri().rstrip("/"),
        title=tk.config.get("ckan.site_title") or "",
        description=tk.config.get("ckan.site_description") or "",
        code=catalog.municipality_code(),
        publisher=catalog.municipality_name(),
        publisher_en=tk.config.get(own + "publisher_name_en") or "",
        license_id=tk.config.get(own + "catalog_license") or "",
    )
