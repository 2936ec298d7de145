"""Privacy loss is added up exactly, and every conversion errs on the side of the people."""

import math
from fractions import Fraction

import numpy as np
import opendp.prelude as dp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.vault.s4_protect.dp.accounting import GRID, delta_for, epsilon_for, rho_for, scale_for

EPSILONS = st.floats(0.01, 20)
DELTAS = st.floats(1e-10, 1e-3)


def delta_by_hand(rho: float, epsilon: float) -> float:
    """Canonne, Kamath, Steinke 2020, proposition 7, by a plain search over alpha."""
    above = 10 ** np.linspace(-3, 6, 20_000)
    a = 1 + above
    return float(np.exp((above * (a * rho - epsilon) + a * np.log1p(-1 / a) - np.log(above)).min()))


@given(EPSILONS, DELTAS)
@settings(max_examples=15, deadline=None)
def test_rho_implies_epsilon_and_the_next_grain_does_not(epsilon: float, delta: float) -> None:
    rho = rho_for(epsilon, delta)
    assert GRID % rho.denominator == 0
    assert epsilon_for(rho, delta) <= epsilon
    assert epsilon_for(rho + Fraction(1, GRID), delta) > epsilon


@given(EPSILONS, DELTAS)
@settings(max_examples=10, deadline=None)
def test_the_conversion_agrees_with_its_formula(epsilon: float, delta: float) -> None:
    rho = float(rho_for(epsilon, delta))
    assert delta_by_hand(rho, epsilon) == pytest.approx(delta, rel=0.02)


@given(st.integers(1, 40), st.integers(1, 10**6), DELTAS)
@settings(max_examples=10, deadline=None)
def test_parts_add_up_to_the_whole_and_mean_the_same(parts: int, weight: int, delta: float) -> None:
    whole = rho_for(4, delta)
    shares = [whole * Fraction(weight + part, 1) for part in range(parts)]
    scaled = [whole * share / sum(shares) for share in shares]
    assert sum(scaled) == whole
    assert epsilon_for(sum(scaled), delta) == epsilon_for(whole, delta)
    assert whole / 2 + whole / 2 == whole


@given(st.fractions(Fraction(1, 10**9), 10), st.sampled_from([1.0, math.sqrt(2), 3.0]))
@settings(max_examples=60, deadline=None)
def test_the_noise_costs_no_more_than_its_part_and_hardly_less(rho: Fraction, distance: float) -> None:
    scale = scale_for(rho, distance)
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l2_distance(T=float)
    spent = Fraction(dp.m.make_gaussian(*space, scale=scale).map(distance))
    assert spent <= rho
    assert spent >= rho * (1 - Fraction(1, 10**12))


def test_a_rho_is_no_epsilon_at_all_if_it_is_zero() -> None:
    assert epsilon_for(Fraction(0), 1e-6) == 0


def test_more_rho_is_more_epsilon() -> None:
    found = [epsilon_for(Fraction(step, 50), 1e-6) for step in range(1, 50)]
    assert found == sorted(set(found))


@pytest.mark.parametrize("epsilon", [0.0, -0.0, -1.0, math.nan, math.inf, -math.inf])
def test_an_epsilon_that_is_no_positive_number_is_refused(epsilon: float) -> None:
    with pytest.raises(TiphubError, match="it is a number above 0"):
        rho_for(epsilon, 1e-6, confirmed_large_epsilon=True)


def test_a_large_epsilon_has_to_be_confirmed() -> None:
    assert rho_for(20, 1e-6)
    with pytest.raises(TiphubError, match="nearly nobody") as told:
        rho_for(20.001, 1e-6)
    assert "--confirm-large-epsilon" in told.value.do
    assert epsilon_for(rho_for(300, 1e-6, confirmed_large_epsilon=True), 1e-6) <= 300


def test_an_epsilon_for_which_nothing_could_be_told_is_refused() -> None:
    with pytest.raises(TiphubError, match="too small"):
        rho_for(1e-9, 1e-10)


@pytest.mark.parametrize("delta", [-1e-6, 1.0, 2.0, math.nan, math.inf])
def test_a_delta_that_is_no_small_number_is_refused(delta: float) -> None:
    with pytest.raises(TiphubError, match="Delta cannot be"):
        rho_for(4, delta)
    with pytest.raises(TiphubError, match="Delta cannot be"):
        delta_for(1_000, delta)


def test_a_delta_of_zero_is_refused() -> None:
    with pytest.raises(TiphubError, match="Delta cannot be 0"):
        rho_for(4, 0.0)


@given(st.integers(1, 10**9))
def test_delta_follows_from_the_declared_size(size: int) -> None:
    n = max(size, 1_000)
    assert 0.999 / (n * math.log(n)) < delta_for(size) <= 1 / (n * math.log(n))
    assert Fraction(delta_for(size)) * size <= 1


@given(st.integers(2, 10**9), st.floats(1.0000001, 100))
def test_a_delta_above_one_in_n_is_refused(size: int, factor: float) -> None:
    asked = factor / size
    if asked < 1:
        with pytest.raises(TiphubError, match=f"more than 1 in {size:,}"):
            delta_for(size, asked)
    assert delta_for(size, 0.5 / size) == 0.5 / size


def test_without_a_declared_size_there_is_no_delta() -> None:
    with pytest.raises(TiphubError, match="does not declare"):
        delta_for(None)


@pytest.mark.parametrize("rho", [Fraction(0), Fraction(-1)])
def test_no_noise_for_nothing(rho: Fraction) -> None:
    with pytest.raises(TiphubError, match="no noise"):
        scale_for(rho)
