"""Shares with their intervals, narrow enough to be read on a phone: every bar says what it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from tiphub.charts.frame import Frame, framed
from tiphub.charts.render import Spec
from tiphub.charts.theme import INK, MUTED, NO_DATA, PAPER, SERIES

WIDTH = 340
_HEADING, _LABEL, _BAR, _GAP = 20, 20, 14, 8
_LETTER = 6.6
"""How wide a letter is at most, on average, in pixels at the size of the labels."""


@dataclass(frozen=True, slots=True)
class Share:
    """One share (0 to 1) of an ``option`` in a ``part``; either may be empty if there is only one.

    ``text`` is how the number is written; ``share`` is ``None`` where there is no number.
    """

    option: str
    part: str
    text: str
    share: float | None
    low: float | None = None
    high: float | None = None


def shares(items: Sequence[Share], frame: Frame) -> Spec:
    """Bars from zero in the order given, one under another, each with its interval as a line across its end.

    A bar that stands alone is drawn on a bar of everybody. With both options and parts, the parts stand under
    each option, told apart by name as well as by colour: “61.3% of children”.
    """
    grouped = len({item.option for item in items}) > 1 and len({item.part for item in items}) > 1
    parts = list(dict.fromkeys(item.part for item in items))
    rows, headings, down, last = [], [], 0, None
    for item in items:
        label = item.option or item.part
        if grouped and item.option != last:
            down += _GAP if last is not None else 0
            headings.append({"y": down + _HEADING / 2, "text": item.option})
            down += _HEADING
        elif not grouped:
            headings.append({"y": down + _LABEL / 2, "text": label})
            down += _LABEL if label else 0
        last = item.option
        text = _of(item) if grouped else item.text
        colour = SERIES[parts.index(item.part) % len(SERIES)] if grouped else SERIES[0]
        said = ", ".join(part for part in (item.option, item.part, item.text) if part)
        rows.append(_row(item, down, text, colour, said))
        down += _BAR + (3 if grouped else _GAP)
    top = max((item.high or item.share or 0.0 for item in items), default=0.0) or 1.0
    room = 12 + _LETTER * max((len(str(row["text"])) for row in rows), default=0)
    alone = len(rows) == 1
    top = 1.0 if alone else top
    rows = [row | {"said_at": 1 if alone else row["end"]} for row in rows]
    across = alt.Scale(domain=[0, top * WIDTH / max(WIDTH - room, 60)], nice=False)
    height = max(down, _BAR)
    scale = alt.Scale(domain=[0, height], range=[0, height])
    base = alt.Chart(alt.InlineData(values=rows))
    drawn = alt.Chart(alt.InlineData(values=[row for row in rows if row["share"] is not None]))
    y = alt.Y("middle:Q", scale=scale, axis=None)
    whole = alt.Chart(alt.InlineData(values=[row | {"all": 1} for row in rows if alone]))
    ends = {"y": alt.Y("above:Q", scale=scale, axis=None), "y2": "below:Q"}
    layers = (
        whole.mark_bar(color=NO_DATA, cornerRadius=1).encode(
            x=alt.X("zero:Q", scale=across, axis=None),
            x2="all:Q",
            y=alt.Y("top:Q", scale=scale, axis=None),
            y2="bottom:Q",
        ),
        drawn.mark_bar(cornerRadius=1).encode(
            x=alt.X("zero:Q", scale=across, axis=None),
            x2="share:Q",
            y=alt.Y("top:Q", scale=scale, axis=None),
            y2="bottom:Q",
            color=alt.Color("colour:N", scale=None),
            description=alt.Description("said:N"),
        ),
        drawn.mark_rule(color=PAPER, strokeWidth=4).encode(x=alt.X("low:Q", scale=across), x2="high:Q", y=y),
        drawn.mark_rule(color=INK, strokeWidth=1.6).encode(x=alt.X("low:Q", scale=across), x2="high:Q", y=y),
        drawn.mark_rule(color=INK, strokeWidth=1.6).encode(x=alt.X("low:Q", scale=across), **ends),
        drawn.mark_rule(color=INK, strokeWidth=1.6).encode(x=alt.X("high:Q", scale=across), **ends),
        base.mark_text(align="left", dx=7, color=INK, fontSize=12).encode(
            x=alt.X("said_at:Q", scale=across, axis=None), y=y, text="text:N"
        ),
        alt.Chart(alt.InlineData(values=headings))
        .mark_text(align="left", color=INK if grouped else MUTED, fontSize=12.5, fontWeight=600)
        .encode(x=alt.value(0), y=alt.Y("y:Q", scale=scale, axis=None), text="text:N"),
    )
    return framed(alt.layer(*layers).properties(width=WIDTH, height=height), frame)


def _of(item: Share) -> str:
    """A share with what it is of: “61.3% of children”."""
    return f"{item.part}: {item.text}" if item.share is None else f"{item.text} of {item.part}"


def _row(item: Share, down: int, text: str, colour: str, said: str) -> dict[str, object]:
    middle = down + _BAR / 2
    low = item.share if item.low is None else item.low
    high = item.share if item.high is None else item.high
    return {
        "zero": 0,
        "share": item.share,
        "low": low,
        "high": high,
        "end": high or 0,
        "top": down,
        "bottom": down + _BAR,
        "middle": middle,
        "above": middle - 4,
        "below": middle + 4,
        "text": text,
        "colour": colour,
        "said": said,
    }
