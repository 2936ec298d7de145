"""Combinations that noise may have made, held below ten people or not."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiphub.progress import Silent
from tiphub.standard import encode
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.doubt import ALWAYS, doubt_for
from vault.dp_people import columns, population, standard

VARIABLES = columns("citizenship", "year_of_registration", "age_band", "gender")


def sparse(number: int) -> Codes:
    """People of twenty countries, each of two years and two ages alone: nine pairs in ten hold nobody."""
    random = np.random.default_rng(1)
    country = random.integers(1, 21, number)
    year = (country + random.integers(0, 2, number)) % 10 + 1
    age = (2 * country + random.integers(0, 2, number)) % 9 + 1
    return np.column_stack([country, year, age, random.integers(1, 3, number)]).astype(np.int16)


def released(codes: Codes, *, doubt: bool, seed: int) -> Codes:
    method = DifferentialPrivacy(
        rho=Fraction(2, 100),
        delta=1e-6,
        standard=standard(),
        into="unknown",
        requires=False,
        answered=False,
        doubt=doubt,
        noise=SeededNoiseForTests(seed),
        seed_for_tests=seed,
    )
    made = method.protect(population(codes, VARIABLES), progress=Silent())
    return encode(made.records, VARIABLES)


def pairs(codes: Codes) -> list[np.ndarray]:
    tables = []
    for first, second in combinations(range(len(VARIABLES)), 2):
        table = np.zeros((VARIABLES[first].cardinality, VARIABLES[second].cardinality), int)
        np.add.at(table, (codes[:, first], codes[:, second]), 1)
        tables.append(table)
    return tables


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_doubt_leaves_few_pairs_of_ten_and_more_that_nobody_has(seed: int) -> None:
    """Of some 240 pairs of ten and more, 25 to 46 were seen invented without doubt, 2 to 7 with it."""
    codes = sparse(4_000)
    truth = pairs(codes)

    def invented(doubt: bool) -> int:
        made = pairs(released(codes, doubt=doubt, seed=seed))
        return sum(int(((there >= 10) & (true == 0)).sum()) for true, there in zip(truth, made, strict=True))

    assert invented(doubt=False) >= 15
    assert invented(doubt=True) <= 12


def test_doubt_keeps_the_pairs_that_people_have() -> None:
    codes = sparse(4_000)
    made = pairs(released(codes, doubt=True, seed=1))
    kept = [there[true >= 30] > 0 for true, there in zip(pairs(codes), made, strict=True)]
    assert np.concatenate(kept).mean() > 0.98


@given(st.integers(0, 2**32), st.floats(2, 300))
def test_only_what_is_in_doubt_is_held_and_below_ten(seed: int, deviation: float) -> None:
    random, people = np.random.default_rng(seed), 1_000.0
    shares = random.uniform(0, 0.2, (6, 6))
    goal = (shares + random.normal(0, deviation / people, (6, 6))).astype(np.float32)
    weight = np.where(random.random((6, 6)) < 0.8, 1 / deviation**2, 0).astype(np.float32)
    aimed, weighs, doubt = goal.copy(), weight.copy(), doubt_for(deviation)
    doubt.hold(aimed, weighs, shares, people)
    held = weighs != weight
    assert not held.diagonal().any()
    assert not held[weight == 0].any()
    assert (aimed[~held] == goal[~held]).all()
    assert (aimed[held] * people < 10).all()
    assert (shares[held] * people < max(ALWAYS, doubt.fitted * deviation, doubt.unless * deviation)).all()
    few = (weight > 0) & (shares * people < ALWAYS) & ~np.eye(6, dtype=bool)
    assert held[few].all()
