"""V-09: coordinates that are exchanged, zero, in degrees and minutes, of the old datum, or far from where they belong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.places import (
    JAPAN,
    Box,
    Pair,
    centre,
    degrees,
    degrees_range,
    kilometres,
    pairs,
    prefecture_of,
)
from ..judging.values import narrow
from ..model import Table, Value, as_text

RULE = "V-09"
_DMS = re.compile(
    r"[NSEW北東]?(?:緯|経)?\s{0,9}[0-9]{2,3}\s{0,9}[°度º˚]\s*[0-9]{1,2}\s*[′'’分].*|[0-9]{2,3}[.:][0-9]{1,2}[.:][0-9]{1,2}(?:\.[0-9]+)?|"
    r"[NE]?[0-9]{6,7}\.[0-9]+"
)
_OLD_DATUM = re.compile(r"旧測地|旧日本測地|日本測地系(?!20)|[Tt]okyo\s*[Dd]atum|TOKYO|旧座標")
_FAR = 100.0
_Point = tuple[Value, Value]


def check(context: Context) -> Iterator[Hit]:
    """Each pair of columns 緯度 and 経度 (JGD2011, decimal degrees); distinct pairs of values are judged once."""
    for table in context.tables:
        found = list(pairs(table))
        box = prefecture_of(table) if found else None
        for pair in found:
            yield from _judged(context, table, pair, box)
            yield from _datum(context, table, pair)


def _judged(context: Context, table: Table, pair: Pair, box: Box | None) -> Iterator[Hit]:
    if _all_near(pair, box):
        return
    points = list(zip(pair.latitude.values, pair.longitude.values, strict=True))
    distinct = set(points)
    inside = [
        (a, b) for a, b in map(_numbers, distinct) if a is not None and b is not None and JAPAN.holds(a, b)
    ]
    faults = {point: _fault(point) for point in distinct}
    middle = centre(inside)
    for point in distinct:
        latitude, longitude = _numbers(point)
        if faults[point] is None and latitude is not None and longitude is not None:
            faults[point] = _place(latitude, longitude, box, middle)
    ranged = "minimum" in table.schema_fields.get(pair.latitude.index, {}).get("constraints", {})
    for variant in ("swapped", "zero", "dms", "half", "outside", "prefecture", "far"):
        if variant == "outside" and ranged:
            continue
        wanted = {point for point, fault in faults.items() if fault == variant}
        if not wanted:
            continue
        places = ((n, f"{as_text(p[0])}, {as_text(p[1])}") for n, p in enumerate(points) if p in wanted)
        area, first, last = box.name if box else "", pair.latitude.label, pair.longitude.label
        if hit := context.group_at(table, pair.latitude, places, variant, area=area, first=first, last=last):
            yield hit


def _all_near(pair: Pair, box: Box | None) -> bool:
    """No cell is empty, all are decimal degrees, and all points lie in one small part of the right area."""
    latitudes, longitudes = degrees_range(pair.latitude), degrees_range(pair.longitude)
    if latitudes is None or longitudes is None:
        return False
    low, high = (latitudes[0], longitudes[0]), (latitudes[1], longitudes[1])
    areas = [JAPAN, box or JAPAN]
    return all(area.holds(*low) and area.holds(*high) for area in areas) and kilometres(low, high) <= _FAR


def _numbers(point: _Point) -> tuple[float | None, float | None]:
    return degrees(point[0]), degrees(point[1])


def _fault(point: _Point) -> str | None:
    texts = [narrow(value) for value in point]
    if any(_DMS.fullmatch(text) for text in texts if text):
        return "dms"
    if bool(texts[0]) != bool(texts[1]):
        return "half"
    latitude, longitude = _numbers(point)
    if latitude is None or longitude is None:
        return None
    if latitude == 0 or longitude == 0:
        return "zero"
    if JAPAN.holds(longitude, latitude):
        return "swapped"
    return None if JAPAN.holds(latitude, longitude) else "outside"


def _place(
    latitude: float, longitude: float, box: Box | None, middle: tuple[float, float] | None
) -> str | None:
    if box is not None and not box.holds(latitude, longitude):
        return "prefecture"
    if middle is not None and kilometres((latitude, longitude), middle) > _FAR:
        return "far"
    return None


def _datum(context: Context, table: Table, pair: Pair) -> Iterator[Hit]:
    """The name of a column, a title or a note says that the old datum was used."""
    lines = [as_text(v) for r in [*table.title_rows, *table.note_rows] for v in table.sheet.rows[r]]
    words = [pair.latitude.label, *lines]
    if any(_OLD_DATUM.search(word) for word in words):
        places = ((n, v) for n, v in enumerate(pair.latitude.values) if v not in (None, ""))
        if hit := context.group_at(table, pair.latitude, places, "datum"):
            yield hit
