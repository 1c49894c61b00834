"""The first rows of a file that is not released yet, so that an approver sees what a release will show."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ckanext.moka.catalog import api as catalog
from ckanext.moka.tables import api as tables

__all__ = ["first_rows"]

FORMATS = {"CSV", "TSV", "XLSX", "XLS", "ODS"}
MAX_BYTES = 5_000_000


def first_rows(resource: dict[str, Any], limit: int) -> dict[str, Any] | None:
    """Return the table as ``moka_portal_rows`` does, read by the engine; ``None`` for what is no table.

    Files over ``MAX_BYTES`` are not read for a page: they show after their release.
    """
    if resource.get("url_type") != "upload" or (resource.get("format") or "").upper() not in FORMATS:
        return None
    if int(resource.get("size") or 0) > MAX_BYTES:
        return None
    try:
        table = tables.load(catalog.resource_path(resource), name=resource.get("url", "").rsplit("/", 1)[-1])
    except (tables.UnreadableFile, catalog.ContentMissing):
        return None
    rows = [list(row) for row in islice(table.rows, limit)]
    filled = [i for i in range(len(table.columns)) if any(row[i] not in (None, "") for row in rows)]
    chosen = filled or list(range(len(table.columns)))
    fields = [
        {"id": column.name, "type": column.pg_type, "label": column.label, "notes": ""}
        for column in table.columns
    ]
    return {
        "fields": fields,
        "shown": [fields[i] for i in chosen],
        "hidden": len(fields) - len(chosen),
        "rows": [[row[i] for i in chosen] for row in rows],
        "total": table.row_count,
    }
