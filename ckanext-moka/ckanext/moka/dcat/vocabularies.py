"""From the portal's codes to the URIs that European and other harvesters know.

The tables follow the EU Publications Office's authority tables (frequency, file-type, data-theme,
language, access-right), IANA media types and SPDX; our own codes come from ``moka_schemas``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import moka_schemas

__all__ = [
    "ACCESS_PUBLIC",
    "EU",
    "JAPANESE",
    "SHA256",
    "code_items",
    "conforming_standard",
    "eu_themes",
    "file_type",
    "frequency",
    "language",
    "license_uri",
    "media_type",
]

EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
JAPANESE = EU + "language/JPN"
ACCESS_PUBLIC = EU + "access-right/PUBLIC"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"

# Which EU data-theme the 16 themes of e-Gov and e-Stat fall under (our judgement, broadest first).
_EU_THEMES = {
    "01": ("REGI", "ENVI"),
    "02": ("SOCI",),
    "03": ("SOCI", "ECON"),
    "04": ("AGRI",),
    "05": ("ECON",),
    "06": ("ECON",),
    "07": ("ECON",),
    "08": ("REGI",),
    "09": ("ENER", "ENVI"),
    "10": ("TRAN",),
    "11": ("TECH",),
    "12": ("EDUC",),
    "13": ("GOVE",),
    "14": ("JUST", "ENVI"),
    "15": ("HEAL", "SOCI"),
    "16": ("INTR",),
}
_FREQUENCIES = {
    "continuous": "UPDATE_CONT",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "biannual": "ANNUAL_2",
    "annual": "ANNUAL",
    "irregular": "IRREG",
    "never": "NEVER",
}
# format as written -> (EU file-type, IANA media type)
_FORMATS: dict[str, tuple[str, str]] = {
    "csv": ("CSV", "text/csv"),
    "tsv": ("TSV", "text/tab-separated-values"),
    "txt": ("TXT", "text/plain"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "xls": ("XLS", "application/vnd.ms-excel"),
    "ods": ("ODS", "application/vnd.oasis.opendocument.spreadsheet"),
    "json": ("JSON", "application/json"),
    "geojson": ("GEOJSON", "application/geo+json"),
    "jsonld": ("JSON_LD", "application/ld+json"),
    "xml": ("XML", "application/xml"),
    "kml": ("KML", "application/vnd.google-earth.kml+xml"),
    "kmz": ("KMZ", "application/vnd.google-earth.kmz"),
    "gml": ("GML", "application/gml+xml"),
    "gpx": ("GPX", ""),
    "ttl": ("RDF_TURTLE", "text/turtle"),
    "rdf": ("RDF_XML", "application/rdf+xml"),
    "parquet": ("PARQUET", "application/vnd.apache.parquet"),
    "zip": ("ZIP", "application/zip"),
    "pdf": ("PDF", "application/pdf"),
    "docx": ("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "doc": ("DOC", "application/msword"),
    "pptx": ("PPTX", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "jpeg": ("JPEG", "image/jpeg"),
    "jpg": ("JPEG", "image/jpeg"),
    "png": ("PNG", "image/png"),
    "html": ("HTML", "text/html"),
    "shp": ("SHP", "application/vnd.shp"),
    "ics": ("ICS", "text/calendar"),
}
_MEDIA_TYPE = re.compile(r"^(application|audio|font|image|message|model|multipart|text|video)/[\w.+\-]+$")


@cache
def code_items(name: str) -> tuple[dict[str, Any], ...]:
    """Return the items (code, label, …) of ``theme16``, ``update_frequencies`` or ``standard_datasets``."""
    return tuple(moka_schemas.read(f"metadata/{name}.json"))


def language(code: str) -> str:
    """Return the EU language URI of ``ja``, ``en`` or ``mul``; Japanese for anything else."""
    return f"{EU}language/{ {'en': 'ENG', 'mul': 'MUL'}.get(code, 'JPN') }"


def eu_themes(code: str) -> tuple[str, ...]:
    """Return the EU data-theme URIs for one of the 16 themes; empty for an unknown code."""
    return tuple(f"{EU}data-theme/{name}" for name in _EU_THEMES.get(code, ()))


def frequency(code: str) -> str | None:
    """Return the EU frequency URI of the portal's update frequency; None if nothing was chosen."""
    if not code:
        return None
    return f"{EU}frequency/{_FREQUENCIES.get(code, 'OTHER')}"


def _format_key(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def file_type(format_: str, name: str = "") -> str | None:
    """Return the EU file-type URI by the format, else by the file name's extension; None if unknown."""
    for candidate in (format_, name.rsplit(".", 1)[-1] if "." in name else ""):
        known = _FORMATS.get(_format_key(candidate))
        if known:
            return f"{EU}file-type/{known[0]}"
    return None


def media_type(mimetype: str, format_: str = "") -> str | None:
    """Return the IANA media-type URI; parameters (``; charset=``) are dropped, nonsense gives None."""
    plain = mimetype.split(";")[0].strip().lower()
    if not _MEDIA_TYPE.match(plain) or plain == "application/octet-stream":
        plain = _FORMATS.get(_format_key(format_), ("", ""))[1]
    return f"{IANA}{plain}" if plain else None


def license_uri(license_id: str, url: str = "") -> str | None:
    """Return the licence's URI: the canonical one, not a page about it; None if there is none.

    Creative Commons' deed pages (``…/deed.ja``) stand for the licence without the last part, which is
    what licence vocabularies list.
    """
    if not url:
        found: Mapping[str, Any] = next(
            (item for item in moka_schemas.read("metadata/licenses.json") if item["id"] == license_id), {}
        )
        url = str(found.get("url") or "")
    if not url.startswith(("http://", "https://")):
        return None
    if "creativecommons.org/" in url:
        url = re.sub(r"(deed|legalcode)(\.[\w-]+)?$", "", url.replace("http://", "https://", 1))
        url = url if url.endswith("/") else url + "/"
    return url


def conforming_standard(code: str) -> dict[str, Any] | None:
    """Return the municipal standard dataset (code, label, slug) by number or slug; None if unknown."""
    wanted = code.strip()
    return next(
        (item for item in code_items("standard_datasets") if wanted in (item["code"], item.get("slug"))),
        None,
    )
