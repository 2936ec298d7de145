"""Odds ratios with their 95% intervals on a log scale: a forest plot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Any, Literal

import altair as alt

from tiphub.charts.frame import Frame, framed, ordered
from tiphub.charts.render import Spec
from tiphub.charts.theme import INK, LINE, MUTED, SERIES

STEP = 24
CAP = 12
"""How high the ends of an interval are: higher than the point, so that an interval inside of it is seen."""
NARROW = 300
"""How wide the axis of a narrow plot is: all of a phone's."""
WIDEST = 50.0
"""An interval that reaches further from 1 is cut, with an arrow; a ratio never is."""


@dataclass(frozen=True, slots=True)
class Point:
    """One odds ratio; ``text`` is how it is written.

    A row without a ratio (a heading, a reference, an effect that cannot be estimated) shows its text alone;
    ``heading`` sets the label in bold.
    """

    label: str
    text: str
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    heading: bool = False


def forest(
    points: Sequence[Point],
    frame: Frame,
    *,
    less: str = "lower odds",
    more: str = "higher odds",
    narrow: bool = False,
) -> Spec:
    """A row a point, in the order given; the numbers written at the right; 1 marked as no difference.

    What an interval tells shows without colour: a filled point where it leaves 1 out, a hollow one where it
    does not. ``narrow`` writes labels and numbers above the intervals, for a phone.
    """
    longest = max((len(point.label) for point in points), default=0)
    left = 0 if narrow else min(30 + 6 * longest, 270)
    indent = 0 if narrow else 14
    width = NARROW if narrow else 360
    least, most = _range(points)
    places, length = _places(points, narrow=narrow)
    if frame.rtl:
        points = [replace(point, label=ordered(point.label), text=ordered(point.text)) for point in points]
    rows = [_row(place, point, least, most) for place, point in zip(places, points, strict=True)]
    shown = [row for row in rows if row["ratio"] is not None]
    height = round(STEP * max(length, 1.0))
    scale = alt.Scale(domain=[0, max(length, 1.0)], reverse=True, nice=False)
    y, line, beside = (alt.Y(f"{name}:Q", axis=None, scale=scale) for name in ("row", "line", "beside"))
    x = alt.X(
        "ratio:Q",
        scale=alt.Scale(type="log", domain=[least, most], nice=False),
        axis=alt.Axis(
            values=_ticks(least, most),
            format="~g",
            orient="top",
            gridColor=LINE,
            labelPadding=6,
            labelSeparation=8,
        ),
    )
    every, some = alt.Chart(alt.InlineData(values=rows)), alt.Chart(alt.InlineData(values=shown))
    one = alt.Chart(alt.InlineData(values=[{"ratio": 1.0}]))
    said = alt.Description("said:N")
    label = every.mark_text(align="left", color=INK, fontSize=12)
    heading = every.mark_text(align="left", color=INK, fontSize=12, fontWeight=600)
    numbers = every.mark_text(align="right" if narrow else "left", color=INK, fontSize=12)
    arrow = some.mark_point(shape="triangle-right", filled=True, size=40, color=INK, opacity=1)
    cap = some.mark_tick(orient="vertical", color=INK, thickness=1.5, size=CAP, opacity=1)
    layers = (
        one.mark_rule(color=MUTED, strokeDash=[4, 3], strokeWidth=1.5).encode(x=x),
        some.mark_rule(color=INK, strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q", y=y),
        arrow.transform_filter("datum.beyond").encode(x=alt.X("high:Q"), y=y),
        arrow.transform_filter("datum.below").encode(x=alt.X("low:Q"), y=y, angle=alt.value(180)),
        some.mark_point(size=75, opacity=1, stroke=SERIES[0], strokeWidth=2).encode(
            x=x,
            y=y,
            fill=alt.condition("datum.clear", alt.value(SERIES[0]), alt.value("white")),
            description=said,
            tooltip=alt.Tooltip("said:N"),
        ),
        cap.transform_filter("!datum.beyond").encode(x=alt.X("high:Q"), y=y),
        cap.transform_filter("!datum.below").encode(x=alt.X("low:Q"), y=y),
        label.transform_filter("!datum.heading").encode(x=alt.value(indent - left), y=line, text="label:N"),
        heading.transform_filter("datum.heading").encode(x=alt.value(-left), y=line, text="label:N"),
        numbers.encode(x=alt.value(width if narrow else width + 12), y=beside, text="text:N"),
        _side(less, 0.0, height, "left"),
        _side(more, float(width), height, "right"),
    )
    chart = alt.layer(*layers).properties(width=width, height=height)
    return framed(chart, frame, left=left)


_Place = tuple[float, float, float]
"""Where, in rows from the top, a point's interval, its label and its numbers stand."""


def _places(points: Sequence[Point], *, narrow: bool) -> tuple[list[_Place], float]:
    """Where each point stands, and how many rows all take."""
    if not narrow:
        return [(at + 0.5, at + 0.5, at + 0.5) for at in range(len(points))], float(len(points))
    places: list[_Place] = []
    at = 0.0
    for point in points:
        label = at + (0.7 if point.heading else 0.5)
        crowded = 6.5 * (len(point.label) + len(point.text)) > NARROW
        beside = label + 0.65 * crowded
        drawn = beside + 0.6 * (point.ratio is not None)
        places.append((drawn, label, beside))
        at = drawn + (0.45 if point.ratio is not None else 0.35)
    return places, at


def _row(place: _Place, point: Point, least: float, most: float) -> dict[str, object]:
    row: dict[str, object] = dict(zip(("row", "line", "beside"), (round(at, 3) for at in place), strict=True))
    row |= {"label": point.label, "text": point.text, "ratio": None}
    row |= {"heading": point.heading, "said": f"{point.label}: {point.text}"}
    if point.ratio is None or point.low is None or point.high is None:
        return row
    return row | {
        "ratio": min(max(point.ratio, least), most),
        "low": max(point.low, least),
        "high": min(point.high, most),
        "below": point.low < least,
        "beyond": point.high > most,
        "clear": not point.low <= 1 <= point.high,
    }


def _range(points: Sequence[Point]) -> tuple[float, float]:
    """From a bit under the lowest bound to a bit over the highest, with every ratio and 1 well inside."""
    low = min((point.low for point in points if point.low), default=1.0)
    high = max((point.high for point in points if point.high), default=1.0)
    room = 10 ** (0.05 * max(log10(high / low), 1))
    ratios = [point.ratio for point in points if point.ratio]
    least = min(1 / WIDEST, min(ratios, default=1.0) / 2)
    most = max(WIDEST, max(ratios, default=1.0) * 2)
    return max(min(low, 0.7) / room, least), min(max(high, 1.5) * room, most)


def _ticks(least: float, most: float) -> list[float]:
    """Round numbers along the axis: powers of ten, and 2 and 5 times those where there is room."""
    steps = (1, 2, 5) if most / least <= 5_000 else (1,)
    powers = range(floor(log10(least)), ceil(log10(most)) + 1)
    ticks = [float(f"{step}e{power}") for power in powers for step in steps]
    return [tick for tick in ticks if least <= tick <= most]


def _side(text: str, x: float, height: int, align: Literal["left", "right"]) -> Any:
    return (
        alt.Chart(alt.InlineData(values=[{"text": text}]))
        .mark_text(align=align, baseline="top", color=MUTED, fontSize=11)
        .encode(x=alt.value(x), y=alt.value(height + 6), text="text:N")
    )
