"""The planted truth comes back from the population.

All comparisons are with chance counted in: a whole group of comparisons would fail by chance alone for 1 in
1,000 seeds (Bonferroni over the group). Seeds are fixed, so the tests themselves never waver.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from tiphub.simulate import load_truth, simulate_population
from tiphub.standard import load_standard

FALSE_ALARM = 0.001
TRUTH = load_truth()


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return simulate_population(60_000, seed=11).people.to_pandas()


def fit_logistic(design: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newton's method: the coefficients and their standard errors."""
    found = np.zeros(design.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ found))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        step = np.linalg.solve(information, design.T @ (outcome - chance))
        found += step
        if np.abs(step).max() < 1e-10:
            break
    return found, np.sqrt(np.diag(np.linalg.inv(information)))


def dummies(cells: pd.Series, ratios: Mapping[str, float], reference: str) -> tuple[np.ndarray, list[float]]:
    names = [name for name in ratios if name != reference]
    return np.column_stack([cells == name for name in names]).astype(float), [
        np.log(ratios[name]) for name in names
    ]


def income(people: pd.DataFrame) -> pd.Series:
    level = {
        code.code: (code.extra or {}).get("income_level")
        for code in load_standard().code_lists["country"].codes
    }
    return people.citizenship.map(level)


def assert_coefficients(design: list[np.ndarray], planted: list[float], outcome: pd.Series) -> None:
    found, error = fit_logistic(np.column_stack(design), outcome.to_numpy().astype(float))
    bound = norm.isf(FALSE_ALARM / 2 / len(planted))
    assert np.abs((found - planted) / error).max() < bound


def test_child_or_adult_follows_the_planted_odds_ratios(people: pd.DataFrame) -> None:
    model = TRUTH.child
    education, of_education = dummies(people.education, model.education, "secondary")
    level, of_level = dummies(income(people), model.income_level, "High")
    gender, of_gender = dummies(people.gender, model.gender, "woman")
    climate = people.citizenship.map({name: origin.climate for name, origin in TRUTH.origins.items()})
    assert_coefficients(
        [np.ones(len(people)), education, level, climate.to_numpy(), gender],
        [model.intercept, *of_education, *of_level, np.log(model.climate), *of_gender],
        people.majority_status == "child",
    )


def test_leaving_the_country_follows_the_planted_odds_ratios_among_children(people: pd.DataFrame) -> None:
    children = people[people.majority_status == "child"]
    level, of_level = dummies(income(children), TRUTH.international.income_level, "Lower middle")
    assert TRUTH.international.income_level["Lower middle"] == 1
    assert_coefficients(
        [np.ones(len(children)), level, (children.gender == "man").to_numpy().astype(float)],
        [TRUTH.international.child, *of_level, np.log(TRUTH.international.boy)],
        children.citizenship != children.country_of_exploitation,
    )


def test_the_published_odds_ratios_are_the_planted_ones() -> None:
    assert TRUTH.child.education["none"] == 22.76
    assert TRUTH.child.income_level["Low"] == 5.57
    assert TRUTH.child.climate == 1.12
    assert 1.8 < TRUTH.child.gender["man"] < 2
    assert TRUTH.international.boy == 0.61


def compare(found: Iterable[tuple[str, int, int, float]]) -> None:
    """Each (what, yes, of, planted share) is compatible with its planted share."""
    rows = list(found)
    bound = norm.isf(FALSE_ALARM / 2 / len(rows))
    for what, yes, of, share in rows:
        error = np.sqrt(max(share * (1 - share), 1e-12) / of)
        assert abs(yes / of - share) <= bound * error + 1 / of, f"{what}: {yes / of:.4f}, planted {share:.4f}"


def strata(people: pd.DataFrame) -> Iterable[tuple[str, str, pd.DataFrame]]:
    for age in ("child", "adult"):
        for gender in ("woman", "man"):
            alike = people.gender == "man" if gender == "man" else people.gender != "man"
            yield age, gender, people[(people.majority_status == age) & alike]


def share_of(shares: Mapping[str, float], option: str) -> float:
    return sum(w for label, w in shares.items() if option in label.split("+")) / sum(shares.values())


@pytest.mark.parametrize("group", ["recruiter_relation", "labour_sector"])
def test_options_have_their_planted_shares(people: pd.DataFrame, group: str) -> None:
    table = getattr(TRUTH, group)
    compare(
        (f"{age} {gender} {option}", int(asked.sum()), len(asked), share_of(table[age][gender], option))
        for age, gender, some in strata(people)
        for option in {part for label in table[age][gender] for part in label.split("+")}
        if len(asked := some[f"{group}_{option}"].dropna())
    )


def test_exploitation_has_its_planted_shares_away_from_the_scam_compounds(people: pd.DataFrame) -> None:
    scam = people.country_of_exploitation.isin(TRUTH.scam_compounds.countries) & (
        people.majority_status == "adult"
    )
    scam &= (people.citizenship != people.country_of_exploitation) & (
        people.year_of_registration >= TRUTH.scam_compounds.since
    )
    compare(
        (
            f"{age} {gender} {option}",
            int(some[f"exploitation_type_{option}"].sum()),
            len(some),
            share_of(shares, option),
        )
        for age, gender, some in strata(people[~scam])
        for shares in [TRUTH.exploitation[age][gender]]
        for option in {part for label in shares for part in label.split("+")}
    )
    forced = people[scam].exploitation_type_forced_criminality
    lowest = TRUTH.scam_compounds.share
    assert lowest - 4 * np.sqrt(0.25 / len(forced)) < forced.mean() < lowest + 0.1


def test_means_of_control_have_their_planted_shares(people: pd.DataFrame) -> None:
    average = TRUTH.severe + (1 - TRUTH.severe) * TRUTH.mild
    sexual = people.exploitation_type_sexual_exploitation
    compare(
        (
            f"{stratum} {option}",
            int(some[f"means_of_control_{option}"].sum()),
            len(some),
            average * percent / 100,
        )
        for stratum, shares in TRUTH.means_of_control.items()
        for some in [
            people[
                (people.majority_status == stratum.split("_")[0])
                & (sexual == (stratum.split("_")[1] == "sexual"))
            ]
        ]
        for option, percent in shares.items()
    )


def test_the_means_of_control_go_together(people: pd.DataFrame) -> None:
    both = people.means_of_control_threats & people.means_of_control_restricts_movement
    apart = people.means_of_control_threats.mean() * people.means_of_control_restricts_movement.mean()
    assert both.mean() > 1.2 * apart


def test_education_depends_on_the_income_level_as_planted(people: pd.DataFrame) -> None:
    compare(
        (
            f"{level} {education}",
            int((some.education == education).sum()),
            len(some),
            weight / sum(shares.values()),
        )
        for level, shares in TRUTH.education.items()
        for some in [people[income(people) == level]]
        for education, weight in shares.items()
    )


@pytest.mark.parametrize(
    ("what", "low", "high"),
    [
        ("children", 0.18, 0.25),
        ("women of women and men", 0.72, 0.76),
        ("sexual exploitation", 0.58, 0.64),
        ("forced labour", 0.34, 0.40),
        ("another type", 0.05, 0.09),
        ("family recruits children", 0.41, 0.51),
        ("family recruits adults", 0.08, 0.09),
        ("children of 13 to 17", 0.44, 0.49),
        ("children of 0 to 2", 0.11, 0.14),
        ("children in their own country", 0.55, 0.59),
    ],
)
def test_the_margins_lie_in_the_published_ranges(
    people: pd.DataFrame, what: str, low: float, high: float
) -> None:
    child = people.majority_status == "child"
    known = people[people.gender.isin(["woman", "man"])]
    types = [name for name in people if name.startswith("exploitation_type_")]
    rest = [
        name
        for name in types
        if not name.endswith(("_forced_labour", "_sexual_exploitation", "_child_labour"))
    ]
    found = {
        "children": child,
        "women of women and men": known.gender == "woman",
        "sexual exploitation": people.exploitation_type_sexual_exploitation,
        "forced labour": people.exploitation_type_forced_labour,
        "another type": people[rest].any(axis=1),
        "family recruits children": people[child].recruiter_relation_family,
        "family recruits adults": people[~child].recruiter_relation_family,
        "children of 13 to 17": people[child].age.between(13, 17),
        "children of 0 to 2": people[child].age <= 2,
        "children in their own country": (people.citizenship == people.country_of_exploitation)[child],
    }[what]
    assert low <= found.mean() <= high


def test_the_published_contrasts_hold(people: pd.DataFrame) -> None:
    child = people[people.majority_status == "child"]
    adult = people[people.majority_status == "adult"]
    boys, girls = child[child.gender == "man"], child[child.gender == "woman"]
    assert boys.recruiter_relation_family.mean() > girls.recruiter_relation_family.mean()
    for more in (
        "labour_sector_begging",
        "labour_sector_domestic_work",
        "means_of_control_abuse_of_any_kind",
    ):
        assert child[more].dropna().mean() > adult[more].dropna().mean()
    assert (
        adult.means_of_control_withholds_documents.mean() > child.means_of_control_withholds_documents.mean()
    )
    assert people.groupby("year_of_registration").size().loc[[2002, 2010, 2015, 2024]].is_monotonic_increasing


def test_a_record_never_contradicts_itself(people: pd.DataFrame) -> None:
    registered, born = pd.to_datetime(people.registration_date), pd.to_datetime(people.birth_date)
    before_birthday = (registered.dt.month * 31 + registered.dt.day) < (born.dt.month * 31 + born.dt.day)
    assert (registered.dt.year - born.dt.year - before_birthday == people.age).all()
    assert (registered.dt.year == people.year_of_registration).all()
    bands = {
        code.code: (code.minimum, code.maximum or 200, code.broader)
        for code in load_standard().codes_of("age_band").codes
    }
    low, high, status = (
        people.age_band.map({band: ends[i] for band, ends in bands.items()}) for i in range(3)
    )
    assert people.age.between(low, high).all()
    assert (status == people.majority_status).all()
    assert not (
        (people.majority_status == "child") & (people.majority_status_at_exploitation == "adult")
    ).any()
    assert not ((people.age < 1) & (people.trafficking_duration == "25_plus_months")).any()
    labour = people.exploitation_type_forced_labour
    assert people.labour_sector_agriculture.notna().equals(labour)


def test_the_columns_are_those_of_the_standard(people: pd.DataFrame) -> None:
    standard = load_standard()
    assert set(people.columns) - {"person"} <= set(standard.columns)
    for name in people.columns.drop("person"):
        if (codes := standard.columns[name].codes) is not None:
            assert set(people[name].dropna()) <= set(standard.code_lists[codes].by_code)


def test_the_same_seed_gives_the_same_people() -> None:
    one, other = simulate_population(500, seed=5), simulate_population(500, seed=5)
    assert one.people.equals(other.people)
    assert not one.people.equals(simulate_population(500, seed=6).people)


def test_people_are_numbered_through_the_chunks_and_differ_between_them() -> None:
    people = simulate_population(100_500, seed=5).people
    assert people["person"].to_pylist()[-1] == 100_499
    head, tail = people.slice(0, 500), people.slice(100_000, 500)
    assert not head.drop_columns("person").equals(tail.drop_columns("person"))
