"""Pictures as specs, SVG and PNG: what they say, and that nothing is fetched to draw them."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import altair as alt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiphub.charts import Bar, Frame, Place, Spec, Year, bars, png, svg, world, years
from tiphub.charts.render import text_alternative
from tiphub.charts.shapes import large, topology
from tiphub.charts.world import class_of, colours, thresholds
from tiphub.standard import load_standard

FRAME = Frame("Relation to the recruiter", "Of 3,220 people.", "Source: a test.")
SHARES = [Bar("Family", "40.3%", 0.403, 0.369, 0.439), Bar("Friend", "14.0%", 0.14, 0.12, 0.17)]
NAMED = {"{http://www.w3.org/2000/svg}title", "{http://www.w3.org/2000/svg}text"}


def words(drawn: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(drawn).iter() if item.tag in NAMED]


def specs() -> dict[str, Spec]:
    places = [
        Place("804", "Ukraine: 1,200 people", 1200, 49, 32, link="/dashboard?country=UKR"),
        Place("470", "Malta: 40 people", 40, 35.9, 14.4),
        Place("151", "Eastern Europe, country not shown: 90 people", 90, 52, 30, region=True),
    ]
    return {
        "bars": bars(SHARES, FRAME),
        "compared": bars([*SHARES, Bar("Family", "8.6%", 0.086, 0.077, 0.096, "Adults")], FRAME),
        "years": years([Year(2015, 30, "30"), Year(2016, None, ""), Year(2017, 45, "45")], FRAME),
        "world": world(places, FRAME, legend=["fewer than 100", "100–299", "300–999", "1,000 or more"]),
        "bare world": world(places, None),
        "empty world": world([], None),
        "no bars": bars([], FRAME),
        "no years": years([], FRAME),
    }


@pytest.mark.parametrize("name", specs())
def test_a_spec_is_valid_vega_lite_and_names_no_address(name: str) -> None:
    spec: Any = specs()[name]
    alt.Chart.from_dict(spec, validate=True)
    found = re.findall(r'"url": *"[^"]*"', json.dumps(spec))
    assert found == []
    assert words(svg(spec)) is not None


def test_bars_show_every_label_every_number_and_the_frame() -> None:
    said = " ".join(words(svg(specs()["bars"])))
    for part in ("Family", "40.3%", "Friend", "14.0%", "Of 3,220 people.", "Source: a test."):
        assert part in said


def test_bars_draw_the_interval_where_the_numbers_are() -> None:
    picture = next(part for part in specs()["bars"]["vconcat"] if "layer" in part)
    rules = [layer for layer in picture["layer"] if layer["mark"]["type"] == "rule"]
    assert rules[0]["encoding"]["x"]["field"] == "low"
    assert rules[0]["encoding"]["x2"]["field"] == "high"


def test_the_world_says_each_place_and_leads_on() -> None:
    drawn = svg(specs()["bare world"])
    said = words(drawn)
    assert "Ukraine: 1,200 people" in said
    assert "Malta: 40 people" in said
    assert "Eastern Europe, country not shown: 90 people" in said
    assert ' href="/dashboard?country=UKR"' in drawn
    assert set(re.findall(r"https?://[^\s\"/]+", drawn)) == {"http://www.w3.org"}


def test_no_style_attribute_that_a_strict_policy_would_refuse() -> None:
    for spec in specs().values():
        assert "style=" not in svg(spec)


def test_text_cannot_break_out_of_a_picture() -> None:
    evil = '"><script>alert(1)</script>'
    drawn = svg(bars([Bar(evil, evil, 0.5, 0.4, 0.6)], Frame(evil, evil, evil)))
    ET.fromstring(drawn)
    assert "<script" not in drawn
    assert "<script" not in text_alternative(drawn, evil)
    ET.fromstring(text_alternative(drawn, evil))


def test_a_png_is_one() -> None:
    assert png(specs()["bars"]).startswith(b"\x89PNG\r\n")


def test_every_country_of_the_standard_is_a_shape_or_can_be_a_circle() -> None:
    known = {shape.get("id") for shape in topology()["objects"]["countries"]["geometries"]}
    nowhere = {
        code.code
        for code in load_standard().codes_of("citizenship").codes
        if (extra := code.extra or {}).get("level") == "country"
        and extra.get("m49") not in known
        and not {"latitude", "longitude"} <= set(extra)
    }
    assert nowhere <= {"UMI"}, "only uninhabited islands may have no place on the map"


def test_small_countries_get_a_circle_and_large_ones_do_not() -> None:
    assert {"804", "076", "840"} <= large()
    assert not {"470", "702", "442", "048"} & large()


@given(st.lists(st.integers(1, 10**8), min_size=1, max_size=200))
def test_classes_are_in_order_and_each_count_has_a_colour(counts: list[int]) -> None:
    limits = thresholds(counts)
    assert list(limits) == sorted(set(limits))
    assert len(limits) <= 4
    shades = colours(limits)
    assert len(shades) == len(limits) + 1
    for count in counts:
        place = class_of(count, limits)
        assert 0 <= place < len(shades)
        assert place == 0 or limits[place - 1] <= count
        assert place == len(limits) or count < limits[place]
