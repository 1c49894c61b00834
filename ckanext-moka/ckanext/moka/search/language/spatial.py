"""Places: the box around what a dataset is about, and boxes that somebody asks for.

A dataset says where it is in ``spatial`` (a field or extra; GeoJSON as in ckanext-spatial), or, where that is
missing, in ``spatial_coverage`` when that holds GeoJSON or four numbers. ``ext_bbox`` of ``package_search``
(ckanext-spatial's parameter: ``minx,miny,maxx,maxy`` in degrees) finds the datasets whose box has a point in
common with the one asked for. Boxes are compared, not outlines. PostgreSQL's own type ``box`` is enough.

Source: https://docs.ckan.org/projects/ckanext-spatial/en/latest/spatial-search.html (``solr-bbox``); RFC 7946.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from ckanext.moka.search.language.nodes import QueryError

__all__ = ["FIELD", "extent_of", "parse_bbox"]

FIELD = "moka_bbox"  # the name under which a filter asks for a box
PLACES = ("spatial", "extras_spatial", "spatial_coverage")
_MAX_NUMBERS = 200_000
_NUMBER = re.compile(r"^\s*[+-]?[0-9]{1,4}(?:[.][0-9]{0,20})?\s*$")
Box = tuple[float, float, float, float]  # west, south, east, north


def parse_bbox(text: str) -> list[Box]:
    """Return the box that ``minx,miny,maxx,maxy`` names; two where it crosses the 180th meridian.

    Raises :class:`QueryError` unless these are four numbers of degrees, the southern before the northern.
    """
    box = _four(text)
    if box is None:
        raise QueryError(
            f"The bounding box must be four numbers of degrees minx,miny,maxx,maxy, not {text[:100]!r}"
        )
    west, south, east, north = box
    if west <= east:
        return [box]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def extent_of(exact: dict[str, list[str]]) -> str | None:
    """Return the box around what a dataset is about, for PostgreSQL; None where it does not say.

    ``exact``: the values of its index document. What cannot be read is no place, never an error.
    """
    for name in PLACES:
        for text in exact.get(name, []):
            box = _four(text) or _around(text)
            if box is not None:
                west, south, east, north = box
                if east < west:  # across the 180th meridian
                    west, east = -180.0, 180.0
                return f"(({east!r},{north!r}),({west!r},{south!r}))"
    return None


def _four(text: str) -> Box | None:
    parts = text.split(",")
    if len(parts) != 4 or not all(_NUMBER.match(part) for part in parts):
        return None
    west, south, east, north = (float(part) for part in parts)
    return (west, south, east, north) if _on_earth(west, south, east, north) else None


def _on_earth(west: float, south: float, east: float, north: float) -> bool:
    return -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90


def _around(text: str) -> Box | None:
    """Return the box around all positions of a GeoJSON text."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = list(_positions(json.loads(text)))
    except (ValueError, TypeError, RecursionError):
        return None
    if not found or len(found) > _MAX_NUMBERS:
        return None
    across, up = [x for x, _ in found], [y for _, y in found]
    box = (min(across), min(up), max(across), max(up))
    return box if _on_earth(*box) else None


def _positions(value: Any) -> Iterator[tuple[float, float]]:
    """Yield the positions of a geometry, a feature or a collection of them."""
    if isinstance(value, dict):
        for key in ("coordinates", "geometry", "geometries", "features"):
            if key in value:
                yield from _positions(value[key])
    elif isinstance(value, list):
        if len(value) >= 2 and all(isinstance(item, (int, float)) for item in value[:2]):
            x, y = float(value[0]), float(value[1])
            if not (math.isfinite(x) and math.isfinite(y)):
                raise ValueError("no position")
            yield x, y
        else:
            for item in value:
                yield from _positions(item)
