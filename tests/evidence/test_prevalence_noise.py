"""Overlaps that carry privacy noise: the interval counts it in."""

import numpy as np
import pytest

from tiphub.errors import TiphubError
from tiphub.evidence.prevalence import OverlapNoise, Overlaps, estimate, overlaps
from tiphub.evidence.prevalence.noisy_averaging import r_hat
from tiphub.evidence.prevalence.observation import Exact, Noisy, discrete_gaussian
from tiphub.evidence.prevalence.overlaps import combinations

LISTS = ("A", "B", "C", "D")
CHANCES = np.array([0.05, 0.08, 0.12, 0.15])
PEOPLE = 2000
STD = 5.0


def seen(rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """People by combination of four lists that find them independently of each other."""
    cells = combinations(len(LISTS))
    chance = np.prod(np.where(cells == 1, CHANCES, 1 - CHANCES), axis=1)
    return rng.multinomial(PEOPLE, np.append(chance, 1 - chance.sum()))[:-1]


def noisy(rng: np.random.Generator, std: float = STD) -> Overlaps:
    counts = seen(rng) + discrete_gaussian(std, (15,), rng)
    return Overlaps(LISTS, tuple(int(count) for count in counts))


def coverage(std: float, systems: int) -> float:
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(systems):
        system = noisy(rng, std) if std else Overlaps(LISTS, tuple(int(count) for count in seen(rng)))
        noise = OverlapNoise(std) if std else None
        found = estimate(system, noise=noise, models=["independence"]).estimates[0]
        covered += found.low <= PEOPLE <= (found.high or np.inf)
    return covered / systems


@pytest.mark.parametrize("std", [0.0, STD])
def test_intervals_cover_the_planted_total_with_and_without_noise(std: float) -> None:
    assert 0.89 <= coverage(std, 80) <= 1.0


def test_taking_noisy_counts_for_true_ones_would_not_cover() -> None:
    """What the noise does to someone who does not count it in: the test above can fail."""
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(40):
        counts = np.maximum(seen(rng) + discrete_gaussian(15.0, (15,), rng), 0)
        system = Overlaps(LISTS, tuple(int(count) for count in counts))
        found = estimate(system, models=["independence"]).estimates[0]
        covered += found.low <= PEOPLE <= (found.high or np.inf)
    assert covered / 40 < 0.75


def test_the_interval_widens_with_the_noise() -> None:
    counts = tuple(int(count) for count in seen(np.random.default_rng(3)))
    widths = []
    for std in (0.5, 5.0, 15.0):
        found = estimate(Overlaps(LISTS, counts), noise=OverlapNoise(std), models=["independence"])
        item = found.estimates[0]
        assert item.high is not None
        widths.append(item.high - item.low)
    assert widths[0] < widths[1] < widths[2]


def test_tiny_noise_is_as_good_as_none() -> None:
    system = Overlaps(LISTS, tuple(int(count) for count in seen(np.random.default_rng(4))))
    plain = estimate(system, models=["independence"]).estimates[0]
    tiny = estimate(system, noise=OverlapNoise(0.05), models=["independence"]).estimates[0]
    assert tiny.total == pytest.approx(plain.total, rel=1e-4)
    assert tiny.low == pytest.approx(plain.low, rel=1e-3)
    assert tiny.high == pytest.approx(plain.high, rel=1e-3)


def test_every_model_answers_from_noisy_counts_and_says_that_they_are_noisy() -> None:
    found = estimate(
        noisy(np.random.default_rng(5)),
        noise=OverlapNoise(STD),
        models=["independence", "bic", "dga"],
        replicates=60,
    )
    assert [item.model for item in found.estimates] == ["independence", "bic", "dga"]
    for item in found.estimates:
        assert item.low <= PEOPLE <= (item.high or np.inf)
    assert any("standard deviation of 5" in note for note in found.notes)
    assert all(item.fit is None or item.fit.deviance is None for item in found.estimates)


def test_noise_that_swamps_the_overlaps_leaves_no_upper_limit_or_no_estimate() -> None:
    open_ended = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        found = estimate(noisy(rng, 40.0), noise=OverlapNoise(40.0), models=["independence"])
        if not found.estimates:
            assert "noise hides the overlaps" in found.refusals[0].reason
            open_ended += 1
        elif found.estimates[0].high is None:
            assert "no upper limit" in found.sentence
            open_ended += 1
    assert open_ended >= 2


def test_the_sum_over_true_counts_is_the_convolution() -> None:
    """Against brute force: simulated noisy counts have the probabilities that the likelihood gives them."""
    rng = np.random.default_rng(6)
    mean, std = 3.0, 1.5
    drawn = rng.poisson(mean, 200_000) + discrete_gaussian(std, (200_000,), rng)
    for value in (-2.0, 0.0, 3.0, 8.0):
        found = Noisy(np.array([value]), std).moments(np.array([mean]))
        assert np.exp(found.loglik[0]) == pytest.approx((drawn == value).mean(), abs=0.003)


def test_the_expected_true_count_is_the_mean_of_its_draws() -> None:
    rng = np.random.default_rng(7)
    mean = np.full(20_000, 4.0)
    observed = Noisy(np.full(20_000, 7.0), 3.0)
    drawn = observed.complete(mean, rng)
    known = observed.moments(mean)
    assert drawn.min() >= 0
    assert drawn.mean() == pytest.approx(known.expected[0], abs=0.05)
    assert drawn.var() == pytest.approx(known.variance[0], rel=0.05)
    assert Exact(np.array([7.0])).complete(np.array([4.0]), rng).tolist() == [7.0]


def test_negative_counts_need_a_noise_and_noisy_counts_need_every_combination() -> None:
    counts = {"A": 30, "B": 20, "A+B": -2}
    assert overlaps(["A", "B"], counts, noisy=True).counts == (20, 30, -2)
    with pytest.raises(TiphubError, match="no number of people"):
        overlaps(["A", "B"], counts)
    with pytest.raises(TiphubError, match="negative"):
        estimate(Overlaps(("A", "B"), (20, 30, -2)))
    with pytest.raises(TiphubError, match="have no noisy count"):
        overlaps(["A", "B"], {"A": 30, "B": 20}, noisy=True)


@pytest.mark.parametrize("std", [0.0, -1.0, float("nan"), float("inf")])
def test_noise_of_no_size_is_refused(std: float) -> None:
    with pytest.raises(TiphubError, match="Noise of size"):
        estimate(Overlaps(("A", "B"), (20, 30, 5)), noise=OverlapNoise(std))


def test_chains_that_disagree_are_told_from_chains_that_agree() -> None:
    rng = np.random.default_rng(8)
    chains = rng.normal(size=(4, 200))
    assert r_hat(chains) < 1.02
    assert r_hat(chains + np.arange(4)[:, None]) > 1.5
    assert r_hat(np.zeros((4, 200))) == np.inf


def test_a_rule_that_needs_true_counts_is_refused_on_noisy_ones() -> None:
    found = estimate(noisy(np.random.default_rng(9)), noise=OverlapNoise(STD), models=["independence", "p"])
    assert [item.model for item in found.refusals] == ["p"]
    assert "carry noise" in found.refusals[0].reason


def test_counts_that_do_not_go_with_the_lists_are_refused() -> None:
    with pytest.raises(TiphubError, match="2 counts do not go with 2 lists"):
        estimate(Overlaps(("A", "B"), (20, 30)))
