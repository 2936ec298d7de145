"""A forest plot says its numbers, and shows without colour what an interval tells."""

import json
import xml.etree.ElementTree as ET
from typing import Any

import altair as alt

from tiphub.charts import Frame, png, svg
from tiphub.charts.forest import Point, forest

FRAME = Frame("Odds of being a child", "1,000 people.", "Source: a test.")
POINTS = [
    Point("Gender", "", heading=True),
    Point("Woman", "1 (reference)"),
    Point("Man", "1.90 (1.50–2.40)", 1.9, 1.5, 2.4),
    Point("Trans", "1.10 (0.40–3.00)", 1.1, 0.4, 3.0),
    Point("Low income", "28.0 (9.0–200)", 28.0, 9.0, 200.0),
]


def rows(spec: Any) -> list[dict[str, Any]]:
    """The rows that the spec carries: its longest data set."""
    return max(spec["datasets"].values(), key=len)


def test_every_label_and_number_is_written_and_the_spec_is_valid() -> None:
    spec: Any = forest(POINTS, FRAME)
    alt.Chart.from_dict(spec, validate=True)
    drawn = svg(spec)
    said = " ".join(item.text or "" for item in ET.fromstring(drawn).iter())
    for point in POINTS:
        assert point.label in said
        assert point.text in said
    assert '"url"' not in json.dumps(spec)


def test_intervals_that_hold_one_are_hollow_and_those_too_long_are_cut_with_an_arrow() -> None:
    found = {row["label"]: row for row in rows(forest(POINTS, FRAME))}
    assert (found["Man"]["clear"], found["Trans"]["clear"]) == (True, False)
    assert found["Low income"]["beyond"]
    assert found["Low income"]["high"] == 56.0
    assert not found["Man"]["beyond"]
    assert found["Woman"]["ratio"] is None


def test_a_ratio_stands_where_it_is_however_large() -> None:
    far = Point("Low income", "104 (60.7–178)", 104.0, 60.7, 178.0)
    spec: Any = forest([*POINTS, far, Point("Old", "0.001 (0.0001–0.004)", 0.001, 0.0001, 0.004)], FRAME)
    low, old = rows(spec)[-2:]
    assert (low["ratio"], low["low"], low["high"], low["beyond"]) == (104.0, 60.7, 178.0, False)
    assert (old["ratio"], old["low"], old["high"], old["below"]) == (0.001, 0.0005, 0.004, True)


def test_nothing_to_show_is_still_a_picture() -> None:
    for points in ([], [Point("Woman", "1 (reference)")]):
        assert png(forest(points, FRAME), scale=1).startswith(b"\x89PNG")


def drawn_texts(spec: Any) -> dict[str, tuple[str, float, float]]:
    """Where each text of the plot is anchored, and its place, as the renderer wrote it."""
    found = {}
    for item in ET.fromstring(svg(spec)).iter("{http://www.w3.org/2000/svg}text"):
        x, y = item.attrib["transform"].removeprefix("translate(").rstrip(")").split(",")
        found[item.text or ""] = (item.attrib["text-anchor"], float(x), float(y))
    return found


def test_a_narrow_plot_is_of_a_phones_width_and_writes_above_the_intervals() -> None:
    crowded = Point(
        "A label that leaves no room for any number beside it", "0.45 (0.30–0.66)", 0.45, 0.3, 0.66
    )
    spec: Any = forest([*POINTS, crowded], FRAME, narrow=True)
    alt.Chart.from_dict(spec, validate=True)
    assert float(ET.fromstring(svg(spec)).attrib["width"]) < 360
    found = drawn_texts(spec)
    for point in [*POINTS[1:], crowded]:
        (anchor, x, y), (side, end, beside) = found[point.label], found[point.text]
        assert (anchor, side, x, end) == ("start", "end", 0.0, 300.0)
        assert (beside > y) == (point == crowded)
    for row in rows(spec):
        assert row["ratio"] is None or row["row"] > row["beside"] >= row["line"]


def test_an_interval_that_is_smaller_than_its_point_has_ends_that_are_seen() -> None:
    drawn = ET.fromstring(svg(forest([Point("Man", "1.90 (1.88–1.92)", 1.9, 1.88, 1.92)], FRAME)))
    ends = [item for item in drawn.iter() if item.attrib.get("aria-roledescription") == "tick"]
    assert len(ends) == 2
