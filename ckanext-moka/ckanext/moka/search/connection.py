"""The object that CKAN takes for its Solr connection: search, add, delete, commit.

Nothing but ``pysolr.SolrError`` leaves it, which is what CKAN catches.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

import pysolr
import sqlalchemy as sa
from ckan import model

from ckanext.moka.search.index import indexer, store, terms, writer
from ckanext.moka.search.language import fields
from ckanext.moka.search.language.compiler import Compiler
from ckanext.moka.search.language.nodes import QueryError
from ckanext.moka.search.language.query_parser import parse_filter
from ckanext.moka.search.language.request import SearchRequest

__all__ = ["PostgresConnection"]

log = logging.getLogger(__name__)
_Method = TypeVar("_Method", bound=Callable[..., Any])


def _only_solr_errors(method: _Method) -> _Method:
    """Turn every failure into the one exception that CKAN expects from its search engine."""

    @functools.wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except pysolr.SolrError:
            raise
        except QueryError as error:
            raise pysolr.SolrError(str(error)) from error
        except sa.exc.OperationalError as error:
            log.warning("The search database did not answer: %s", error)
            if error.connection_invalidated or getattr(error.orig, "pgcode", None) is None:
                raise pysolr.SolrError(f"Failed to connect to server: {error.orig}") from error
            raise pysolr.SolrError(f"The search was stopped: {error.orig}") from error
        except Exception as error:
            log.exception("Search engine failure")
            raise pysolr.SolrError(f"{type(error).__name__}: {error}") from error

    return guarded  # type: ignore[return-value]


class PostgresConnection:
    """One connection to the index; holds no state but how dates are to be returned."""

    url = "postgresql (schema moka_search)"

    def __init__(self, decode_dates: bool = True) -> None:
        self.decode_dates = decode_dates

    @_only_solr_errors
    def search(self, q: str = "*:*", **params: Any) -> pysolr.Results:
        """Return the documents, their number and the facets for Solr parameters as CKAN sends them."""
        found = SearchRequest(q, params).run()
        if self.decode_dates:
            found["response"]["docs"] = [_with_dates(doc) for doc in found["response"]["docs"]]
        return pysolr.Results(found)

    @_only_solr_errors
    def add(self, docs: list[dict[str, Any]], commit: bool = True, **_params: Any) -> None:
        """Write index documents; ``commit`` is decided by the transaction rule of ``store``."""
        writer.write([indexer.build_row(doc) for doc in docs])

    @_only_solr_errors
    def delete(self, id: Any = None, q: str | None = None, commit: bool = True, **_params: Any) -> None:
        """Delete by unique key (``id``, one or several) or by query."""
        compiler = Compiler()
        if q is not None:
            condition = compiler.condition(parse_filter(q, "OR"), scored=False) or "FALSE"
        else:
            keys = [id] if isinstance(id, str) else list(id or [])
            condition = f"d.index_id = ANY({compiler.bind(keys)})"
        ids = terms.known_ids(store.epoch(), compiler.terms.values())
        compiler.params |= {name: [ids[pair]] if pair in ids else [] for name, pair in compiler.terms.items()}
        if store.writing_now():
            model.Session.flush()  # what CKAN has yet to write of a deletion
        # Deleted in the transaction that changed it: nothing is left to do for it.
        statement = sa.text(
            f"WITH gone AS (DELETE FROM moka_search.document d WHERE {condition} RETURNING d.id) "  # noqa: S608
            "DELETE FROM moka_search.waiting w USING gone WHERE w.package_id = gone.id AND w.tx = txid_current()"
        )
        store.write(lambda connection: connection.execute(statement, compiler.params))

    @_only_solr_errors
    def commit(self, **_params: Any) -> None:
        """Commit index writes that joined CKAN's transaction; everything else is committed already."""
        store.commit_joined()


def _with_dates(doc: dict[str, Any]) -> dict[str, Any]:
    """Return ``doc`` with moments as ``datetime`` (whole seconds, like CKAN's own decoder)."""
    out = {}
    for key, value in doc.items():
        moment = fields.parse_date(value) if fields.is_date(key) and isinstance(value, str) else None
        out[key] = moment.replace(microsecond=0) if isinstance(moment, dt.datetime) else value
    return out
