"""Where somebody was is never taken in: columns and inputs that hold a place are known by their names.

The list is wide on purpose: a distance needs none of these names, so that nothing is refused that could be meant well.
"""

import re
from collections.abc import Iterable
from typing import Final

_PARTS: Final = frozenset(
    {
        "lat",
        "latitude",
        "lats",
        "lng",
        "lon",
        "long",
        "longitude",
        "lngs",
        "lons",
        "coord",
        "coords",
        "coordinate",
        "coordinates",
        "gps",
        "geo",
        "geom",
        "geometry",
        "geojson",
        "wkt",
        "wkb",
        "polyline",
        "linestring",
        "track",
        "tracks",
        "trajectory",
        "waypoint",
        "waypoints",
        "geohash",
        "gcj02",
        "wgs84",
        "bd09",
        "latlng",
        "lnglat",
        "latlon",
        "lonlat",
        "location",
        "locations",
        "position",
        "positions",
        "address",
    }
)
_CHINESE: Final = ("经度", "纬度", "经纬", "坐标", "轨迹", "位置", "定位", "地址", "途经点")
_PIECES: Final = re.compile(r"[a-z0-9]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def names_place(name: str) -> bool:
    """Tell whether a column or an input of this name would hold a place or a track."""
    if any(one in name for one in _CHINESE):
        return True
    pieces = _PIECES.findall(_CAMEL.sub("_", name).lower())
    return any(piece.rstrip("0123456789") in _PARTS or piece in _PARTS for piece in pieces)


def places_in(names: Iterable[str]) -> list[str]:
    """Give the names that would hold a place, in their order."""
    return [name for name in names if names_place(name)]
