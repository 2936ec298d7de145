"""What stands around every picture, so that it explains itself wherever it is pasted."""

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import altair as alt

from tiphub.charts.render import Spec
from tiphub.charts.theme import CONFIG, MUTED


@dataclass(frozen=True, slots=True)
class Frame:
    """Title, what the numbers are shares of, and where they come from."""

    title: str
    subtitle: str
    note: str


def framed(chart: Any, frame: Frame, *, left: int = 0) -> Spec:
    """Put the frame around a chart and write it as a Vega-Lite spec; ``left`` is the room its labels take."""
    characters = int((chart.width + left) / 5.9)
    lines = wrap(frame.note, characters)
    note = (
        alt.Chart(alt.InlineData(values=[{"note": lines}]))
        .mark_text(align="left", baseline="top", color=MUTED, fontSize=11, lineHeight=15)
        .encode(text="note:N", x=alt.value(-left), y=alt.value(0))
        .properties(width=chart.width, height=15 * len(lines))
    )
    subtitle = wrap(frame.subtitle, int(characters * 0.93))
    title = alt.TitleParams(wrap(frame.title, int(characters * 0.66)), subtitle=subtitle, dx=-left)
    whole = (
        alt.vconcat(chart, note, spacing=14)
        .resolve_scale(color="independent", fill="independent")
        .properties(title=title, config=dict(CONFIG))
    )
    spec: Spec = whole.to_dict(validate=False)
    return spec
