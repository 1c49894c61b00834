"""P-07: pivot caches and links to other files (XLSX)."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit

RULE = "P-07"


def check(context: Context) -> Iterator[Hit]:
    """What lies in the container beside the sheets."""
    if any(part.startswith("xl/pivotCache/pivotCacheRecords") for part in context.source.parts):
        yield Hit("pivot")
    links = [
        p
        for p in context.source.parts
        if p.startswith("xl/externalLinks/externalLink") and p.endswith(".xml")
    ]
    if links:
        yield Hit("link", total=len(links))
