"""Findings: published numbers, a naive recount, what a release left out, and files that are wrong."""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.evidence import wilson
from tiphub.evidence.findings import Result, Source, answer, choose, library, parse_finding
from tiphub.mapping import open_standard
from tiphub.portal.stories.picture import finding_spec
from tiphub.standard import load_standard

STANDARD = load_standard()
LIBRARY = library(STANDARD)
FLAGS = {
    f"recruiter_relation_{name}": pa.bool_() for name in ("family", "friend", "intimate_partner", "other")
}
SCHEMA = pa.schema(
    {
        "gender": pa.string(),
        "age_band": pa.string(),
        "majority_status": pa.string(),
        "year_of_registration": pa.int32(),
    }
    | FLAGS
)


def ask(name: str, source: Source) -> Result:
    return answer(choose(LIBRARY, [name])[0], source, STANDARD)


def of(records: list[dict[str, Any]], **more: Any) -> Source:
    return Source(ibis.memtable(pa.Table.from_pylist(records, schema=SCHEMA)), **more)


def written(text: str, name: str = "own.yml") -> Any:
    return parse_finding(text, name, STANDARD)


@pytest.fixture(scope="module")
def year_2018(shared_data: Path) -> Iterator[Source]:
    with DuckDBEngine() as engine:
        path = shared_data / "ctdc_global_dataset_2018.csv.gz"
        opened = open_standard(path, "ctdc-2018", STANDARD, engine)
        yield Source(opened.table.select(*opened.columns))


@pytest.fixture(scope="module")
def year_2024(shared_data: Path) -> Iterator[Source]:
    with DuckDBEngine() as engine:
        path = shared_data / "ctdc_global_synthetic_2024_sample.csv.gz"
        opened = open_standard(path, "ctdc-2024", STANDARD, engine)
        yield Source(opened.table.select(*opened.columns))


def test_what_was_published_of_the_2018_file_comes_back(year_2018: Source) -> None:
    known = {
        "family": ((751, 0.403), (3_220, 0.086)),
        "intimate_partner": ((751, 0.246), (3_220, 0.268)),
        "friend": ((751, 0.140), (3_220, 0.097)),
        "other": ((751, 0.264), (3_220, 0.568)),
    }
    found = ask("recruiters_children", year_2018)
    for option, pair in known.items():
        for part, (base, share) in zip(("child", "adult"), pair, strict=True):
            estimate = found.cell(part, option).estimate
            assert estimate.denominator == base
            assert estimate.share == pytest.approx(share, abs=0.0005)
    recruiters = ask("recruiters", year_2018).cell(option="family").estimate
    assert recruiters.denominator == 7_385
    recruited = ibis.or_(*(year_2018.table[name].fill_null(False) for name in FLAGS))
    status = year_2018.table.filter(recruited).majority_status
    assert status.isnull().sum().to_pyarrow().as_py() == 156 + 3_258
    assert recruiters.people == 47_102
    for name, numerator, base in (("family_children", 303, 751), ("family_adults", 278, 3_220)):
        estimate = ask(name, year_2018).cells[0].estimate
        assert (estimate.numerator, estimate.denominator) == (numerator, base)


def test_who_says_unknown_and_who_says_nothing_are_counted_each(shared_data: Path) -> None:
    """Published of the people whose recruiter is known; both are unknown in the standard (see above)."""
    words: Counter[str] = Counter()
    columns = [f"recruiterRelation{name}" for name in ("IntimatePartner", "Friend", "Family", "Other")]
    with gzip.open(shared_data / "ctdc_global_dataset_2018.csv.gz", "rt", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            words[row["majorityStatus"]] += any(row[name] == "1" for name in columns)
    assert words == {"Minor": 751, "Adult": 3_220, "Unknown": 156, "": 3_258}


def test_friends_partners_and_years_are_told_apart(year_2018: Source) -> None:
    for name in ("friends_boys_girls", "friends_by_type", "friends_and_control", "partner_by_type"):
        assert ask(name, year_2018).comparison is not None
    women = ask("partner_women_men", year_2018)
    assert women.comparison.direction == "more"
    years = ask("trend_sexual_years", year_2018)
    told = [cell.part for cell in years.cells if cell.estimate.share is not None]
    assert len(told) >= 5
    whole = {cell.part: cell.estimate for cell in ask("trend_sexual", year_2018).cells}
    middle = [years.cell(part).estimate.numerator for part in ("y2012", "y2015")]
    assert sum(middle) == whole["middle"].numerator


def test_the_table_of_the_brief_of_2017_comes_back_from_the_open_file(year_2018: Source) -> None:
    """41% and 9% are family there. The rest of that table is of another edition of the file."""
    children, adults = (
        ask(name, year_2018).cells[0].estimate for name in ("family_children", "family_adults")
    )
    assert children.low < 0.41 < children.high
    assert round(adults.share, 2) == 0.09


def test_what_was_said_in_2017_in_words_holds_in_the_open_file(year_2018: Source) -> None:
    """Into sexual exploitation, begging and domestic work; held by abuse; adults more by their papers."""
    types = ask("children_types", year_2018).sentence
    assert types.startswith("Among children, the most frequent type of exploitation is “Sexual exploitation”")
    sectors = ask("labour_sectors_children", year_2018)
    shares = {cell.option: cell.estimate.share for cell in sectors.cells if cell.part == "child"}
    assert set(sorted(shares, key=shares.get)[-3:]) == {"begging", "domestic_work", "other"}
    controls = ask("controls_children", year_2018).sentence
    means = "“Psychological, physical or sexual abuse”"
    assert controls.startswith(f"Among children, the most frequent means of control is {means}")
    for name in (
        "control_documents_adults",
        "control_law_enforcement_adults",
        "family_children_against_adults",
    ):
        assert ask(name, year_2018).comparison.direction == "more"


def test_family_is_told_of_children_against_adults(year_2018: Source) -> None:
    found = ask("family_children_against_adults", year_2018)
    assert found.comparison.how == "ratio"
    assert found.comparison.direction == "more"
    assert 4 < found.comparison.low < 4.7 < found.comparison.high < 5.5
    assert found.sentence.startswith(
        "Children were recruited by a family member four to six times as often as adults"
    )


def test_boys_and_girls_cannot_be_told_apart_in_2018(year_2018: Source) -> None:
    found = ask("family_boys_girls", year_2018)
    girls, boys = found.cell("woman").estimate, found.cell("man").estimate
    assert (girls.denominator, boys.denominator) == (673, 78)
    assert (round(girls.share, 3), round(boys.share, 3)) == (0.407, 0.372)
    assert found.comparison.direction == "unclear"
    assert found.sentence.startswith("The data cannot tell whether boys or girls")


def test_what_was_published_of_2024_is_within_the_sample_of_it(year_2024: Source) -> None:
    for name, published in (
        ("gender_women", 0.74),
        ("exploitation_sexual", 0.61),
        ("exploitation_labour", 0.37),
        ("exploitation_other", 0.07),
    ):
        found = ask(name, year_2024).cells[0].estimate
        assert found.low - 0.005 <= published <= found.high + 0.005, (name, found)
    family = ask("recruiters_children", year_2024)
    for part, published in (("child", 0.51), ("adult", 0.08)):
        found = family.cell(part, "family").estimate
        assert found.low - 0.005 <= published <= found.high + 0.005, (part, found)


def test_the_whole_library_answers_in_sentences(year_2018: Source) -> None:
    assert len(LIBRARY) >= 35
    for finding in LIBRARY:
        found = answer(finding, year_2018, STANDARD)
        assert found.sentence.endswith(".")
        assert "None" not in found.sentence
        assert bool(found.problem) == (not found.cells)
        for cell in found.cells:
            estimate = cell.estimate
            if estimate.share is not None:
                assert 0 <= estimate.low <= estimate.share <= estimate.high <= 1
                assert estimate.numerator <= estimate.denominator <= estimate.people
            else:
                assert estimate.why
        _has_its_picture(found)


def _has_its_picture(found: Result) -> None:
    """A finding with a figure has a picture with its shares, their intervals and the names of its parts."""
    spec = finding_spec(found, "A source")
    told = [cell for cell in found.cells if cell.estimate.share is not None]
    assert (spec is None) == (not told)
    drawn = json.dumps(spec, ensure_ascii=False)
    options = {cell.option for cell in told if f'"{cell.option_label}"' in drawn} if told[1:] else {""}
    shown = [cell for cell in told if cell.option in options]
    assert len(shown) >= min(sum(cell.estimate.numerator > 0 for cell in told), 6)
    for cell in shown:
        assert f"{100 * cell.estimate.share:.1f}%" in drawn
        assert cell.part_label in drawn
        for end in (cell.estimate.low, cell.estimate.high):
            assert str(end) in drawn


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "gender": st.sampled_from(["woman", "man", None]),
            "age_band": st.sampled_from(["0_8", "9_17", "30_38", "child", "adult", None]),
            "majority_status": st.sampled_from(["child", "adult", None]),
            "year_of_registration": st.sampled_from([2010, 2019, None]),
            **dict.fromkeys(FLAGS, st.sampled_from([True, False, None])),
        }
    ),
    max_size=40,
)
HYPOTHESIS = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@HYPOTHESIS
@given(RECORDS)
def test_a_recount_by_hand_agrees(records: list[dict[str, Any]]) -> None:
    found = ask("family_children", of(records))
    children = [row for row in records if row["majority_status"] == "child"]
    known = [row for row in children if any(row[flag] for flag in FLAGS)]
    family = [row for row in known if row["recruiter_relation_family"]]
    estimate = found.cells[0].estimate
    assert estimate.people == len(children)
    assert estimate.denominator == (len(known) if children else len(known) or 0)
    if known:
        assert (estimate.numerator, estimate.coverage) == (len(family), len(known) / len(children))
        assert (estimate.low, estimate.high) == pytest.approx(wilson(len(family), len(known)), abs=1e-9)
    else:
        assert estimate.share is None
        assert found.sentence == "These data have no children whose recruiter is known."


@HYPOTHESIS
@given(RECORDS)
def test_a_broad_answer_counts_only_where_it_tells(records: list[dict[str, Any]]) -> None:
    finding = written(
        "{topic: children, title: t, who: people, say: s, measure: {field: age_band, any: ['9_17']}}"
    )
    estimate = answer(finding, of(records), STANDARD).cells[0].estimate
    bands = [row["age_band"] for row in records]
    assert (estimate.denominator or 0) == sum(band not in {None, "child"} for band in bands)
    assert (estimate.numerator or 0) == bands.count("9_17")


CHILDREN = st.fixed_dictionaries(
    {
        "gender": st.sampled_from(["woman", "man"]),
        "age_band": st.sampled_from(["0_8", "9_17"]),
        "majority_status": st.just("child"),
        "times": st.integers(20, 200),
        "done": st.fixed_dictionaries(
            {
                "gender": st.sampled_from(["keep", "suppress"]),
                "age_band": st.sampled_from(["keep", "broaden", "suppress"]),
            }
        ),
    }
)


@HYPOTHESIS
@given(st.lists(CHILDREN, min_size=2, max_size=8))
@example(
    [
        {"gender": "woman", "age_band": band, "majority_status": "child", "times": 200, "done": done}
        for band, done in (("0_8", {}), ("9_17", {}), ("9_17", {"age_band": "broaden"}))
    ]
)
def test_what_was_left_out_cannot_take_the_truth_out_of_the_bounds(kinds: list[dict[str, Any]]) -> None:
    """Suppress and broaden whole kinds of people, far from at random: the bounds hold the share before."""
    before, after, gone = [], [], {"gender": 0, "age_band": 0}
    for kind in kinds:
        row = {name: kind[name] for name in ("gender", "age_band", "majority_status")}
        new = dict(row)
        for name, done in kind["done"].items():
            if done == "broaden":
                new[name] = "child"
            elif done == "suppress":
                new[name], gone[name] = None, gone[name] + kind["times"]
        before += [row] * kind["times"]
        after += [new] * kind["times"]
    finding = written(
        "{topic: children, title: t, who: people, say: s, where: {majority_status: child},"
        " measure: {field: age_band, any: ['9_17']}, by: {field: gender, parts: {woman: girls, man: boys}}}"
    )
    truth = answer(finding, of(before), STANDARD)
    found = answer(finding, of(after, left_out=gone), STANDARD)
    for part in ("woman", "man"):
        true, told = truth.cell(part).estimate, found.cell(part).estimate
        if true.share is not None and told.share is not None:
            assert told.low <= true.share <= told.high


def test_few_people_are_held_back_with_what_would_give_them_away() -> None:
    records = [{"gender": "woman"}] * 60 + [{"gender": "man"}] * 30 + [{"gender": "trans_nonconforming"}] * 4
    found = ask("gender", of(records, smallest_count=11))
    hidden = {cell.option for cell in found.cells if cell.estimate.share is None}
    assert hidden == {"trans_nonconforming", "man"}
    assert "4" not in found.sentence.replace("94", "")
    share = ask("gender_women", of(records[:60] + records[-4:], smallest_count=11))
    assert share.cells[0].estimate.share is None
    assert "too few people (fewer than 11)" in share.sentence


def test_one_category_and_empty_parts_are_said_in_words() -> None:
    women = of([{"gender": "woman", "majority_status": "child", "recruiter_relation_family": True}] * 20)
    assert "“Woman” at 100.0%" in ask("gender", women).sentence
    girls = ask("family_boys_girls", women).sentence
    assert girls.startswith("Of girls, between 83% and 100% were recruited by a family member")
    assert girls.endswith("Of boys, nobody has an answer to this in these data.")
    assert ask("family_boys_girls", of([{"gender": "man"}])).sentence == (
        "The data cannot tell whether boys or girls were recruited by a family member more often:"
        " nobody has an answer to this in these data."
    )
    for name, sentence in (
        ("recruiters", "These data have no people whose recruiter is known."),
        ("gender", "These data have no people whose gender is known."),
    ):
        assert ask(name, of([{"majority_status": "child"}])).sentence == sentence


def test_what_none_of_several_groups_tells_is_said_once() -> None:
    nobody = of([{"gender": "man", "majority_status": "child"}] * 9)
    assert ask("recruiters_children", nobody).sentence == (
        "Of children or adults, the data cannot tell the most frequent recruiter:"
        " nobody has an answer to this in these data."
    )


def test_one_person_does_not_make_the_most_frequent_answer() -> None:
    said = ask("gender", of([{"gender": "woman"}])).sentence
    assert said.startswith(
        "Among people whose gender is known, the most frequent gender is “Woman” (100.0%) or"
    )
    assert said.endswith("the data cannot tell which.")
    nobody = written(
        "{topic: who, title: t, who: people, say: the most, measure: {field: gender, each: [man]}}"
    )
    assert answer(nobody, of([{"gender": "woman"}] * 9), STANDARD).sentence == (
        "Among people, nobody has any of these answers."
    )


def test_an_answer_that_is_held_back_may_be_the_most_frequent_one() -> None:
    """Family recruited 97 of 100, so that it is held back for the 3 others; friends recruited 60."""
    both = {"recruiter_relation_family": True, "recruiter_relation_friend": True}
    family, friend = ({name: True} for name in both)
    people = [family] * 40 + [both] * 57 + [friend] * 3
    assert "is “Family” at 97.0%" in ask("recruiters", of(people)).sentence
    held = ask("recruiters", of(people, smallest_count=11))
    assert held.cell(option="friend").estimate.numerator == 60
    assert held.sentence.startswith("Among people whose recruiter is known, the data cannot tell what")


def test_an_answer_on_few_people_is_beaten_unless_protection_left_too_many_out() -> None:
    people = [{"gender": "woman"}] * 120 + [{"gender": "man"}] * 60 + [{"gender": "trans_nonconforming"}] * 5
    assert "is “Woman”" in ask("gender", of(people, smallest_count=11)).sentence
    unknown = of([*people, *[{}] * 400], smallest_count=11, left_out={"gender": 400})
    said = ask("gender", unknown).sentence
    assert "the data cannot tell what the most frequent gender is" in said


def test_parts_without_a_figure_are_named_together() -> None:
    years = written(
        "topic: trends\ntitle: t\nwho: people\nsay: are children\n"
        "measure: {field: majority_status, any: [child]}\nby:\n  field: year_of_registration\n  parts:\n"
        + "".join(
            f"    y{year}: {{label: people of {year}, values: [{year}]}}\n" for year in range(2001, 2010)
        )
    )
    rows = [{"majority_status": "child", "year_of_registration": 2003}] * 30
    assert answer(years, of(rows), STANDARD).sentence.endswith(
        ". Of people of 2001, people of 2002, people of 2004, people of 2005, people of 2006 or 3 more,"
        " nobody has an answer to this in these data."
    )


def test_a_ratio_against_nobody_becomes_a_difference() -> None:
    child = {"majority_status": "child", "recruiter_relation_family": True}
    adult = {"majority_status": "adult", "recruiter_relation_other": True}
    found = ask("family_children_against_adults", of([child] * 30 + [adult] * 30))
    assert found.comparison.how == "difference"
    assert "more often than adults, by" in found.sentence


def test_one_child_says_nothing_of_children() -> None:
    adults = [{"majority_status": "adult", "recruiter_relation_family": True}] * 60
    adults += [{"majority_status": "adult", "recruiter_relation_other": True}] * 40
    child = {"majority_status": "child", "recruiter_relation_family": True}
    found = ask("family_children_against_adults", of([child, *adults]))
    assert found.comparison.how == "ratio"
    assert found.sentence.startswith("The data cannot tell whether children or adults")


def test_a_source_without_the_column_says_so() -> None:
    found = ask("duration", of([{"gender": "man"}]))
    assert found.sentence == "This source does not carry “Duration of trafficking” (trafficking_duration)."
    assert found.cells == ()
    table = of([{"gender": "man"}]).table.mutate(means_of_control_abuse_of_any_kind=True)
    only = written(
        "{topic: control, title: t, who: people, say: s,"
        " measure: {group: means_of_control, any: [sexual_abuse]}}"
    )
    assert "only as a part of" in answer(only, Source(table), STANDARD).sentence


@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(FLAGS, st.sampled_from([True, False, None]))),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=15, deadline=None)
def test_an_option_as_a_field_is_counted_by_its_groups_rule(records: list[dict[str, Any]]) -> None:
    lines = "{topic: recruitment, title: t, who: people, say: were recruited, measure: "
    asked = ("{field: recruiter_relation_family}}", "{group: recruiter_relation, any: [family]}}")
    one, other = (answer(written(lines + measure), of(records), STANDARD) for measure in asked)
    assert one.cells == other.cells
    answered = [record for record in records if any(record.values())]
    if answered:
        found = one.cells[0].estimate
        assert found.denominator == len(answered)
        assert found.numerator == sum(record["recruiter_relation_family"] is True for record in answered)


@pytest.mark.parametrize(
    ("change", "what", "do"),
    [
        (
            {"measure": "{group: recruiter_relatoin, any: [family]}"},
            "no group recruiter_relatoin",
            "recruiter_relation",
        ),
        (
            {"measure": "{group: recruiter_relation, any: [famly]}"},
            "(recruiter_relation) has no option famly",
            "family",
        ),
        ({"measure": "{field: gendr}"}, "no field gendr", "gender"),
        (
            {"where": "{majority_status: chld}"},
            "“Child or adult” (majority_status) has no value chld",
            "child",
        ),
        ({"where": "{year_of_registration: 2019-2011}"}, "no number or range", "2015-2019"),
        ({"by": "{field: gendr, parts: {woman: women}}"}, "no field gendr", "gender"),
        ({"by": "{field: gender, parts: {womn: women}}"}, "“Gender” (gender) has no value womn", "woman"),
        ({"compare": "{ratio: [woman, man]}"}, "no part woman", ""),
        (
            {
                "measure": "{field: gender, each: [woman, man]}",
                "by": "{field: majority_status, parts: {child: children, adult: adults}}",
                "compare": "{ratio: [child, adult]}",
            },
            "A comparison is of one share",
            "any: [...]",
        ),
        ({"topic": "recruitmnt"}, "no topic recruitmnt", "recruitment"),
        ({"meassure": "x"}, "no key meassure", "measure"),
        ({"say": ""}, "has no say", ""),
        ({"measure": "{group: recruiter_relation, field: gender}"}, "one of group, field or pair", ""),
        ({"measure": "{pair: corridors}"}, "Write {pair: domestic}", ""),
        ({"measure": "{field: birth_date}"}, "is a date", ""),
        ({"measure": "{field: gender, top: ²}"}, "A number from 1 to 50", ""),
        ({"where": "{year_of_registration: 99999999999999999999}"}, "is no number or range", "2015-2019"),
        ({"measure": "{field: recruiter_relation_family, any: ['no']}"}, "not who has it not", "Ask for yes"),
        ({"where": "{recruiter_relation_family: ['no']}"}, "not who has it not", "Ask for yes"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_meant(change: dict[str, str], what: str, do: str) -> None:
    lines = {
        "topic": "recruitment",
        "title": "t",
        "who": "people",
        "say": "s",
        "measure": "{field: gender}",
    } | change
    with pytest.raises(TiphubError) as error:
        written("\n".join(f"{key}: {value}" for key, value in lines.items()))
    assert what in str(error.value)
    assert do in error.value.do
    assert "own.yml, line" in error.value.where


def test_the_same_finding_on_two_backends_of_one_table() -> None:
    records = [{"majority_status": "child", "recruiter_relation_family": bool(n % 3)} for n in range(30)]
    memory = ask("family_children", of(records))
    with DuckDBEngine() as engine:
        table = engine.register("kept", pa.Table.from_pylist(records, schema=SCHEMA))
        assert replace(ask("family_children", Source(table)), finding=memory.finding) == memory
