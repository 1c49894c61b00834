"""RDF documents over HTTP: the catalogue, a dataset, our concepts, and the way there by ``Accept``.

The addresses of ckanext-dcat stay (``/catalog.ttl``, ``/dataset/<id>.ttl``); this stage's rules stand before
its rules in the application. Every document carries an ETag of what it says and answers a conditional
request with 304.
"""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.dcat.exceptions import RDFProfileException
from flask import Blueprint, Response, request

from ckanext.moka.dcat import service

__all__ = ["blueprint"]

blueprint = Blueprint("moka_dcat", __name__)
_RDF_WORDS = ("turtle", "rdf+xml", "ld+json", "text/n3")
_BY_TYPE = {
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdf",
    "text/n3": "n3",
}
_NEGOTIATED = {"home.index", "dataset.read"}


def _response(document: service.Document, format_: str) -> Response:
    """Return the response with type, language and ETag; 304 when the reader has these statements already."""
    response = Response(document.body, content_type=f"{service.FORMATS[format_]}; charset=utf-8")
    response.set_etag(document.tag, weak=True)
    response.headers["Content-Language"] = "ja"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response


def _context() -> dict[str, Any]:
    """Return the context of somebody unknown: the documents are the same for everybody."""
    return {"user": ""}


def _sentence(error: tk.ValidationError) -> str:
    return " ".join(str(text) for texts in error.error_dict.values() for text in texts)


def _profiles() -> list[str] | None:
    text = request.args.get("profiles", "")
    return [name for name in text.split(",") if name] or None


def catalog(_format: str) -> Response:
    """One page of the catalogue; 404 for a format that does not exist, 400 for a bad parameter."""
    if _format not in service.FORMATS:
        return tk.abort(404)
    names = ("page", "modified_since", "q", "fq")
    wanted = {name: request.args[name] for name in names if request.args.get(name)}
    try:
        data_dict = {**wanted, "format": _format, "profiles": _profiles()}
        tk.check_access("dcat_catalog_show", _context(), data_dict)
        document = service.catalog_document(_context(), data_dict)
    except tk.NotAuthorized:
        return tk.abort(403)
    except tk.ValidationError as error:
        return Response(_sentence(error), status=400, content_type="text/plain; charset=utf-8")
    except RDFProfileException as error:
        return Response(str(error), status=400, content_type="text/plain; charset=utf-8")
    return _response(document, _format)


def dataset(_id: str, _format: str) -> Response:
    """One released dataset; 404 for anything else."""
    if _format not in service.FORMATS:
        return tk.abort(404)
    try:
        data_dict = {"id": _id, "format": _format, "profiles": _profiles()}
        tk.check_access("dcat_dataset_show", _context(), data_dict)
        document = service.dataset_document(_context(), data_dict)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404)
    except RDFProfileException as error:
        return Response(str(error), status=400, content_type="text/plain; charset=utf-8")
    return _response(document, _format)


def vocabulary(_format: str) -> Response:
    """The themes, standards and the municipality as RDF."""
    if _format not in service.FORMATS:
        return tk.abort(404)
    return _response(service.vocabulary_document(_format), _format)


def concept(kind: str, code: str = "") -> Response:
    """Lead from a concept's address to a page for people or to RDF for programs (303 See Other)."""
    format_ = _preferred()
    if format_:
        return _see_other(tk.url_for("moka_dcat.vocabulary", _format=format_))
    facet = {"theme": "theme", "standard": "standard_dataset"}.get(kind)
    if facet and code:
        return _see_other(tk.url_for("dataset.search", **{facet: code}))
    if kind in ("theme", "standard"):
        return _see_other(tk.url_for("dataset.search"))
    return _see_other(tk.url_for("home.index"))


def _see_other(address: str) -> Response:
    return Response(status=303, headers={"Location": address, "Vary": "Accept"})


def _preferred() -> str | None:
    """Return the RDF format that the reader prefers to HTML, else None."""
    accept = request.headers.get("Accept", "")
    if not any(word in accept for word in _RDF_WORDS):
        return None
    best = request.accept_mimetypes.best_match(["text/html", *_BY_TYPE], default="text/html")
    return _BY_TYPE.get(best)


@blueprint.before_app_request
def negotiate() -> Response | None:
    """Send programs that ask for RDF at a dataset's or the site's address to the document (303)."""
    if request.method not in ("GET", "HEAD") or not (request.endpoint in _NEGOTIATED or request.path == "/"):
        return None
    format_ = _preferred()
    if format_ is None:
        return None
    if request.endpoint == "dataset.read":
        identifier = (request.view_args or {}).get("id", "")
        return _see_other(tk.url_for("moka_dcat.dataset", _id=identifier, _format=format_))
    return _see_other(tk.url_for("moka_dcat.catalog", _format=format_))


@blueprint.after_app_request
def vary(response: Response) -> Response:
    """Tell caches that these addresses answer differently by ``Accept``."""
    if request.endpoint in _NEGOTIATED or request.path == "/":
        response.vary.add("Accept")
    return response


blueprint.add_url_rule("/catalog.<_format>", "catalog", catalog)
blueprint.add_url_rule("/dataset/<_id>.<_format>", "dataset", dataset)
blueprint.add_url_rule("/id/vocabulary.<_format>", "vocabulary", vocabulary)
blueprint.add_url_rule("/id/<any(theme, standard, agent, place):kind>", "concept", concept)
blueprint.add_url_rule("/id/<any(theme, standard, agent, place):kind>/<code>", "concept", concept)
