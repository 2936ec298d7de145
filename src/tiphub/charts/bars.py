"""Shares of the options of one question, as bars with their 95% intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import altair as alt

from tiphub.charts.frame import Frame, framed, ordered
from tiphub.charts.render import Spec
from tiphub.charts.theme import INK, SERIES


@dataclass(frozen=True, slots=True)
class Bar:
    """One option's share (0 to 1) in one series; ``text`` is how the number is written.

    ``share`` is ``None`` where the number may not be shown.
    """

    label: str
    text: str
    share: float | None
    low: float | None = None
    high: float | None = None
    series: str = ""


def bars(items: Sequence[Bar], frame: Frame) -> Spec:
    """Bars from zero, in the order given, the number written behind each."""
    if frame.rtl:
        items = [replace(item, label=ordered(item.label), text=ordered(item.text)) for item in items]
    series = list(dict.fromkeys(item.series for item in items))
    labels = list(dict.fromkeys(item.label for item in items))
    top = max((item.high or item.share or 0.0 for item in items), default=0.0) or 1.0
    values = [
        {
            "label": item.label,
            "series": item.series,
            "share": item.share or 0,
            "low": item.low,
            "high": item.high,
            "end": item.high or item.share or 0,
            "text": item.text,
        }
        for item in items
    ]
    left = min(40 + 6 * max((len(label) for label in labels), default=0), 250)
    axis = alt.Axis(grid=False, labelPadding=8, minExtent=left, maxExtent=left)
    base = alt.Chart(alt.InlineData(values=values)).encode(y=alt.Y("label:N", sort=labels, axis=axis))
    across = alt.X(
        "share:Q",
        scale=alt.Scale(domain=[0, top * 1.18], nice=False),
        axis=alt.Axis(format=".0%", tickCount=5, orient="top"),
    )
    if len(series) > 1:
        base = base.encode(yOffset=alt.YOffset("series:N", sort=series))
    colour = alt.Color(
        "series:N",
        scale=alt.Scale(domain=series, range=list(SERIES[: len(series)])),
        legend=alt.Legend(orient="top", title=None) if len(series) > 1 else None,
    )
    layers = (
        base.mark_bar(cornerRadiusEnd=2).encode(x=across, color=colour),
        base.mark_rule(color=INK, strokeWidth=1.5).encode(x="low:Q", x2="high:Q"),
        base.mark_text(align="left", dx=6, color=INK, fontSize=12).encode(x="end:Q", text="text:N"),
    )
    step = 30 if len(series) == 1 else 18
    height = alt.Step(step, **({"for": "offset"} if len(series) > 1 else {"for": "position"}))
    chart = alt.layer(*layers).properties(width=420, height=height)
    return framed(chart, frame, left=left)
