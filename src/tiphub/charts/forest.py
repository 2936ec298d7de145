"""Odds ratios with their 95% intervals on a log scale: a forest plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Literal

import altair as alt

from tiphub.charts.frame import Frame, framed
from tiphub.charts.render import Spec
from tiphub.charts.theme import INK, LINE, MUTED, SERIES

STEP = 24
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
    points: Sequence[Point], frame: Frame, *, less: str = "lower odds", more: str = "higher odds"
) -> Spec:
    """A row a point, in the order given; the numbers written at the right; 1 marked as no difference.

    What an interval tells shows without colour: a filled point where it leaves 1 out, a hollow one where it
    does not.
    """
    least, most = _range(points)
    rows = [_row(place, point, least, most) for place, point in enumerate(points)]
    shown = [row for row in rows if row["ratio"] is not None]
    left = min(30 + 6 * max((len(point.label) for point in points), default=0), 270)
    width, height = 360, STEP * max(len(points), 1)
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[-0.6, len(points) - 0.4], reverse=True, nice=False))
    x = alt.X(
        "ratio:Q",
        scale=alt.Scale(type="log", domain=[least, most], nice=False),
        axis=alt.Axis(values=_ticks(least, most), format="~g", orient="top", gridColor=LINE, labelPadding=6),
    )
    every, some = alt.Chart(alt.InlineData(values=rows)), alt.Chart(alt.InlineData(values=shown))
    one = alt.Chart(alt.InlineData(values=[{"ratio": 1.0}]))
    said = alt.Description("said:N")
    label = every.mark_text(align="left", color=INK, fontSize=12)
    heading = every.mark_text(align="left", color=INK, fontSize=12, fontWeight=600)
    arrow = some.mark_point(shape="triangle-right", filled=True, size=40, color=INK, opacity=1)
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
        label.transform_filter("!datum.heading").encode(x=alt.value(14 - left), y=y, text="label:N"),
        heading.transform_filter("datum.heading").encode(x=alt.value(-left), y=y, text="label:N"),
        every.mark_text(align="left", color=INK, fontSize=12).encode(
            x=alt.value(width + 12), y=y, text="text:N"
        ),
        _side(less, 0.0, height, "left"),
        _side(more, float(width), height, "right"),
    )
    chart = alt.layer(*layers).properties(width=width, height=height)
    return framed(chart, frame, left=left)


def _row(place: int, point: Point, least: float, most: float) -> dict[str, object]:
    row: dict[str, object] = {"row": place, "label": point.label, "text": point.text, "ratio": None}
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
