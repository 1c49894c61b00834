"""What the RDF documents contain: one released dataset, one page of the catalogue, our own concepts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import urlencode

from ckan.plugins import toolkit as tk
from ckanext.dcat.processors import HYDRA, RDFSerializer
from ckanext.dcat.utils import CONTENT_TYPES, catalog_uri, url_to_rdflib_format
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, XSD

from ckanext.moka.dcat.profile import MokaDcatApProfile

__all__ = ["FORMATS", "Document", "catalog_document", "dataset_document", "vocabulary_document"]

FORMATS = dict(CONTENT_TYPES)
_PASSED_ON = ("q", "fq", "modified_since", "profiles")


@dataclass(frozen=True)
class Document:
    """An RDF document and a tag of what it says: the same triples give the same tag in every process.

    (rdflib writes the same graph in another order from process to process, so a tag of the bytes would not.)
    """

    body: bytes
    tag: str


def _document(body: str | bytes, graph: Any, format_: str) -> Document:
    digest = hashlib.sha256(format_.encode())
    for line in sorted(
        " ".join(node.n3() for node in triple) for triple in graph.triples((None, None, None))
    ):
        digest.update(line.encode("utf-8") + b"\n")
    return Document(body.encode("utf-8") if isinstance(body, str) else body, digest.hexdigest()[:32])


class _Serializer(RDFSerializer):
    """ckanext-dcat's serializer with page links that are addresses, not text."""

    def _add_pagination_triples(self, paging_info: dict[str, Any]) -> URIRef:
        """Describe the page as Hydra does today and, for older harvesters, as it did."""
        self.g.bind("hydra", HYDRA)
        page = URIRef(paging_info["current"])
        self.g.add((URIRef(catalog_uri()), HYDRA.view, page))
        self.g.add((page, RDF.type, HYDRA.PartialCollectionView))
        self.g.add((page, RDF.type, HYDRA.PagedCollection))
        for key in ("first", "previous", "next", "last"):
            if key in paging_info:
                self.g.add((page, HYDRA[key], URIRef(paging_info[key])))
                self.g.add((page, HYDRA[f"{key}Page"], URIRef(paging_info[key])))
        self.g.add((page, HYDRA.totalItems, Literal(paging_info["count"], datatype=XSD.integer)))
        self.g.add((page, HYDRA.itemsPerPage, Literal(paging_info["items_per_page"], datatype=XSD.integer)))
        return page


def _format(data_dict: dict[str, Any]) -> str:
    wanted = data_dict.get("format") or "xml"
    if wanted not in FORMATS:
        raise tk.ValidationError(
            {"format": [f"形式「{wanted}」はありません。{'、'.join(FORMATS)} から選んでください。"]}
        )
    return wanted


def dataset_document(context: Any, data_dict: dict[str, Any]) -> Document:
    """Return one dataset as RDF; only what is released exists here, for staff too.

    In: ``id`` (or name), ``format``, ``profiles``. Raises ``ObjectNotFound`` for drafts and withdrawn
    datasets and ``ValidationError`` for an unknown format.
    """
    wanted = _format(data_dict)
    try:
        dataset = tk.get_action("package_show")(context, {"id": tk.get_or_bust(data_dict, "id")})
    except tk.NotAuthorized as error:
        raise tk.ObjectNotFound("Dataset not found") from error
    if dataset.get("private") or dataset.get("state") != "active":
        raise tk.ObjectNotFound("Dataset not found")
    serializer = _Serializer(profiles=data_dict.get("profiles"))
    return _document(serializer.serialize_dataset(dataset, _format=wanted), serializer.g, wanted)


def catalog_document(context: Any, data_dict: dict[str, Any]) -> Document:
    """Return one page of the catalogue as RDF.

    In: ``format``, ``page`` (from 1), ``modified_since`` (ISO 8601, UTC unless it says otherwise), ``q``,
    ``fq``, ``profiles``. Pages are in the order of creation, so that an edit during a crawl moves nothing.
    Raises ``ValidationError`` with a Japanese sentence for values that make no sense.
    """
    wanted, page, per_page = _format(data_dict), _page(data_dict), _per_page()
    filters = ["+dataset_type:dataset"]
    if data_dict.get("modified_since"):
        filters.append(f"metadata_modified:[{_since(data_dict['modified_since'])} TO *]")
    search: dict[str, Any] = {
        "q": data_dict.get("q") or "*:*",
        "fq_list": filters,
        "rows": per_page,
        "start": per_page * (page - 1),
        "sort": "metadata_created asc, id asc",
    }
    if data_dict.get("fq"):
        search["fq"] = data_dict["fq"]
    found = tk.get_action("package_search")(context, search)
    serializer = _Serializer(profiles=data_dict.get("profiles"))
    pages = _pages(found["count"], page, per_page, wanted, data_dict)
    body = serializer.serialize_catalog({}, found["results"], _format=wanted, pagination_info=pages)
    return _document(body, serializer.g, wanted)


def vocabulary_document(format_: str) -> Document:
    """Return the concepts with addresses of ours (``/id/…``) as RDF in the given format."""
    serializer = _Serializer(profiles=["moka_dcat_ap"])
    MokaDcatApProfile(serializer.g).graph_of_vocabulary()
    body = serializer.g.serialize(format=url_to_rdflib_format(_format({"format": format_})))
    return _document(body, serializer.g, format_)


def _page(data_dict: dict[str, Any]) -> int:
    raw = str(data_dict.get("page") or "1")
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw) <= 1_000_000):
        raise tk.ValidationError({"page": ["page には1以上の整数を書いてください。"]})
    return int(raw)


def _per_page() -> int:
    wanted = tk.config.get("ckanext.dcat.datasets_per_page") or 100
    return max(1, min(int(wanted), tk.asint(tk.config.get("ckan.search.rows_max") or 1000)))


def _since(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError as error:
        message = "modified_since には 2026-04-01 か 2026-04-01T00:00:00Z の形で日時を書いてください。"
        raise tk.ValidationError({"modified_since": [message]}) from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _pages(count: int, page: int, per_page: int, format_: str, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the Hydra data of the page: addresses of the neighbours, with the same parameters."""
    last = max(1, ceil(count / per_page))
    kept = {}
    for key in _PASSED_ON:
        value = data_dict.get(key)
        if value:
            kept[key] = ",".join(value) if isinstance(value, list) else value

    def address(number: int) -> str:
        return f"{catalog_uri().rstrip('/')}/catalog.{format_}?{urlencode({**kept, 'page': number})}"

    info = {"count": count, "items_per_page": per_page, "current": address(page)}
    info |= {"first": address(1), "last": address(last)}
    if 1 < page <= last:
        info["previous"] = address(page - 1)
    if page < last:
        info["next"] = address(page + 1)
    return info
