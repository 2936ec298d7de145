"""What a model cannot tell is said in a sentence, never in a number."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.people import STANDARD, grouped, model, ratios
from tiphub.errors import TiphubError
from tiphub.evidence.models import CountryValues, read_country_values
from tiphub.evidence.models.releases import refuse_protected
from tiphub.evidence.models.wording import counted
from tiphub.release import Release

PEOPLE = grouped({("woman",): (60, 240), ("man",): (30, 40)}, "gender")


def said(found: object) -> str:
    return " ".join(
        [*found.notes, *(effect.reason for effect in found.effects)]  # type: ignore[attr-defined]
    )


def test_a_category_with_nobody_on_one_side_has_no_ratio_and_the_others_are_as_without_it() -> None:
    found = model(
        grouped({("woman",): (60, 240), ("man",): (30, 40), ("trans_nonconforming",): (0, 9)}, "gender"),
        "gender",
    )
    assert ratios(found)["gender", "trans_nonconforming"] is None
    assert "There are no children among the 9 people" in said(found)
    man, without = (ratios(one)["gender", "man"] for one in (found, model(PEOPLE, "gender")))
    assert man is not None
    assert without is not None
    assert (man.ratio, man.low, man.high) == pytest.approx(
        (without.ratio, without.low, without.high), rel=1e-9
    )


def test_a_reference_with_nobody_on_one_side_asks_for_another_that_gives_a_ratio() -> None:
    people = grouped(
        {("secondary",): (0, 50), ("none",): (30, 40), ("primary",): (20, 90), ("university",): (0, 7)},
        "education",
    )
    found = model(people, "education")
    assert set(ratios(found).values()) == {None}
    assert "of “Secondary school”, the reference: choose another, such as “Primary school”." in said(found)
    again = model(people, "education", references={"education": "primary"})
    assert ratios(again)["education", "none"] is not None
    assert "choose another" not in said(again)


def test_where_no_reference_gives_a_ratio_none_is_advised() -> None:
    found = model(grouped({("woman",): (0, 50), ("man",): (30, 40)}, "gender"), "gender")
    assert ratios(found) == {("gender", "woman"): None, ("gender", "man"): None}
    text = said(found)
    assert "no other reference gives one" in text
    assert "choose another" not in text
    assert "No ratio can be estimated: for 50 people Gender tells the outcome without error" in text
    assert "fitted without them" not in text


def test_two_categories_that_tell_the_outcome_between_them_are_told_so() -> None:
    found = model(grouped({("woman",): (0, 50), ("man",): (1, 0)}, "gender"), "gender")
    text = said(found)
    assert (
        "There are no adults among the 1 person of “Man”, and there are no children among the 50 people of "
        "“Woman”, the reference: it tells the outcome without error (separation)." in text
    )
    assert "reference gives" not in text
    assert "choose another" not in text
    assert "fitted without them" not in text


def test_two_categories_that_lack_the_same_have_nothing_to_compare() -> None:
    people = grouped({("woman",): (0, 50), ("man",): (0, 9), ("trans_nonconforming",): (5, 4)}, "gender")
    text = said(model(people, "gender"))
    assert (
        "no children among the 9 people of “Man”, and none of “Woman”, the reference: there is nothing"
        in text
    )


@pytest.mark.parametrize(
    ("counts", "helps"),
    [
        ([(0, 4), (0, 4), (9, 0), (5, 4)], ["Gender"]),
        ([(5, 20), (0, 15), (8, 0), (9, 3)], ["Gender", "Education"]),
        ([(0, 20), (0, 15), (20, 0), (20, 0)], ["Gender"]),
    ],
)
def test_what_to_leave_out_is_what_gives_a_ratio_when_left_out(
    counts: list[tuple[int, int]], helps: list[str]
) -> None:
    cells = [("woman", "none"), ("woman", "secondary"), ("man", "none"), ("man", "secondary")]
    people = grouped(dict(zip(cells, counts, strict=True)), "gender", "education")
    found = model(people, "gender", "education")
    assert not any(ratios(found).values())
    note = next(note for note in found.notes if note.startswith("No ratio can be estimated"))
    assert note.endswith(f"Leave out {' or '.join(helps)}.")
    for name, other in (("Gender", "education"), ("Education", "gender")):
        assert any(ratios(model(people, other)).values()) == (name in helps)
    assert "unreliable" not in said(found)
    assert "rough" not in said(found)


def test_separation_by_covariates_together_is_found_although_each_alone_tells_nothing() -> None:
    people = grouped(
        {("woman", "none"): (0, 20), ("woman", "secondary"): (15, 15), ("man", "secondary"): (20, 0)},
        "gender",
        "education",
    )
    found = model(people, "gender", "education")
    assert set(ratios(found).values()) == {None}
    assert "(separation)" in said(found)


def test_a_number_that_separates_has_no_ratio() -> None:
    people = {
        "majority_status": ["child"] * 20 + ["adult"] * 20,
        "year_of_registration": [*range(2001, 2021), *range(2005, 2025)],
    }
    assert ratios(model(people, "year_of_registration"))["year_of_registration", None] is not None
    apart = people | {"year_of_registration": [2001] * 20 + [2002] * 20}
    found = model(apart, "year_of_registration")
    assert ratios(found)["year_of_registration", None] is None
    assert "no bound" in said(found)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=6, max_size=6).filter(
        lambda pairs: sum(yes for yes, _ in pairs) and sum(no for _, no in pairs)
    )
)
def test_whatever_the_counts_no_ratio_is_a_diverged_one(pairs: list[tuple[int, int]]) -> None:
    cells = [(gender, level) for gender in ("woman", "man") for level in ("secondary", "none", "primary")]
    try:
        found = model(
            grouped(dict(zip(cells, pairs, strict=True)), "gender", "education"), "gender", "education"
        )
    except TiphubError:
        return  # nobody is left who differs
    for effect in found.effects:
        assert effect.reference or effect.adjusted or effect.reason
        if effect.adjusted:
            assert 1e-4 < effect.adjusted.ratio < 1e4
            assert effect.adjusted.low < effect.adjusted.ratio < effect.adjusted.high < 1e7


def test_collinear_covariates_are_named_and_the_others_estimated() -> None:
    people = grouped(
        {
            ("woman", "DEU"): (10, 40),
            ("man", "DEU"): (12, 20),
            ("woman", "AFG"): (30, 20),
            ("man", "AFG"): (20, 9),
        },
        "gender",
        "citizenship",
    )
    risk = {"climate_risk": CountryValues({"DEU": 2.0, "AFG": 8.0}, "")}
    found = model(people, "gender", "income_level", "climate_risk", covariates=risk)
    assert ratios(found)["income_level", "Low"] is None
    assert ratios(found)["climate_risk", None] is None
    assert "Collinear: Income level of country and Climate risk" in said(found)
    alone = ratios(model(people, "gender", "income_level"))["gender", "man"]
    other = ratios(found)["gender", "man"]
    assert alone is not None
    assert other is not None
    assert other.ratio == pytest.approx(alone.ratio, rel=1e-9)


def test_a_covariate_with_one_category_is_left_out_and_told() -> None:
    people = PEOPLE | {"education": ["none"] * len(PEOPLE["gender"])}
    found = model(people, "gender", "education")
    assert {variable for variable, _ in ratios(found)} == {"gender"}
    assert "Education: everyone used has “No schooling”" in said(found)


def test_few_events_and_few_people_are_told() -> None:
    found = model(grouped({("woman",): (3, 60), ("man",): (4, 20)}, "gender"), "gender")
    assert "Only 7 children for 1 ratio: under 10, estimates are unreliable." in said(found)
    assert "fewer than 5 people" in said(found)
    single = {
        "majority_status": ["child"] + ["adult"] * 20,
        "year_of_registration": [2010, *range(2000, 2020)],
    }
    assert "Only 1 child for 1 ratio: under 10" in said(model(single, "year_of_registration"))


@pytest.mark.parametrize(
    ("change", "on", "what"),
    [
        ({}, "majority_status", "made from majority_status"),
        ({"age_band": ["9_17"] * 370}, "age_band", "made from age_band"),
        ({}, "education", "does not carry education"),
        ({}, "gendre", "no covariate gendre"),
        ({}, "income_level", "goes by the country of citizenship"),
        ({"majority_status": ["adult"] * 370}, "gender", "All 370 people used are adults"),
        (
            {"majority_status": [None] * 369 + ["adult"]},
            "gender",
            "Only one person can be used: there are no children",
        ),
        ({"gender": [None] * 369 + ["man"]}, "gender", "Only one person can be used"),
        ({"gender": ["man"] * 370}, "gender", "No covariate differs"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_the_reason(
    change: dict[str, list[object]], on: str, what: str
) -> None:
    with pytest.raises(TiphubError, match=what):
        model(PEOPLE | change, on)


def test_names_that_are_mistyped_missing_or_doubled_are_told() -> None:
    for on, options, what in (
        (("gender",), {"outcome": "chidl"}, "Did you mean child"),
        (("gender",), {"outcome": "international"}, "does not carry citizenship"),
        ((), {}, "at least one covariate"),
        (("gender", "gender"), {}, "stands twice"),
        (("climate_risk",), {}, "--covariate climate_risk=FILE.csv"),
    ):
        with pytest.raises(TiphubError) as raised:
            model(PEOPLE, *on, **options)
        assert what in str(raised.value)


def test_nobody_known_names_what_is_unknown() -> None:
    people = PEOPLE | {"education": ["none"] * 185 + [None] * 185, "gender": [None] * 185 + ["man"] * 185}
    with pytest.raises(TiphubError, match=r"unknown: gender 185, education 185 of 370"):
        model(people, "gender", "education")


def test_a_reference_that_is_none_or_that_nobody_has_is_refused() -> None:
    for wish, what in (
        ({"gender": "other"}, "no category"),
        ({"gender": "trans_nonconforming"}, "Nobody used"),
    ):
        with pytest.raises(TiphubError, match=what):
            model(PEOPLE, "gender", references=wish)
    with pytest.raises(TiphubError, match="no covariate with categories"):
        model(PEOPLE, "gender", references={"education": "none"})


def test_small_counts_are_held_back_where_a_release_holds_them_back() -> None:
    found = model(grouped({("woman",): (60, 240), ("man",): (8, 40)}, "gender"), "gender", smallest_count=11)
    assert {(effect.yes, effect.no) for effect in found.effects} == {(None, None)}
    assert "held back" in said(found)


def test_no_sentence_tells_a_number_that_is_held_back() -> None:
    """Reasons, notes and what is unknown: 6 people of a gender, 7 of none, 8 of a country without a value."""
    people = grouped(
        {
            ("woman", "DEU"): (60, 240),
            ("man", "KEN"): (9, 40),
            ("trans_nonconforming", "DEU"): (0, 6),
            (None, "DEU"): (3, 4),
            ("man", "MEX"): (4, 4),
        },  # type: ignore[dict-item]
        "gender",
        "citizenship",
    )
    asked = {"outcome": "child", "covariates": {"risk": CountryValues({"DEU": 1.0, "KEN": 2.0}, "made up")}}
    plain = model(people, "gender", "risk", **asked)
    held = model(people, "gender", "risk", **asked, smallest_count=11)
    lines = [" ".join(counted(found)) for found in (plain, held)]
    for small in ("6 people", "Gender 7", "8 people"):
        assert small in lines[0]
        assert not re.search(rf"\b{small}", lines[1])
    assert "among the fewer than 11 people of “Trans" in lines[1]
    assert "Gender (few people, held back)" in lines[1]
    assert dict(held.unknown) == {"gender": None, "risk": None}


def test_country_values_are_read_by_code_or_name_with_their_source(tmp_path: Path) -> None:
    path = tmp_path / "risk.csv"
    path.write_text(
        "# Index of a fictional institute, 2025\ncountry,value\nDEU,2.5\nKenia,7\nUA,\nMexico,5\n"
    )
    found = read_country_values(path, STANDARD)
    assert found == CountryValues(
        {"DEU": 2.5, "KEN": 7.0, "MEX": 5.0}, "Index of a fictional institute, 2025"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("# Source\n\ncountry,value\nDEU,1\nKEN,1e300\n", r"1e300 of KEN is too large.*line 5, column value"),
        ("country,value\nDEU,-1e300\n", r"-1e300 of DEU is too large.*line 2, column value.*larger unit"),
        ("country,value\nDEU,1e-300\n", r"too small.*line 2, column value.*smaller unit"),
        ("country,value\nDEU,inf\n", r"no number.*line 2, column value"),
        ("country,value\nDEU,2\nAtlantis,1\n", r"no country 'Atlantis'.*line 3, column country"),
        ("land,wert\nDEU,1\n", "columns country and value"),
        ("country,value\nAtlantis,1\n", "no country 'Atlantis'"),
        ("country,value\nDEU,1\nGermany,2\n", "stands twice"),
        ('country,value\nDEU,"1,5"\n', "no number"),
        ("country,value\nDEU,nan\n", "no number"),
        ("country,value\nDEU,\n", "holds no value"),
        ("", "columns country and value"),
        (f"country,value\nDEU,{'1' * 140_000}\n", "field larger than field limit.*quotation mark"),
    ],
)
def test_country_values_that_cannot_be_used_are_refused(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "risk.csv"
    path.write_text(text)
    with pytest.raises(TiphubError) as raised:
        read_country_values(path, STANDARD)
    assert re.search(what, str(raised.value))


def release(folder: Path, method: str, evaluation: str) -> Release:
    (folder / "evaluation.json").write_text(evaluation)
    statement = {"method": method}
    return Release(folder, "2026-01-01", "", {}, statement, (), None, (), (2015, 2025), 0, (), "")


def test_a_release_whose_protection_would_bias_the_model_is_refused(tmp_path: Path) -> None:
    cells = '{"loss": {"cells": {"citizenship": {"exact": 0.5}, "gender": {"exact": 0.999}}}}'
    broadened = release(tmp_path, "k_anonymity", cells)
    with pytest.raises(TiphubError, match=r"citizenship \(50%\)"):
        refuse_protected(broadened, outcome="child", on=["gender", "income_level"])
    with pytest.raises(TiphubError, match="citizenship"):
        refuse_protected(broadened, outcome="international", on=["gender"])
    refuse_protected(broadened, outcome="child", on=["gender", "education"])
