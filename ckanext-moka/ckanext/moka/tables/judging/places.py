"""Where a table's points should lie: pairs of coordinate columns, their prefecture, and how far one is from the rest."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import resources
from statistics import median
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ..model import Column, Table, Value, as_text
from .profile import is_municipality_label

__all__ = [
    "Box",
    "JAPAN",
    "Pair",
    "centre",
    "degrees",
    "degrees_range",
    "kilometres",
    "pairs",
    "prefecture_of",
]

_LATITUDE = re.compile(r"緯度|(?:^|[^a-z])lat(?:itude)?$|^y_?座標$", re.IGNORECASE)
_LONGITUDE = re.compile(r"経度|(?:^|[^a-z])(?:lon|lng|long|longitude)$|^x_?座標$", re.IGNORECASE)
_DECIMAL = r"^[0-9]{2,3}\.[0-9]{1,15}$"
_LONGEST_NAME = 4
_ADDRESS = re.compile(r"住所|所在地|[Aa]ddress")


class Box(NamedTuple):
    """A rectangle in degrees that holds all land of an area."""

    name: str
    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Tell whether a point lies in the rectangle."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


# 南鳥島・沖ノ鳥島から択捉島まで.
JAPAN = Box("日本", 20.0, 122.0, 46.0, 154.5)


class Pair(NamedTuple):
    """A column of latitudes and the column of longitudes that belongs to it."""

    latitude: Column
    longitude: Column


@cache
def _boxes() -> dict[str, Box]:
    text = resources.files(__package__).joinpath("prefectures.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Box(row["name"], *(float(row[k]) for k in ("south", "west", "north", "east")))
        for row in csv.DictReader(text.splitlines())
    }


def pairs(table: Table) -> Iterator[Pair]:
    """Yield the pairs of coordinate columns of a table: each 緯度 with the 経度 of the same remaining name."""
    longitudes = {_rest(c.label, _LONGITUDE): c for c in table.columns if _LONGITUDE.search(c.label)}
    for column in table.columns:
        if _LATITUDE.search(column.label) and not _LONGITUDE.search(column.label):
            other = longitudes.get(_rest(column.label, _LATITUDE))
            if other is not None and not _plane(column):
                yield Pair(column, other)


def _plane(column: Column) -> bool:
    """X座標 and Y座標 may be metres of the plane rectangular system (平面直角座標系)."""
    if "座標" not in column.label:
        return False
    return any(abs(number) > 180 for value in column.counts if (number := _number(value)) is not None)


def _number(value: Value) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        return None


def _rest(label: str, pattern: re.Pattern[str]) -> str:
    return re.sub(r"[\s_（）()]", "", pattern.sub("", label))


def degrees(value: Value) -> float | None:
    """Return a cell as decimal degrees; ``None`` when it is not written so."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = unicodedata.normalize("NFKC", as_text(value)).strip().rstrip("°度")
    return float(text) if re.fullmatch(r"[-+]?[0-9]{1,3}(?:\.[0-9]+)?", text) else None


def degrees_range(column: Column) -> tuple[float, float] | None:
    """Return the least and the greatest of a column of which every cell is decimal degrees as text, else ``None``."""
    words = column.store.words
    if column.native.get(float, 0) + column.native.get(int, 0) == len(column) > 0:
        numbers = [float(v) for v in column.counts if isinstance(v, (int, float))]
        return min(numbers), max(numbers)
    if words.null_count or not len(words) or not pc.all(pc.match_substring_regex(words, _DECIMAL)).as_py():
        return None
    bounds = pc.min_max(words.cast(pa.float64())).as_py()
    return bounds["min"], bounds["max"]


def prefecture_of(table: Table) -> Box | None:
    """Return the prefecture that all or nearly all rows of the table name, by code, by name or by address."""
    votes: Counter[str] = Counter()
    for column in table.columns:
        if is_municipality_label(column.label) or column.label.endswith(("prefCode", "都道府県コード")):
            for value, count in column.counts.items():
                text = as_text(value).strip()
                if re.fullmatch(r"[0-9]{5,6}", text) and text[:2] in _boxes():
                    votes[text[:2]] += count
        elif "都道府県" in column.label or _ADDRESS.search(column.label):
            for start, count in column.beginnings(_LONGEST_NAME).items():
                if code := _named(start):
                    votes[code] += count
    if not votes:
        return None
    code, most = votes.most_common(1)[0]
    return _boxes()[code] if most >= votes.total() * 0.9 else None


def _named(text: str) -> str | None:
    return next((code for code, box in _boxes().items() if text.startswith(box.name)), None)


def centre(points: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the middle of the points when most of them lie near each other, as those of one city do."""
    if len(points) < 8:
        return None
    middle = (median(p[0] for p in points), median(p[1] for p in points))
    near = sum(kilometres(point, middle) <= 40 for point in points)
    return middle if near >= len(points) * 0.9 else None


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return a rough distance in the latitudes of Japan."""
    return float(((one[0] - other[0]) ** 2 * 12321 + (one[1] - other[1]) ** 2 * 8281) ** 0.5)
