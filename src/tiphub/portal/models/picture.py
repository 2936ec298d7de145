"""A model as a forest plot: one spec for the page, the SVG and the PNG."""

import json
from functools import lru_cache

from tiphub.charts import Frame, Spec, png, svg
from tiphub.charts.forest import Point, forest
from tiphub.portal.models.told import Told


def odds_spec(told: Told, source: str, *, narrow: bool = False) -> Spec:
    """The picture of a model; ``source`` says where the data come from, ``narrow`` is for a phone."""
    points: list[Point] = []
    for part in told.parts:
        points.append(Point(part.title, "", heading=True))
        for line in part.lines:
            one = line.ratio
            drawn = (one.ratio, one.low, one.high) if one else (None, None, None)
            points.append(Point(line.label, line.adjusted, *drawn))
    frame = Frame(
        told.title, told.population, told.reading.replace("{source}", source.rstrip(".")), *told.marks
    )
    return forest(points, frame, less=told.sides[0], more=told.sides[1], narrow=narrow)


@lru_cache(maxsize=128)
def drawn(told: Told, source: str, kind: str, *, narrow: bool) -> bytes:
    """The picture as ``svg``, ``png`` or ``vl.json``.

    The last ones are remembered: to draw takes half a second, and visitors ask for the same ones.
    """
    spec = odds_spec(told, source, narrow=narrow)
    if kind == "png":
        return png(spec)
    return (svg(spec) if kind == "svg" else json.dumps(spec)).encode()
