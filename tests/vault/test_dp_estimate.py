"""Estimates are generalised least squares, and their deviations are right."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.estimate import Estimates, Measurement, combine

Cells = np.ndarray


@st.composite
def measured(draw: st.DrawFn) -> tuple[tuple[int, ...], list[Measurement]]:
    """Tables over two to four variables, each with noise of a scale of its own."""
    cardinalities = tuple(draw(st.lists(st.integers(1, 4), min_size=2, max_size=4)))
    every = [
        table
        for size in (1, 2, 3)
        for table in combinations(range(len(cardinalities)), min(size, 3))
        if table
    ]
    tables = draw(st.lists(st.sampled_from(every), min_size=1, max_size=6, unique=True))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    found = []
    for table in tables:
        shape = [cardinalities[item] for item in table]
        found.append(Measurement(table, random.integers(-50, 500, shape), draw(st.floats(0.5, 40))))
    return cardinalities, found


def margin(table: Table, cardinalities: tuple[int, ...]) -> Cells:
    """The matrix that sums the cells of the whole domain into a table."""
    whole = np.indices(cardinalities).reshape(len(cardinalities), -1)
    shape = [cardinalities[item] for item in table]
    cell = np.ravel_multi_index([whole[item] for item in table], shape)
    out = np.zeros((int(np.prod(shape)), whole.shape[1]))
    out[cell, np.arange(whole.shape[1])] = 1
    return out


@settings(deadline=None)
@given(measured())
def test_tables_and_deviations_are_those_of_dense_least_squares(
    case: tuple[tuple[int, ...], list[Measurement]],
) -> None:
    cardinalities, found = case
    rows = np.concatenate([margin(item.table, cardinalities) / item.scale for item in found])
    seen = np.concatenate([item.counts.ravel() / item.scale for item in found])
    inverse = np.linalg.pinv(rows.T @ rows, rcond=1e-10, hermitian=True)
    people = inverse @ rows.T @ seen
    estimates = combine(found, cardinalities)
    size = max(1.0, np.abs(people).max(), np.abs(seen).max())
    for item in found:
        to_table = margin(item.table, cardinalities)
        slow = (to_table @ people).reshape(item.counts.shape)
        assert np.abs(estimates.table(item.table) - slow).max() <= 1e-9 * size
        variance = np.diag(to_table @ inverse @ to_table.T)
        assert np.abs(np.sqrt(variance) - estimates.deviation(item.table)).max() <= 1e-9 * item.scale
        assert np.sqrt(variance).max() <= item.scale * (1 + 1e-9)


@settings(deadline=None)
@given(measured())
def test_tables_agree_on_what_they_share(case: tuple[tuple[int, ...], list[Measurement]]) -> None:
    cardinalities, found = case
    estimates = combine(found, cardinalities)
    for one, other in combinations(found, 2):
        shared = tuple(item for item in one.table if item in other.table)
        views = [summed(estimates, item.table, shared) for item in (one, other)]
        assert np.allclose(views[0], views[1], rtol=0, atol=1e-8)
        assert np.allclose(views[0], estimates.table(shared), rtol=0, atol=1e-8)


def summed(estimates: Estimates, table: Table, onto: Table) -> Cells:
    axes = tuple(axis for axis, item in enumerate(table) if item not in onto)
    out: Cells = estimates.table(table).sum(axis=axes)
    return out


def test_without_noise_the_truth_comes_back() -> None:
    truth = np.random.default_rng(1).integers(0, 30, (3, 4, 2))
    tables = [(0,), (0, 1), (1, 2), (0, 1, 2)]
    found = [
        Measurement(table, truth.sum(axis=tuple({0, 1, 2} - set(table))), 2.0 + index)
        for index, table in enumerate(tables)
    ]
    estimates = combine(found, truth.shape)
    assert estimates.total == pytest.approx(truth.sum())
    for table in [*tables, (0, 2), (2,)]:
        assert np.allclose(estimates.table(table), truth.sum(axis=tuple({0, 1, 2} - set(table))))


def test_a_table_that_nobody_measured_is_an_error() -> None:
    estimates = combine([Measurement((0, 1), np.ones((2, 2), np.int64), 1.0)], (2, 2, 2))
    with pytest.raises(KeyError):
        estimates.table((0, 2))
