"""Odds ratios from noisy tables: exact without noise, and with it their intervals still cover the truth."""

import numpy as np
import pytest

from evidence.people import STANDARD, grouped, model, ratios, table
from tiphub.errors import TiphubError
from tiphub.evidence.models import OUTCOMES, Declared, NoisyTable, declare, noisy_odds_ratios
from tiphub.evidence.models.declared import Pair
from tiphub.evidence.models.patterns import count_patterns
from tiphub.evidence.models.terms import term

CHILD = OUTCOMES["child"]
PEOPLE = grouped(
    {
        ("woman", "secondary"): (60, 500),
        ("woman", "none"): (90, 40),
        ("man", "secondary"): (50, 180),
        ("man", "none"): (70, 20),
    },
    "gender",
    "education",
)


def declared_tables(
    columns: dict[str, list[object]], *on: str, std: float, seed: int = 1
) -> tuple[Declared, dict[Pair, NoisyTable]]:
    with table(columns) as rows:
        terms = [term(name, rows, STANDARD, {}) for name in on]
        declared = declare(terms, STANDARD)
        exact = declared.tables(count_patterns(rows, STANDARD, CHILD, terms).counts)
    return declared, with_noise(exact, std, np.random.default_rng(seed))


def with_noise(exact: dict[Pair, np.ndarray], std: float, rng: np.random.Generator) -> dict[Pair, NoisyTable]:
    return {
        pair: NoisyTable(counts + rng.normal(0, std, counts.shape), np.full(counts.shape, std))
        for pair, counts in exact.items()
    }


@pytest.mark.parametrize("on", [("gender",), ("gender", "education")])
def test_without_noise_the_fit_is_that_of_the_records(on: tuple[str, ...]) -> None:
    found = noisy_odds_ratios(*declared_tables(PEOPLE, *on, std=1e-3), CHILD)
    records = ratios(model(PEOPLE, *on))
    for key in (("gender", "man"), ("education", "none"))[: len(on)]:
        ours, theirs = ratios(found)[key], records[key]
        assert ours is not None
        assert theirs is not None
        assert (ours.ratio, ours.low, ours.high) == pytest.approx(
            (theirs.ratio, theirs.low, theirs.high), rel=0.01
        )
    assert found.people == pytest.approx(1010, abs=2)
    assert found.events == pytest.approx(270, abs=2)


def test_more_noise_gives_wider_intervals_and_says_how_much() -> None:
    wider = []
    for std in (0.1, 5.0, 10.0):
        found = noisy_odds_ratios(*declared_tables(PEOPLE, "gender", "education", std=std), CHILD)
        effects = {(effect.variable, effect.level): effect for effect in found.effects}
        wider.append(effects["gender", "man"].wider or 0.0)
        assert found.noise
    assert wider[0] == pytest.approx(1, abs=0.02)
    assert 1 < wider[1] < wider[2]


def test_what_noise_hides_is_not_told_or_told_with_an_interval_that_says_so() -> None:
    found = noisy_odds_ratios(*declared_tables(PEOPLE, "gender", "education", std=5.0), CHILD)
    for effect in found.effects:
        if effect.level == "trans_nonconforming":  # nobody has it; the noise keeps that secret
            nobody = effect
    assert nobody.reason or (nobody.adjusted and nobody.adjusted.high / nobody.adjusted.low > 10)
    drowned = noisy_odds_ratios(*declared_tables(PEOPLE, "gender", std=400.0), CHILD)
    told = [ratio for ratio in ratios(drowned).values() if ratio]
    assert all(ratio.high / ratio.low > 10 for ratio in told)


def test_a_missing_table_and_a_covariate_without_categories_are_refused() -> None:
    declared, tables = declared_tables(PEOPLE, "gender", "education", std=1.0)
    with pytest.raises(TiphubError, match="lacks the table of gender by education"):
        noisy_odds_ratios(declared, {pair: found for pair, found in tables.items() if pair != (1, 2)}, CHILD)
    with (
        table(PEOPLE | {"age": [15] * len(PEOPLE["gender"])}) as rows,
        pytest.raises(TiphubError, match="needs categories"),
    ):
        declare([term("age", rows, STANDARD, {})], STANDARD)


def test_each_person_is_in_one_cell_of_each_table_at_most() -> None:
    """Sensitivity: whoever has an unknown is in none, everybody else in exactly one cell of each."""
    columns = {name: [*cells, None] for name, cells in PEOPLE.items()}
    _, tables = declared_tables(columns, "gender", "education", std=0.0)
    assert {float(found.counts.sum()) for found in tables.values()} == {1010.0}


def test_a_category_that_noise_drowns_keeps_an_open_bound_and_still_holds_the_truth() -> None:
    """Of those without schooling 60 are children and 2 adults: under noise of 6 the odds have no upper bound.

    The interval holds the ratio of the records in 38 of 40 draws on average; 33 or more with probability
    99.9%. Its bound is open where the noisy number of adults is under 11.8: in 38 of 40 too.
    """
    people = grouped({("secondary",): (90, 300), ("none",): (60, 2)}, "education")
    (truth,) = (one for one in ratios(model(people, "education")).values() if one)
    found = [
        ratios(noisy_odds_ratios(*declared_tables(people, "education", std=6.0, seed=seed), CHILD))[
            "education", "none"
        ]
        for seed in range(40)
    ]
    told = [one for one in found if one]
    assert sum(one.low <= truth.ratio <= one.high for one in told) + len(found) - len(told) >= 33
    assert sum(one.high > 1_000 for one in told) >= 33
    assert all(one.low <= one.ratio <= one.high for one in told)
