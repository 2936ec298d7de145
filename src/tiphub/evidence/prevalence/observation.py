"""How the counts at hand came from the true counts: exactly, or with privacy noise added."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import gammaln, logsumexp, xlogy

from tiphub.evidence.prevalence.overlaps import Floats


class Moments(NamedTuple):
    """What is known of the true counts, given their Poisson means: arrays of the shape of the means."""

    expected: Floats
    variance: Floats
    loglik: Floats


class Observation(Protocol):
    """The counts as they were handed in."""

    @property
    def counts(self) -> Floats:
        """What was handed in, one a cell."""

    @property
    def exact(self) -> bool:
        """Whether these are the true counts."""

    def moments(self, mean: Floats) -> Moments:
        """True counts given their Poisson means (any leading shape, cells last) and what was observed."""

    def redraw(self, mean: Floats, rng: np.random.Generator) -> "Observation":
        """Observe another system with these means, in the same way."""

    def complete(self, mean: Floats, rng: np.random.Generator) -> Floats:
        """Draw true counts that could stand behind what was observed, given their Poisson means."""


@dataclass(frozen=True, slots=True)
class Exact:
    """Counts as they are."""

    counts: Floats
    exact: bool = True

    def moments(self, mean: Floats) -> Moments:
        """Nothing is left to know of the counts."""
        expected = np.broadcast_to(self.counts, mean.shape)
        loglik = xlogy(expected, mean) - mean - gammaln(expected + 1)
        return Moments(expected, np.zeros(mean.shape), loglik)

    def redraw(self, mean: Floats, rng: np.random.Generator) -> "Exact":
        """Poisson counts."""
        return Exact(rng.poisson(mean).astype(np.float64))

    def complete(self, mean: Floats, rng: np.random.Generator) -> Floats:  # noqa: ARG002
        """The counts themselves."""
        return self.counts


@dataclass(frozen=True, slots=True)
class Noisy:
    """Counts plus discrete Gaussian noise of a known scale: the likelihood sums over the true counts.

    A true count is Poisson and never negative; what was observed is that count plus the noise. So an empty
    combination whose noisy count is 7 is not taken for 7 people, and none is taken for less than none.
    """

    counts: Floats
    std: float
    exact: bool = False

    def moments(self, mean: Floats) -> Moments:
        """Posterior mean and variance of each true count, and the log-likelihood of what was observed."""
        true, joint = self._joint(mean)
        loglik = logsumexp(joint, axis=-1)
        weight = np.exp(joint - loglik[..., None])
        expected = (weight * true).sum(axis=-1)
        variance = (weight * (true - expected[..., None]) ** 2).sum(axis=-1)
        return Moments(expected, variance, loglik)

    def redraw(self, mean: Floats, rng: np.random.Generator) -> "Noisy":
        """Poisson counts with fresh noise."""
        return Noisy(rng.poisson(mean) + discrete_gaussian(self.std, mean.shape, rng), self.std)

    def complete(self, mean: Floats, rng: np.random.Generator) -> Floats:
        """True counts from their posterior."""
        true, joint = self._joint(mean)
        weight = np.exp(joint - joint.max(axis=-1, keepdims=True)).cumsum(axis=-1)
        place = (weight < rng.random((*mean.shape, 1)) * weight[..., -1:]).sum(axis=-1, keepdims=True)
        return np.take_along_axis(np.broadcast_to(true, weight.shape), place, axis=-1)[..., 0]

    def _joint(self, mean: Floats) -> tuple[Floats, Floats]:
        reach = int(np.ceil(8 * self.std))
        lowest = np.maximum(self.counts - reach, 0)
        true: Floats = lowest[..., None] + np.arange(2 * reach + 1, dtype=np.float64)
        rate = np.maximum(mean, 1e-300)[..., None]
        poisson = true * np.log(rate) - rate - gammaln(true + 1)
        noise = -((self.counts[..., None] - true) ** 2) / (2 * self.std**2)
        return true, poisson + noise - _log_constant(self.std)


def discrete_gaussian(std: float, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Integers x with chance proportional to exp(-x^2 / (2 std^2)): for simulation, not for protection."""
    reach = int(np.ceil(10 * std))
    support = np.arange(-reach, reach + 1)
    chance = np.exp(-(support**2) / (2 * std**2))
    return rng.choice(support, size=shape, p=chance / chance.sum()).astype(np.float64)


def _log_constant(std: float) -> float:
    reach = int(np.ceil(10 * std))
    return float(np.log(np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * std**2)).sum()))
