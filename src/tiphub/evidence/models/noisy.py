"""A logistic fit to noisy two-way tables whose intervals count the noise in.

The people are taken for a Poisson log-linear model over outcome and covariates: the logistic model for the
outcome, and pairwise dependences among the columns of the covariates. Two-way tables are its sufficient
statistics (Birch, JRSS B 25, 1963), so nothing of the model is lost by measuring only them. What a release
tells is these statistics plus Gaussian noise of known size; with the normal approximation of their sampling
the likelihood is

    tables ~ N(mean(theta), sampling(theta) + diag(std ** 2)),

as in NAPSU-MQ (Räisä et al., AISTATS 2023). It is maximised by iterated weighted least squares. Counts may be
negative: nothing is clipped. Intervals hold the values that a score test does not reject (see ``score``).

The dependence of three covariates together is not modelled. The study in ``bench/models.py`` shows what that
costs where it is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from tiphub.evidence.models.declared import OUTCOME, Declared, Pair
from tiphub.evidence.models.design import Floats
from tiphub.evidence.models.score import LIMIT, Goal, bounds_of, least, mean_of

PRIOR = 0.1
"""Precision of the normal prior for dependences among covariates: it settles those that noise hides."""
SLOPE_PRIOR = 0.001
"""The same for log odds ratios, so weak that it hardly moves one that the data tell."""

_ROUNDS = 4


@dataclass(frozen=True)
class NoisyTable:
    """A two-way table as released: counts with mean-zero noise, not clipped, and its standard deviations."""

    counts: Floats
    std: Floats


@dataclass(frozen=True)
class NoisyFit:
    """Log odds ratios by parameter of the design, without the intercept.

    Attributes:
        coefficients: the estimates, within `LIMIT`.
        low, high: 95% intervals that hold sampling and noise; infinite where there is no bound.
        p: the p-values of the test that they are 0.
        sampling: what the variances would be without noise.
        people: estimated people, and of these with the outcome.
    """

    coefficients: Floats
    low: Floats
    high: Floats
    p: Floats
    sampling: Floats
    people: tuple[float, float]


@dataclass(frozen=True)
class Posterior:
    """The fitted log-linear model.

    ``basis`` is entries of `Declared.axes` x parameters, the logistic model's first; ``theta`` are the
    parameters, ``information`` the inverse of their covariance.
    """

    basis: Floats
    theta: Floats
    information: Floats
    goal: "Goal"


def fit_noisy(declared: Declared, matrix: Floats, tables: Mapping[Pair, NoisyTable]) -> NoisyFit | None:
    """Fit the model to noisy tables; ``None`` where the fit does not settle: the noise hides too much.

    Args:
        declared: the model's shape.
        matrix: the design, patterns (as `Declared.patterns`) x parameters, the intercept first.
        tables: a table for each of `Declared.pairs`.
    """
    scale = np.r_[1.0, np.abs(matrix[:, 1:]).max(0)]
    found = posterior(declared, matrix / scale, tables)
    if found is None:
        return None
    mean = mean_of(found.basis, found.theta).reshape(-1, 2)
    people, chance = mean.sum(1), mean[:, OUTCOME] / mean.sum(1)
    alone = (matrix * (people * chance * (1 - chance))[:, None]).T @ matrix
    slopes = range(1, matrix.shape[1])
    bounds = np.array([bounds_of(found.goal, found.theta, found.information, place) for place in slopes])
    return NoisyFit(
        np.clip(found.theta[1 : matrix.shape[1]], -LIMIT, LIMIT) / scale[1:],
        bounds[:, 0] / scale[1:],
        bounds[:, 1] / scale[1:],
        bounds[:, 2],
        np.diag(np.linalg.pinv(alone))[1:],
        (float(people.sum()), float(mean[:, OUTCOME].sum())),
    )


def posterior(declared: Declared, matrix: Floats, tables: Mapping[Pair, NoisyTable]) -> Posterior | None:
    """Fit the log-linear model; ``None`` where it does not settle. The first parameters are ``matrix``'s."""
    basis = _basis(declared, matrix)
    statistics = csr_array(np.hstack([declared.indicator(pair) for pair in declared.pairs]).T)
    told = np.concatenate([tables[pair].counts.ravel() for pair in declared.pairs])
    noise = np.concatenate([tables[pair].std.ravel() for pair in declared.pairs]) ** 2
    total = max(float(np.mean([tables[pair].counts.sum() for pair in declared.pairs])), 1.0)
    own = np.arange(basis.shape[1]) < matrix.shape[1]
    prior = np.where(own, SLOPE_PRIOR, PRIOR)
    flat, *_ = np.linalg.lstsq(basis[:, ~own], np.full(len(basis), np.log(total / len(basis))), rcond=None)
    centre = np.zeros(len(prior))
    centre[~own] = flat
    weight: Floats = np.diag(1 / (noise + np.maximum(told, 1.0)))
    goal = Goal(basis, np.zeros(len(basis)), statistics, told, noise, weight, prior, centre)
    theta: Floats = centre
    for _ in range(_ROUNDS):
        settled = least(goal, theta)
        if settled is None:
            return None
        theta, information = settled
        goal = goal.weighted(theta)
    return Posterior(basis, theta, information, goal)


def _basis(declared: Declared, matrix: Floats) -> Floats:
    """The log-linear model: the logistic part, then an orthonormal basis of what covariates do in pairs."""
    outcome = (declared.axes[OUTCOME] == 0).astype(float)
    logistic = np.repeat(matrix, 2, axis=0) * outcome[:, None]
    among = [declared.indicator(pair) for pair in declared.pairs if OUTCOME not in pair]
    if not among:
        among = [np.eye(declared.sizes[1])[declared.axes[1]]]
    whole = np.hstack(among)
    values, vectors = np.linalg.eigh(whole.T @ whole)
    free = vectors[:, values > 1e-9 * values[-1]] / np.sqrt(values[values > 1e-9 * values[-1]])
    return np.hstack([logistic, whole @ free * np.sqrt(len(whole))])
