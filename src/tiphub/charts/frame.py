"""What stands around every picture, so that it explains itself wherever it is pasted."""

from dataclasses import dataclass
from textwrap import wrap
from typing import Any
from unicodedata import bidirectional

import altair as alt

from tiphub.charts.render import Spec
from tiphub.charts.theme import CONFIG, MUTED


@dataclass(frozen=True, slots=True)
class Frame:
    """Title, what the numbers are shares of, and where they come from; a line break begins a new line.

    ``thousands`` and ``decimal`` are how numbers on the axes are written; ``rtl``: it is written from right
    to left.
    """

    title: str
    subtitle: str
    note: str
    thousands: str = ","
    decimal: str = "."
    rtl: bool = False


def framed(chart: Any, frame: Frame, *, left: int = 0) -> Spec:
    """Put the frame around a chart and write it as a Vega-Lite spec; ``left`` is the room its labels take."""
    room = chart.width + left
    above, below = (
        _lines(text, size, room, left, rtl=frame.rtl)
        for text, size in ((frame.subtitle, 12), (frame.note, 11))
    )
    whole = (
        alt.vconcat(above, chart, below, spacing=14)
        .resolve_scale(color="independent", fill="independent")
        .properties(title=alt.TitleParams(wrap(frame.title, int(room / 9)), dx=-left))
    )
    spec: Spec = whole.to_dict(validate=False)
    digits = {"decimal": frame.decimal, "thousands": frame.thousands, "grouping": [3], "currency": ["", ""]}
    return {**spec, "config": {**CONFIG, "locale": {"number": digits}}}


def ordered(text: str) -> str:
    """A text marked as written from right to left if any of it is, else its parts trade places in a picture.

    >>> ordered("48 سنة") == "\u206748 سنة\u2069", ordered("9–17") == "\u20669–17\u2069"
    (True, True)
    """
    if not text:
        return ""
    leftward = any(bidirectional(sign) in {"R", "AL"} for sign in text)
    return ("\u2067" if leftward else "\u2066") + text + "\u2069"


def _lines(text: str, size: int, room: int, left: int, *, rtl: bool) -> Any:
    """Running text, a mark a line: one mark of several lines is drawn over itself in Arabic.

    Amid a script from right to left each line is marked as what it is.
    """
    lines = [line for part in text.split("\n") for line in wrap(part, int(room / (0.54 * size)))] or [""]
    if rtl:
        lines = [ordered(line) for line in lines]
    step = size + 4
    values = [{"text": line, "y": number * step} for number, line in enumerate(lines)]
    return (
        alt.Chart(alt.InlineData(values=values))
        .mark_text(align="left", baseline="top", color=MUTED, fontSize=size)
        .encode(text="text:N", x=alt.value(-left), y=alt.Y("y:Q", scale=None, axis=None))
        .properties(width=1, height=step * len(lines))
    )
