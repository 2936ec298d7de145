"""Pictures of shares: what is written behind a bar reads as it is meant, and nothing is dropped unsaid."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace

import ibis
import pytest

from tiphub.charts import Frame, Spec, svg
from tiphub.charts.shares import Share, shares
from tiphub.evidence.findings import Result, Source, answer, library
from tiphub.portal.stories.picture import finding_spec
from tiphub.standard import flag_name, load_standard

STANDARD = load_standard()
FINDINGS = {finding.name: finding for finding in library(STANDARD)}
FRAME = Frame("Types of exploitation", "Of people.", "Source: a test.")
TEXT = "{http://www.w3.org/2000/svg}text"


def written(spec: Spec) -> list[str]:
    """Every line of a picture."""
    return ["".join(item.itertext()) for item in ET.fromstring(svg(spec)).iter(TEXT)]


def test_a_share_says_what_it_is_of() -> None:
    items = [
        Share("Sexual exploitation", "children", "61.3%", 0.613, 0.60, 0.62),
        Share("Sexual exploitation", "adults", "60.0%", 0.60, 0.59, 0.61),
        Share("Forced labour", "children", "30.8%", 0.308, 0.30, 0.32),
        Share("Forced labour", "adults", "not shown", None),
    ]
    said = written(shares(items, FRAME))
    assert {"61.3% of children", "60.0% of adults", "30.8% of children", "adults: not shown"} <= set(said)


def test_where_there_are_only_parts_or_only_options_the_name_stands_above() -> None:
    for items in (
        [Share("", "children", "4%", 0.04), Share("", "adults", "2%", 0.02)],
        [Share("A", "", "4%", 0.04)],
    ):
        said = written(shares(items, FRAME))
        assert {item.text for item in items} <= set(said)
        assert {item.option or item.part for item in items} <= set(said)
        assert not any(" of " in line for line in said if "%" in line)


def sectors(*, smallest_count: int | None = None) -> Result:
    """Children and adults in all sectors of labour, few adults in those in which many children are."""
    options = [code.code for code in STANDARD.options("labour_sector") if not code.merged_from]
    people = [("child", option, 40 - 3 * place) for place, option in enumerate(options)]
    people += [("adult", option, 10 + 9 * place) for place, option in enumerate(options)]
    rows = [(status, option) for status, option, count in people for _ in range(max(count, 1))]
    columns: dict[str, list[object]] = {"majority_status": [status for status, _ in rows]}
    columns |= {
        flag_name("labour_sector", name): [True if name == option else None for _, option in rows]
        for name in options
    }
    source = Source(ibis.memtable(columns), smallest_count)
    return answer(FINDINGS["labour_sectors_children"], source, STANDARD)


@pytest.mark.parametrize("smallest_count", [None, 11])
def test_what_is_not_drawn_is_counted_and_what_the_sentence_names_is_drawn(
    smallest_count: int | None,
) -> None:
    result = sectors(smallest_count=smallest_count)
    spec = finding_spec(result, "Source: a test.")
    assert spec is not None
    said = written(spec)
    labels = {cell.option_label for cell in result.cells}
    drawn = labels & set(said)
    assert set(re.findall("“(.+?)”", result.sentence)) <= drawn
    note = " ".join(said[next(place for place, line in enumerate(said) if line.startswith("Not drawn:")) :])
    assert "The table and the JSON of this finding have all. Source: a test." in note
    counted = sum(int(number) for number in re.findall(r"(\d+) more answer", note))
    assert counted == len(labels - drawn) > 0
    left = [cell.estimate.share for cell in result.cells if cell.option_label not in drawn]
    shown = [share for share in left if share]
    assert ("with nobody" in note) == (0 in left)
    if limit := re.search(r"none above ([\d.]+)%", note):
        assert max(shown) <= float(limit[1]) / 100 < max(shown) + 0.001
    else:
        assert not shown


def test_answers_are_in_order_of_size_and_a_picture_of_all_says_nothing_of_others() -> None:
    status = ["child"] * 30 + ["adult"] * 30
    family = [True] * 20 + [None] * 20 + [True] * 20
    friend = [None] * 20 + [True] * 20 + [None] * 20
    table = {
        "majority_status": status,
        "recruiter_relation_family": family,
        "recruiter_relation_friend": friend,
    }
    spec = finding_spec(answer(FINDINGS["recruiters_children"], Source(ibis.memtable(table)), STANDARD), "S.")
    assert spec is not None
    said = written(spec)
    assert said.index("Family") < said.index("Friend or acquaintance")
    assert not any("Not drawn" in line for line in said)
    assert Counter(line for line in said if "%" in line)["66.7% of children"] == 1


@pytest.mark.parametrize("noisy", [False, True])
def test_a_region_in_which_nobody_is_is_left_to_the_table(noisy: bool) -> None:
    countries = ["KEN"] * 400 + ["FRA"] * 300 + ["PHL"] * 200 + ["MEX"] * 100
    found = answer(
        FINDINGS["exploitation_regions"],
        Source(ibis.memtable({"country_of_exploitation": countries})),
        STANDARD,
    )
    result = replace(found, includes=(*found.includes, "privacy noise")) if noisy else found
    spec = finding_spec(result, "Source: a test.")
    assert spec is not None
    said = written(spec)
    assert {"Africa", "Europe", "Asia", "Americas"} <= set(said)
    assert "Oceania" not in said
    few = "1 more answer with too few people to tell." if noisy else "1 more answer with nobody."
    assert few in " ".join(said)


@pytest.mark.parametrize("noisy", [False, True])
def test_whoever_is_there_is_drawn_unless_noise_hides_it(noisy: bool) -> None:
    columns = {flag_name("exploitation_type", name): [True] * 5_000 for name in ("forced_labour", "other")}
    columns |= {flag_name("exploitation_type", "organ_removal"): [True] + [False] * 4_999}
    found = answer(FINDINGS["exploitation_types"], Source(ibis.memtable(columns)), STANDARD)
    result = replace(
        found,
        includes=(*found.includes, "privacy noise") if noisy else found.includes,
        sentence="Of people, all are in forced labour.",
    )
    spec = finding_spec(result, "Source: a test.")
    assert spec is not None
    said = written(spec)
    assert ("Organ removal" in said) is not noisy
    assert ("1 more answer with too few people to tell" in " ".join(said)) is noisy
