"""Counts of people by country on a world map."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from tiphub.charts.frame import Frame, framed
from tiphub.charts.render import Spec
from tiphub.charts.shapes import large, topology
from tiphub.charts.theme import ACCENT, CONFIG, NO_DATA, PAPER, SEQUENCE

WIDTH, HEIGHT = 900, 430


@dataclass(frozen=True, slots=True)
class Place:
    """A country, or a region for people whose country is not shown.

    ``m49`` is the UN's numeric code; ``text`` says the place and its number; ``link`` is where a click leads.
    """

    m49: str
    text: str
    count: int
    latitude: float
    longitude: float
    region: bool = False
    link: str = ""


def thresholds(counts: Sequence[int]) -> tuple[int, ...]:
    """Up to four round numbers (1, 3, 10, 30, ...) that part the counts into up to five classes.

    >>> thresholds([12, 250, 4800])
    (100, 300, 1000, 3000)
    """
    steps = [digit * 10**power for power in range(9) for digit in (1, 3)]
    low, high = min(counts, default=0), max(counts, default=0)
    return tuple(step for step in steps if low < step <= high)[-4:]


def class_of(count: int, limits: Sequence[int]) -> int:
    """Which class a count falls in, from 0.

    >>> class_of(300, (100, 300, 1000, 3000))
    2
    """
    return bisect_right(limits, count)


def colours(limits: Sequence[int]) -> tuple[str, ...]:
    """The colour of each class, few to many."""
    return SEQUENCE[len(SEQUENCE) - 1 - len(limits) :]


def world(places: Sequence[Place], frame: Frame | None, *, legend: Sequence[str] = ()) -> Spec:
    """Countries coloured by class; circles where a shape is too small; rings where only the region is known.

    Without a frame it is the bare picture, for a page that has its own title and legend; ``legend`` names the
    classes for a picture that stands alone.
    """
    limits = thresholds([place.count for place in places if not place.region])
    shades = colours(limits)
    rows = [
        {
            "m49": place.m49,
            "text": place.text,
            "count": place.count,
            "class": legend[class_of(place.count, limits)] if legend else str(class_of(place.count, limits)),
            "lat": place.latitude,
            "lon": place.longitude,
            "link": place.link,
        }
        for place in places
    ]
    names = list(legend) or [str(number) for number in range(len(shades))]
    fill = alt.Color(
        "class:N",
        scale=alt.Scale(domain=names, range=list(shades)),
        legend=alt.Legend(orient="bottom", title=None, symbolType="square", symbolStrokeWidth=0)
        if legend
        else None,
    )
    marks = {"description": alt.Description("text:N"), "tooltip": alt.Tooltip("text:N")}
    if any(place.link for place in places):
        marks["href"] = alt.Href("link:N")
    kinds = list(zip(places, rows, strict=True))
    shaped = [row for place, row in kinds if not place.region and place.m49 in large()]
    dots = [row for place, row in kinds if not place.region and place.m49 not in large()]
    rings = [row for place, row in kinds if place.region]
    shapes = alt.Chart()
    found = alt.LookupData(
        alt.InlineData(values=shaped), key="m49", fields=["text", "count", "class", "link"]
    )
    at = {"latitude": "lat:Q", "longitude": "lon:Q"}
    layers = [
        shapes.mark_geoshape(fill=NO_DATA, stroke=PAPER, strokeWidth=0.6, aria=False)
        .transform_lookup("id", found)
        .transform_filter("!isValid(datum.count)"),
        shapes.mark_geoshape(stroke=PAPER, strokeWidth=0.6)
        .transform_lookup("id", found)
        .transform_filter("isValid(datum.count)")
        .encode(fill=fill, **marks),
        alt.Chart(alt.InlineData(values=dots))
        .mark_circle(size=62, stroke=PAPER, strokeWidth=1, opacity=1)
        .encode(fill=fill, **at, **marks),
        alt.Chart(alt.InlineData(values=rings))
        .mark_point(stroke=ACCENT, strokeWidth=2, strokeDash=[3, 2], fill=ACCENT, fillOpacity=0.12, opacity=1)
        .encode(
            size=alt.Size("count:Q", scale=alt.Scale(type="sqrt", range=[60, 700], zero=True), legend=None),
            **at,
            **marks,
        ),
    ]
    chart = (
        alt.layer(*layers, data=alt.UrlData(_SHAPES))
        .project("equalEarth", rotate=[-11, 0, 0], scale=WIDTH / 5.45, translate=[WIDTH / 2, HEIGHT * 0.6])
        .properties(width=WIDTH, height=HEIGHT)
    )
    if frame is not None:
        spec = framed(chart, frame)
    else:
        spec = chart.properties(config={**CONFIG, "padding": 0, "background": "transparent"}).to_dict(
            validate=False
        )
    whole: Spec = _with_shapes(spec)
    return whole


_SHAPES = "shapes"


def _with_shapes(part: Any) -> Any:
    """Put the shapes where the chart names them: Altair would copy them at every step, for a second."""
    if isinstance(part, Mapping):
        if part.get("url") == _SHAPES:
            return {"values": topology(), "format": {"type": "topojson", "feature": "countries"}}
        return {key: _with_shapes(value) for key, value in part.items()}
    return [_with_shapes(value) for value in part] if isinstance(part, list) else part
