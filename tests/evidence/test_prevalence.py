"""Hidden totals on the published systems: other software's figures, the published ranges, the words."""

import json
from pathlib import Path
from typing import Any

import pytest

from tiphub.errors import TiphubError
from tiphub.evidence.prevalence import Estimate, Overlaps, Prevalence, estimate, overlaps, read_overlaps

FIVE = ("uk_2013_five", "netherlands_2010_2015_five", "new_orleans_five", "western_us_five", "australia_four")
PUBLISHED = ("uk_2013_five", "new_orleans_five", "netherlands_2010_2015_five", "western_us_five")


@pytest.fixture(scope="session")
def lists_file(shared_data: Path) -> Path:
    return shared_data / "multiple_systems_lists.json"


@pytest.fixture(scope="session")
def systems(lists_file: Path) -> dict[str, Overlaps]:
    return read_overlaps(lists_file)


@pytest.fixture(scope="session")
def others(lists_file: Path) -> Any:
    found = json.loads(lists_file.read_text())
    return {name: found[name]["other_estimates"] for name in FIVE}


def one(system: Overlaps, model: str, **options: Any) -> Estimate:
    found = estimate(system, models=[model], **options)
    assert not found.refusals
    return found.estimates[0]


def ends(item: Estimate) -> list[float]:
    assert item.high is not None
    return [item.total, item.low, item.high]


@pytest.mark.parametrize("name", FIVE)
def test_independence_equals_the_other_software_point_and_profile_interval(
    name: str, systems: dict[str, Overlaps], others: Any
) -> None:
    found = one(systems[name], "independence")
    assert [round(end) for end in ends(found)] == others[name]["independence"]


@pytest.mark.parametrize("name", FIVE)
def test_graph_averaging_equals_dga(name: str, systems: dict[str, Overlaps], others: Any) -> None:
    assert [round(end) for end in ends(one(systems[name], "dga"))] == others[name]["dga"]


@pytest.mark.parametrize("name", FIVE)
def test_stepwise_by_p_value_chooses_the_model_of_sparse_mse(
    name: str, systems: dict[str, Overlaps], others: Any
) -> None:
    found = one(systems[name], "p", replicates=60)
    point, low, high = others[name]["SparseMSE"]
    assert round(found.total) == point
    assert found.high is not None
    assert found.low < high
    assert found.high > low


def test_the_bootstrap_interval_is_the_one_of_sparse_mse(systems: dict[str, Overlaps], others: Any) -> None:
    found = one(systems["uk_2013_five"], "p", replicates=300)
    _, low, high = others["uk_2013_five"]["SparseMSE"]
    assert found.low == pytest.approx(low, rel=0.1)
    assert found.high == pytest.approx(high, rel=0.1)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_ranges_come_back(name: str, systems: dict[str, Overlaps]) -> None:
    system = systems[name]
    assert system.published is not None
    low, high = system.published
    for model in ("independence", "bic"):
        found = one(system, model, replicates=40)
        assert found.high is not None
        assert found.low <= high
        assert found.high >= low


def test_the_range_of_new_orleans_is_that_of_independence_which_fits(systems: dict[str, Overlaps]) -> None:
    found = one(systems["new_orleans_five"], "independence")
    assert found.fit is not None
    assert found.fit.p is not None
    assert found.fit.p > 0.05
    assert 650 <= found.total <= 1_700
    assert found.low == pytest.approx(650, rel=0.05)
    assert found.high == pytest.approx(1_700, rel=0.05)


def test_the_british_range_is_the_stepwise_interval_on_six_lists(systems: dict[str, Overlaps]) -> None:
    found = one(systems["uk_2013_six"], "p", replicates=60)
    assert found.high is not None
    assert 10_000 <= found.total <= 13_000
    assert found.low == pytest.approx(10_000, rel=0.1)
    assert found.high == pytest.approx(13_000, rel=0.15)


def test_the_australian_range_is_within_the_graph_average_and_is_what_two_dependent_pairs_give(
    systems: dict[str, Overlaps],
) -> None:
    """1,350 to 1,900 was published; models that fit these counts better give far more."""
    system = systems["australia_four"]
    assert system.published == (1_350, 1_900)
    average = one(system, "dga")
    assert average.low < 1_350
    assert average.high is not None
    assert average.high > 1_900
    sparse, two = (
        estimate(system, models=[], pairs=pairs).estimates[0] for pairs in (["B+C"], ["A+B", "B+C"])
    )
    assert 1_350 <= sparse.total <= 1_900
    assert two.total == pytest.approx(1_900, rel=0.01)
    assert (two.fit and two.fit.p, two.fit and two.fit.p_at_most) == (0.005, True)
    better = one(system, "p", replicates=20)
    assert better.total > 3 * 1_900
    assert better.fit is not None
    assert two.fit is not None
    assert better.fit.aic < two.fit.aic - 30


def test_six_lists_are_averaged_over_all_18154_graphs(systems: dict[str, Overlaps]) -> None:
    found = one(systems["uk_2013_six"], "dga")
    assert "18,154" in found.notes[0]
    assert found.low < 13_000
    assert found.high is not None
    assert found.high > 10_000


def test_the_disagreement_is_said_and_never_one_number(systems: dict[str, Overlaps]) -> None:
    found = estimate(systems["australia_four"], models=["independence", "dga", "bic"], replicates=20)
    assert "disagree by a factor of 7.9" in found.sentence
    assert "Quote this range, not one number." in found.sentence
    assert "Independence does not fit" in found.sentence


def test_independence_fits_where_the_lists_are_independent_and_not_in_australia(
    systems: dict[str, Overlaps],
) -> None:
    fits = {name: one(systems[name], "independence").fit for name in ("new_orleans_five", "australia_four")}
    good, poor = fits["new_orleans_five"], fits["australia_four"]
    assert good is not None
    assert poor is not None
    assert good.p is not None
    assert good.p > 0.05
    assert poor.p is not None
    assert poor.p < 0.01
    assert poor.deviance == pytest.approx(171.36, abs=0.01)
    assert poor.df == 10


def test_the_same_seed_gives_the_same_interval_whatever_stands_beside_it(
    systems: dict[str, Overlaps],
) -> None:
    system = systems["new_orleans_five"]
    alone = one(system, "bic", seed=3, replicates=30)
    beside = estimate(system, models=["p", "bic"], seed=3, replicates=30).estimates[1]
    other = one(system, "bic", seed=4, replicates=30)
    assert alone == beside
    assert ends(alone) != ends(other)


def lincoln(a: int, b: int, both: int) -> Prevalence:
    return estimate(overlaps(["A", "B"], {"A": a, "B": b, "A+B": both}))


def test_two_lists_give_lincoln_and_petersen_and_say_that_nothing_checks_it() -> None:
    found = lincoln(90, 40, 10)
    assert [item.model for item in found.estimates] == ["independence"]
    assert found.estimates[0].total == pytest.approx(100 * 50 / 10)
    assert "nothing can check" in found.estimates[0].notes[0]
    assert found.estimates[0].fit is not None
    assert found.estimates[0].fit.p is None
    assert {item.model for item in found.refusals} == {"aic", "bic", "p", "dga"}
    assert found.sentence.startswith("Only independence")


def test_the_unidentifiable_example_is_refused_with_both_reasons(systems: dict[str, Overlaps]) -> None:
    with pytest.raises(TiphubError) as caught:
        estimate(systems["unidentifiable_example"])
    said = str(caught.value)
    assert "Only A+B shares people" in said
    assert "does not exist" in said
    assert "not identifiable" in said


def test_a_model_without_an_estimate_is_refused_beside_those_that_have_one() -> None:
    system = overlaps(["A", "B", "C"], {"A": 40, "B": 30, "C": 20, "A+B": 6, "A+C": 5})
    found = estimate(system, models=["independence", "all-pairs"], pairs=["B+A"])
    assert [item.model for item in found.estimates] == ["independence", "pairs"]
    assert found.estimates[1].terms == ("A+B",)
    assert [item.model for item in found.refusals] == ["all-pairs"]
    assert "not identifiable" in found.refusals[0].reason


def test_a_pair_that_shares_nobody_leaves_its_cells_and_costs_a_parameter(
    systems: dict[str, Overlaps],
) -> None:
    found = estimate(systems["western_us_five"], models=["independence"], pairs=["A+B"])
    plain, sparse = (item.fit for item in found.estimates)
    assert plain is not None
    assert sparse is not None
    assert plain.df - sparse.df == 8
    assert sparse.deviance is not None
    assert plain.deviance is not None
    assert sparse.aic - plain.aic == pytest.approx(sparse.deviance - plain.deviance + 2)
