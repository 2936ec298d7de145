"""Estimates of a hidden total by several models, as dots with their 95% intervals, beside the number seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import altair as alt

from tiphub.charts.frame import Frame, framed
from tiphub.charts.render import Spec
from tiphub.charts.theme import ACCENT, INK, LINE, MUTED, SERIES

_WIDTH = 440
_FOOT = " "
"""The row under the models, where the lines and bands are named."""

_SPREAD = 20.0
"""From this ratio of the highest to the lowest number on, the axis is logarithmic."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model's total with its 95% interval; ``high`` is ``None`` where there is no upper limit.

    ``text`` is how the numbers are written; ``total`` is ``None`` where the model has no estimate.
    """

    label: str
    text: str
    total: float | None
    low: float | None = None
    high: float | None = None


def prevalence(
    models: Sequence[Model],
    observed: int,
    frame: Frame,
    published: tuple[float, float] | None = None,
    *,
    exact: bool = True,
) -> Spec:
    """One row a model in the order given, its numbers written behind it, a line at the people seen.

    An interval without an upper limit runs to the edge and ends in an arrow. A published range is a band.
    ``exact``: whether the people seen are counted without noise.
    """
    ends = [end for item in models for end in (item.total, item.low, item.high) if end is not None]
    known = [float(observed), *ends, *(published or ())]
    most, least = max(known, default=1.0), max(min(known, default=1.0), 1.0)
    logarithmic = most / least > _SPREAD
    top = most * (1.35 if logarithmic else 1.06)
    bottom = least * 0.8 if logarithmic else 0.0
    across = alt.X(
        "total:Q",
        scale=alt.Scale(type="log" if logarithmic else "linear", domain=[bottom, top], nice=False),
        axis=alt.Axis(format=",d", orient="top", values=_marks(bottom, top)),
    )
    labels = [item.label for item in models]
    left = min(40 + 6 * max((len(label) for label in labels), default=0), 250)
    values = [
        {
            "label": item.label,
            "total": item.total,
            "low": item.low,
            "high": top if item.high is None else item.high,
            "open": item.total is not None and item.high is None,
            "text": item.text,
        }
        for item in models
    ]
    row = alt.Y(
        "label:N",
        sort=[*labels, _FOOT],
        axis=alt.Axis(grid=False, labelPadding=8, minExtent=left, maxExtent=left),
    )
    base = alt.Chart(alt.InlineData(values=values)).encode(y=row)
    shown = base.transform_filter("datum.total != null")
    seen = alt.Chart(
        alt.InlineData(
            values=[
                {"total": observed, "text": f"{'' if exact else 'about '}{observed:,} seen", "label": _FOOT}
            ]
        )
    ).encode(x=across)
    interval = shown.mark_rule(color=SERIES[0], strokeWidth=3, opacity=0.55).encode(x="low:Q", x2="high:Q")
    arrow = shown.transform_filter("datum.open").mark_point(
        shape="triangle-right", color=SERIES[0], filled=True, size=90, opacity=1
    )
    layers = [
        *_band(published, row),
        seen.mark_rule(color=ACCENT, strokeWidth=1.5, strokeDash=[4, 3]),
        seen.mark_text(color=ACCENT, fontSize=12, align="left", dx=5, dy=-5).encode(text="text:N", y=row),
        interval,
        arrow.encode(x="high:Q"),
        shown.mark_point(color=SERIES[0], filled=True, size=90, opacity=1).encode(x=across),
        base.mark_text(align="left", color=INK, fontSize=12).encode(x=alt.value(_WIDTH + 10), text="text:N"),
    ]
    chart = alt.layer(*layers).properties(width=_WIDTH, height=alt.Step(34))
    return framed(chart, frame, left=left)


def _marks(bottom: float, top: float) -> list[float]:
    """Round numbers that leave room for each other."""
    if bottom > 0:
        powers = [10.0**power for power in range(10)]
        for steps in ((1, 2, 5), (1, 3), (1,)):
            found = [step * power for power in powers for step in steps if bottom <= step * power <= top]
            if len(found) <= 7:
                return found
        return found
    width = 10.0 ** floor(log10(top / 4))
    step = next(step * width for step in (1, 2, 2.5, 5, 10) if top / (step * width) <= 6)
    return [step * place for place in range(int(top / step) + 1)]


def _band(published: tuple[float, float] | None, row: alt.Y) -> list[alt.Chart]:
    if published is None:
        return []
    low, high = published
    text = f"published: {low:,.0f} to {high:,.0f}"
    base = alt.Chart(alt.InlineData(values=[{"low": low, "high": high, "text": text, "label": _FOOT}]))
    words = base.mark_text(color=MUTED, fontSize=11, align="left", dy=11)
    return [
        base.mark_rect(color=LINE, opacity=0.7).encode(x="low:Q", x2="high:Q"),
        words.encode(x="low:Q", text="text:N", y=row),
    ]
