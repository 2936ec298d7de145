"""Country shapes (Natural Earth 1:110m by way of world-atlas) and which of them are too small to see."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

ANTARCTICA = "010"
_SMALL = 7.0
"""Square degrees of the bounding box below which a country's shape is too small to be told on a world map."""


@cache
def topology() -> Mapping[str, Any]:
    """The TopoJSON as shipped, Antarctica left out; features carry ``id``, the M49 code."""
    document: dict[str, Any] = json.loads(
        (files("tiphub.charts.shapes") / "countries-110m.json").read_text("utf-8")
    )
    countries = document["objects"]["countries"]
    countries["geometries"] = [shape for shape in countries["geometries"] if shape.get("id") != ANTARCTICA]
    return document


@cache
def large() -> frozenset[str]:
    """M49 codes of the countries whose shape can be seen on a world map; the others need a circle."""
    arcs = [_bounds(arc) for arc in topology()["arcs"]]
    seen = set()
    for shape in topology()["objects"]["countries"]["geometries"]:
        boxes = [arcs[arc if arc >= 0 else ~arc] for arc in _numbers(shape["arcs"])]
        west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
        east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
        if "id" in shape and (east - west) * (north - south) >= _SMALL:
            seen.add(shape["id"])
    return frozenset(seen)


def _bounds(arc: list[list[int]]) -> tuple[float, float, float, float]:
    transform = topology()["transform"]
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    xs = [x * kx + dx for x in accumulate(point[0] for point in arc)]
    ys = [y * ky + dy for y in accumulate(point[1] for point in arc)]
    return min(xs), min(ys), max(xs), max(ys)


def _numbers(nested: list[Any]) -> Iterator[int]:
    for item in nested:
        if isinstance(item, list):
            yield from _numbers(item)
        else:
            yield item
