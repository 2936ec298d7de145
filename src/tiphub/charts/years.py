"""How many people were registered in each year, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from tiphub.charts.frame import Frame, framed
from tiphub.charts.render import Spec
from tiphub.charts.theme import INK, SERIES


@dataclass(frozen=True, slots=True)
class Year:
    """One year's count, and its bounds where noise was added; ``None`` where it may not be shown."""

    year: int
    count: int | None
    text: str
    low: int | None = None
    high: int | None = None


def years(items: Sequence[Year], frame: Frame) -> Spec:
    """Columns from zero, every year its own, its bounds a line across its end, the highest labelled."""
    best = max((item.count or 0 for item in items), default=0)
    top = max((item.high or item.count or 0 for item in items), default=0)
    values = [
        {
            "year": str(item.year),
            "count": item.count or 0,
            "low": item.low,
            "high": item.high,
            "end": item.high or item.count or 0,
            "text": item.text if item.count == best else "",
        }
        for item in items
    ]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("year:O", axis=alt.Axis(grid=False, labelAngle=0, labelOverlap="greedy", labelPadding=6)),
        y=alt.Y(
            "count:Q",
            axis=alt.Axis(format=",d", tickCount=4, minExtent=44, maxExtent=44),
            scale=alt.Scale(domain=[0, max(top, 1) * 1.12]),
        ),
    )
    layers = (
        base.mark_bar(color=SERIES[0], cornerRadiusEnd=2),
        base.mark_rule(color=INK, strokeWidth=1.5).encode(y="low:Q", y2="high:Q"),
        base.mark_text(baseline="bottom", dy=-5, color=INK, fontSize=12).encode(y="end:Q", text="text:N"),
    )
    chart = alt.layer(*layers).properties(width=560, height=220)
    return framed(chart, frame, left=44)
