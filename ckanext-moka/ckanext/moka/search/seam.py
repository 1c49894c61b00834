"""Puts the engine behind CKAN's search: every place that binds ``make_connection`` gets ours.

Source: the functions are bound by name in ``ckan.lib.search``, ``.common``, ``.index`` and ``.query``
(CKAN 2.12.0). Extensions that import it later, from any of them, get ours too.
"""

from __future__ import annotations

from typing import Any

import ckan.lib.search as search
from ckan.lib.search import common, index, query

from ckanext.moka.search import config
from ckanext.moka.search.connection import PostgresConnection
from ckanext.moka.search.index import store
from ckanext.moka.search.japanese import synonyms

__all__ = ["install"]

_solr_connection = common.make_connection
_solr_schema_check = search.check_solr_schema_version


def make_connection(decode_dates: bool = True) -> Any:
    """Return the connection of the configured engine (``postgres`` unless ``solr`` is asked for)."""
    if config.uses_solr():
        return _solr_connection(decode_dates)
    return PostgresConnection(decode_dates)


def check_solr_schema_version(schema_file: str | None = None) -> bool:
    """Check Solr's schema where there is Solr (or a file to check); otherwise that the index answers."""
    if schema_file or config.uses_solr():
        return _solr_schema_check(schema_file)
    return common.is_available()


def install() -> None:
    """Replace the functions; doing so twice changes nothing."""
    for module in (search, common, index, query):
        module.make_connection = make_connection
    search.check_solr_schema_version = check_solr_schema_version
    synonyms.use_own_file(config.synonyms_file)
    synonyms.use_optional(config.optional_words)
    store.listen()
