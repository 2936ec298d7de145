"""What looks at people spends exactly its budget, and nothing else looks at people."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import opendp.prelude as dp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiphub.progress import Silent
from tiphub.standard import Variable, load_standard
from tiphub.standard.variables import Codes, variable
from tiphub.vault.s4_protect.dp import FreshNoise, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.accounting import scale_for
from tiphub.vault.s4_protect.dp.measure import Measured, measure
from tiphub.vault.s4_protect.dp.noise import Counts, Noise, add_to_all
from tiphub.vault.s4_protect.dp.workload import MOST_CELLS, MOST_TRIPLES, allocate, choose_triples
from vault.dp_people import YEARS, Recorder, batches, columns, people

COUNTRIES = variable(load_standard(), "citizenship", years=YEARS)
rhos = st.fractions(min_value=Fraction(1, 10**6), max_value=50, max_denominator=10**9)


class NoNoise:
    private = False

    def add(self, counts: Counts, *, scale: float) -> Counts:  # noqa: ARG002
        return counts.copy()


def look(
    codes: Codes, variables: tuple[Variable, ...], rho: Fraction, noise: Noise, pieces: int = 3
) -> Measured:
    return measure(batches(codes, pieces), variables, rho=rho, noise=noise, into="broader", progress=Silent())


def loss_of(scale: float) -> Fraction:
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    return Fraction(dp.m.make_gaussian(*space, scale=scale).map(1.0))


@settings(deadline=None)
@given(rhos, st.lists(st.integers(1, 300), min_size=1, max_size=8), st.data())
def test_shares_add_up_to_the_last_digit(
    rho: Fraction, cardinalities: list[int], data: st.DataObject
) -> None:
    places = st.integers(0, len(cardinalities) - 1)
    tables = data.draw(st.lists(st.lists(places, min_size=1, max_size=3).map(tuple), min_size=1, unique=True))
    shares = allocate(tables, cardinalities, rho)
    assert list(shares) == tables
    assert sum(shares.values()) == rho
    assert min(shares.values()) > 0


@settings(deadline=None)
@given(rhos)
def test_a_scale_is_the_least_that_stays_within_its_share(share: Fraction) -> None:
    scale = scale_for(share)
    assert loss_of(scale) <= share
    assert loss_of(scale * (1 - 1e-9)) > share


@pytest.mark.parametrize("rho", [Fraction(1, 1000), Fraction(1, 3), Fraction(7, 2)])
def test_all_passes_together_stay_within_the_budget_and_use_it_up(rho: Fraction) -> None:
    codes = np.column_stack([people(800), np.arange(800) % COUNTRIES.cardinality]).astype(np.int16)
    noise = Recorder(SeededNoiseForTests(3))
    look(codes, (*columns(), COUNTRIES), rho, noise)
    spent = sum(loss_of(scale) for scale in noise.scales)
    assert rho * (1 - Fraction(1, 10**9)) < spent <= rho
    assert 1 + 7 + 21 < len(noise.scales) <= 1 + 7 + 21 + 35


@pytest.mark.parametrize("width", [1, 2, 3])
def test_few_columns_use_the_whole_budget_too(width: int) -> None:
    noise = Recorder(SeededNoiseForTests(3))
    look(people(300)[:, :width], columns()[:width], Fraction(1, 4), noise)
    spent = sum(loss_of(scale) for scale in noise.scales)
    assert Fraction(1, 4) * (1 - Fraction(1, 10**9)) < spent <= Fraction(1, 4)


class Deaf:
    """Gives answers that have nothing to do with the people, and remembers what it was asked to hide."""

    private = False

    def __init__(self) -> None:
        self.behind = SeededNoiseForTests(5)
        self.asked: list[Counts] = []

    def add(self, counts: Counts, *, scale: float) -> Counts:
        self.asked.append(counts.copy())
        return self.behind.add(np.full_like(counts, 40), scale=scale)


def test_one_person_changes_each_table_by_one_in_one_cell() -> None:
    """The sensitivity that the noise is made for, over the tables as they are really counted."""
    codes = np.column_stack([people(900), np.arange(900) % 5]).astype(np.int16)
    variables = (*columns(), COUNTRIES)
    everybody = Deaf()
    look(codes, variables, Fraction(1, 4), everybody)
    for left_out in range(0, 900, 90):
        others = Deaf()
        look(np.delete(codes, left_out, axis=0), variables, Fraction(1, 4), others)
        for with_them, without in zip(everybody.asked, others.asked, strict=True):
            change = with_them - without
            assert change.min() == 0
            assert change.sum() == 1


def test_without_noise_every_table_is_the_truth_however_people_are_cut() -> None:
    codes = people(700)
    one, other = (look(codes, columns(), Fraction(1), NoNoise(), pieces) for pieces in (1, 9))
    for table in one.tables:
        shape = [columns()[item].cardinality for item in table]
        truth = np.zeros(shape)
        np.add.at(truth, tuple(codes[:, item] for item in table), 1)
        assert np.allclose(one.estimates.table(table), truth)
        assert np.array_equal(one.estimates.table(table), other.estimates.table(table))


def test_what_is_measured_second_depends_on_noisy_tables_alone() -> None:
    """Noise that hides the people altogether leaves every choice as it was."""

    random = np.random.default_rng(8)
    variables = (*columns(), COUNTRIES)
    crowds = [
        np.column_stack([people(number, number), random.integers(0, number // 10, number)]).astype(np.int16)
        for number in (100, 1_000)
    ]
    one, other = (look(crowd, variables, Fraction(1, 4), Deaf()) for crowd in crowds)
    assert one.tables == other.tables
    assert one.variables == other.variables
    for table in one.tables:
        assert np.array_equal(one.estimates.table(table), other.estimates.table(table))


def test_the_most_dependent_three_variables_are_measured_first() -> None:
    random = np.random.default_rng(1)
    codes = random.integers(0, 2, (5_000, 6)).astype(np.int16)
    codes[:, 4] = codes[:, 1] ^ (random.random(5_000) < 0.1)
    codes[:, 5] = codes[:, 1] ^ (random.random(5_000) < 0.1)
    slices = [slice(2 * item, 2 * item + 2) for item in range(6)]
    rows = np.zeros((5_000, 12))
    np.put_along_axis(rows, codes + np.arange(0, 12, 2), 1, 1)
    chosen = choose_triples(rows.T @ rows / 5_000, slices, [2] * 6, people=5_000)
    assert chosen[0] == (1, 4, 5)
    assert len(chosen) == 20


def test_there_are_never_too_many_three_way_tables_nor_too_large_ones() -> None:
    sizes = [300, 300, *[3] * 14]
    edges = np.concatenate([[0], np.cumsum(sizes)])
    slices = [slice(int(a), int(b)) for a, b in pairwise(edges)]
    chosen = choose_triples(np.ones((edges[-1], edges[-1])), slices, sizes, people=1e6)
    assert len(chosen) == MOST_TRIPLES
    assert max(np.prod([sizes[item] for item in table]) for table in chosen) <= MOST_CELLS


def test_wanted_three_way_tables_come_first_if_they_are_not_too_large() -> None:
    sizes = [300, 300, *[3] * 14]
    edges = np.concatenate([[0], np.cumsum(sizes)])
    slices = [slice(int(a), int(b)) for a, b in pairwise(edges)]
    cross = np.ones((edges[-1], edges[-1]))
    wanted = [(10, 13, 15), (0, 1, 2), (12, 14), (9, 12, 14)]
    before = choose_triples(cross, slices, sizes, people=1e6)
    after = choose_triples(cross, slices, sizes, people=1e6, wanted=wanted)
    assert not {(10, 13, 15), (9, 12, 14)} & set(before)
    assert after == [(10, 13, 15), (9, 12, 14), *before[: MOST_TRIPLES - 2]]
    assert choose_triples(cross, slices, sizes, people=1e6, wanted=before[5:6])[1:] == before[:5] + before[6:]
    few_people = 4 * 27 - 1
    assert choose_triples(cross, slices, sizes, people=few_people, wanted=wanted) == []


def test_fresh_noise_has_the_spread_it_is_asked_for_and_cannot_be_repeated() -> None:
    """False alarm: 1 in 10,000 (chi-squared); the repeat: below 1 in 10^100."""
    noise = [FreshNoise().add(np.full(4_000, 7, np.int64), scale=12.0) - 7 for _ in range(2)]
    assert not np.array_equal(*noise)
    both = np.concatenate(noise)
    assert both.dtype == np.int64
    assert abs(both.mean()) < 3.9 * 12 / np.sqrt(8_000)
    assert abs(both.var() / 144 - 1) < 3.9 * np.sqrt(2 / 8_000)


def test_fresh_noise_keeps_the_shape_of_a_table() -> None:
    assert FreshNoise().add(np.zeros((2, 3, 4), np.int64), scale=1.0).shape == (2, 3, 4)


def test_fresh_noise_for_many_tables_keeps_each_tables_place_shape_and_scale() -> None:
    """Scales differ by far more than the largest of so many draws: a false alarm is below 1 in 10^20."""
    shapes, scales = [(30, 40), (2, 3, 4), (1_200,), ()], [0.05, 5.0, 0.05, 1.0]
    tables = [np.full(shape, 1_000 * place, np.int64) for place, shape in enumerate(shapes)]
    noisy = add_to_all(FreshNoise(), tables, scales)
    assert [table.shape for table in noisy] == shapes
    for table, exact, scale in zip(noisy, tables, scales, strict=True):
        assert np.abs(table - exact).max() <= 12 * scale
    assert np.array_equal(noisy[0], tables[0])
    assert not np.array_equal(noisy[1], tables[1])


def test_only_the_fresh_noise_calls_itself_private() -> None:
    assert FreshNoise().private
    assert not SeededNoiseForTests(1).private
    with pytest.raises(TypeError):
        SeededNoiseForTests(1, private=True)  # type: ignore[call-arg]
