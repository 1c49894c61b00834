"""What CKAN's Solr schema (2.12) says about fields: which hold words, which hold exact values.

Source of the table: ``ckan/config/solr/schema.xml`` of CKAN 2.12.0. The engine keeps to it so that
what clients of the API rely on (``tags:"x"`` is exact, ``title:x`` finds words) stays true.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

__all__ = [
    "CATCH_ALL",
    "FACET_VALUE_LIMIT",
    "INT_FIELDS",
    "NGRAM_FIELDS",
    "facetable",
    "iso_millis",
    "is_date",
    "is_text",
    "solr_date",
    "stored",
    "values_of",
]

CATCH_ALL = "text"
FACET_VALUE_LIMIT = 200

TEXT_FIELDS = frozenset(
    [
        "title",
        "notes",
        "author",
        "author_email",
        "maintainer",
        "maintainer_email",
        "res_name",
        "res_description",
        "text",
        "urls",
        "depends_on",
        "dependency_of",
        "derives_from",
        "has_derivation",
        "links_to",
        "linked_from",
        "child_of",
        "parent_of",
    ]
)
NGRAM_FIELDS = {"title_ngram": "title", "name_ngram": "name"}
DATE_FIELDS = frozenset({"metadata_created", "metadata_modified", "indexed_ts"})
INT_FIELDS = frozenset(
    {"views_total", "views_recent", "resources_accessed_total", "resources_accessed_recent"}
)
STORED_FIELDS = frozenset(
    [
        "index_id",
        "id",
        "site_id",
        "title",
        "title_ngram",
        "entity_type",
        "dataset_type",
        "state",
        "name",
        "name_ngram",
        "revision_id",
        "version",
        "url",
        "ckan_url",
        "download_url",
        "notes",
        "author",
        "author_email",
        "maintainer",
        "maintainer_email",
        "license",
        "license_id",
        "tags",
        "groups",
        "organization",
        "capacity",
        "res_name",
        "res_description",
        "res_format",
        "res_url",
        "res_type",
        "metadata_created",
        "metadata_modified",
        "indexed_ts",
        "data_dict",
        "validated_data_dict",
    ]
)
STORED_PREFIXES = ("extras_", "res_extras_", "vocab_")
COPIED_TO_TEXT = [
    "url",
    "ckan_url",
    "download_url",
    "res_url",
    "name",
    "title",
    "text",
    "license",
    "notes",
    "tags",
    "groups",
    "organization",
    "res_name",
    "res_description",
    "maintainer",
    "author",
]
# Values nobody counts: unique for each dataset, or the document itself.
NOT_FACETED = frozenset(
    [
        "index_id",
        "id",
        "site_id",
        "name",
        "title",
        "title_string",
        "notes",
        "url",
        "ckan_url",
        "download_url",
        "res_url",
        "res_name",
        "res_description",
        "data_dict",
        "validated_data_dict",
        "metadata_created",
        "metadata_modified",
        "indexed_ts",
        "text",
        "permission_labels",
    ]
)

_DATE = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$"
)


def is_text(field: str) -> bool:
    """Tell whether ``field`` is searched by words (otherwise by its exact value)."""
    return field in TEXT_FIELDS or field.startswith(("extras_", "res_extras_"))


def is_date(field: str) -> bool:
    """Tell whether ``field`` holds a moment (``metadata_modified`` and everything ``*_date``)."""
    return field in DATE_FIELDS or (field.endswith("_date") and not field.startswith(STORED_PREFIXES))


def stored(field: str) -> bool:
    """Tell whether a result document shows ``field``."""
    return field in STORED_FIELDS or is_date(field) or field.startswith(STORED_PREFIXES)


def facetable(field: str, value: str) -> bool:
    """Tell whether ``value`` of ``field`` gets a facet term of its own."""
    return field not in NOT_FACETED and not is_text(field) and 0 < len(value) <= FACET_VALUE_LIMIT


def values_of(value: Any) -> list[str]:
    """Return the value of an index document as a list of strings; None and blanks are left out."""
    if value is None:
        return []
    if isinstance(value, (list, tuple, set, frozenset)):
        return [text for item in value for text in values_of(item)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, dict):
        return []
    text = str(value)
    return [text] if text != "" else []


def parse_date(text: str) -> dt.datetime | None:
    """Return the moment that ``text`` (ISO 8601; UTC where no zone is given) names, or None."""
    match = _DATE.match(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = dt.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0").ljust(6, "0")[:6]),
        )  # fmt: skip
    except ValueError:
        return None
    if zone and zone != "Z":
        sign = 1 if zone[0] == "+" else -1
        digits = zone[1:].replace(":", "")
        moment -= sign * dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return moment


def iso_millis(moment: dt.datetime) -> str:
    """Return the form in which moments are compared: always 24 characters, UTC, milliseconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z".rjust(24, "0")


def solr_date(text: str) -> str:
    """Return the form in which Solr shows a moment: milliseconds only where there are any."""
    moment = parse_date(text)
    if moment is None:
        return text
    shown = iso_millis(moment)
    return shown[:-5] + "Z" if shown.endswith(".000Z") else shown


def first(values: Iterable[str]) -> str:
    """Return the first of ``values``, or an empty string."""
    return next(iter(values), "")
