"""ckanext-dcat's actions, answered by this stage: released datasets only, strict about parameters."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.moka.dcat import service

__all__ = ["dcat_catalog_search", "dcat_catalog_show", "dcat_dataset_show"]


@tk.chained_action
@tk.side_effect_free
def dcat_dataset_show(next_action: Any, context: Any, data_dict: dict[str, Any]) -> str:
    """Return a released dataset as RDF; see :func:`service.dataset_document` for parameters and errors."""
    tk.check_access("dcat_dataset_show", context, data_dict)
    return service.dataset_document(context, data_dict).body.decode("utf-8")


@tk.chained_action
@tk.side_effect_free
def dcat_catalog_show(next_action: Any, context: Any, data_dict: dict[str, Any]) -> str:
    """Return a page of the catalogue as RDF; see :func:`service.catalog_document`."""
    tk.check_access("dcat_catalog_show", context, data_dict)
    return service.catalog_document(context, data_dict).body.decode("utf-8")


@tk.chained_action
@tk.side_effect_free
def dcat_catalog_search(next_action: Any, context: Any, data_dict: dict[str, Any]) -> str:
    """Return the datasets that ``q`` and ``fq`` find as RDF; the same document as the catalogue's."""
    tk.check_access("dcat_catalog_search", context, data_dict)
    return service.catalog_document(context, data_dict).body.decode("utf-8")
