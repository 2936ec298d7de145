"""A logistic fit to noisy two-way tables whose intervals count the noise in.

The people are taken for a Poisson log-linear model over outcome and covariates: the logistic model for the
outcome, and pairwise dependences among the columns of the covariates. Two-way tables are its sufficient
statistics (Birch, JRSS B 25, 1963), so nothing of the model is lost by measuring only them. What a release
tells is these statistics plus Gaussian noise of known size; with the normal approximation of their sampling
the likelihood is

    tables ~ N(mean(theta), sampling(theta) + diag(std ** 2)),

as in NAPSU-MQ (Räisä et al., AISTATS 2023). It is maximised by iterated weighted least squares, and the
information at the maximum gives a covariance that holds sampling and noise together. Counts may be negative:
nothing is clipped.

The dependence of three covariates together is not modelled. The study in ``bench/models.py`` shows what that
costs where it is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tiphub.evidence.models.declared import OUTCOME, Declared, Pair
from tiphub.evidence.models.design import Floats

PRIOR = 0.1
"""Precision of the normal prior for dependences among covariates: it settles those that noise hides."""
SLOPE_PRIOR = 0.001
"""The same for log odds ratios, so weak that it hardly moves one that the data tell."""

_ROUNDS, _STEPS, _SMALL = 4, 200, 1e-7


@dataclass(frozen=True)
class NoisyTable:
    """A two-way table as released: counts with mean-zero noise, not clipped, and its standard deviations."""

    counts: Floats
    std: Floats


@dataclass(frozen=True)
class NoisyFit:
    """Log odds ratios by parameter of the design, without the intercept.

    Attributes:
        coefficients: the estimates.
        covariance: sampling and noise.
        sampling: what the covariance would be without noise.
        people: estimated people, and of these with the outcome.
    """

    coefficients: Floats
    covariance: Floats
    sampling: Floats
    people: tuple[float, float]


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
    basis, theta, covariance = found
    mean = _mean(basis, theta).reshape(-1, 2)
    people, chance = mean.sum(1), mean[:, OUTCOME] / mean.sum(1)
    alone = (matrix * (people * chance * (1 - chance))[:, None]).T @ matrix
    slopes, outer = slice(1, matrix.shape[1]), np.outer(scale[1:], scale[1:])
    return NoisyFit(
        theta[slopes] / scale[1:],
        covariance[slopes, slopes] / outer,
        np.linalg.pinv(alone)[1:, 1:],
        (float(people.sum()), float(mean[:, OUTCOME].sum())),
    )


def posterior(
    declared: Declared, matrix: Floats, tables: Mapping[Pair, NoisyTable]
) -> tuple[Floats, Floats, Floats] | None:
    """The log-linear model: basis (entries of `Declared.axes` x parameters), parameters, their covariance.

    The first parameters are those of ``matrix``.
    """
    basis = _basis(declared, matrix)
    statistics = np.hstack([declared.indicator(pair) for pair in declared.pairs])
    told = np.concatenate([tables[pair].counts.ravel() for pair in declared.pairs])
    noise = np.concatenate([tables[pair].std.ravel() for pair in declared.pairs]) ** 2
    total = max(float(np.mean([tables[pair].counts.sum() for pair in declared.pairs])), 1.0)
    own = np.arange(basis.shape[1]) < matrix.shape[1]
    prior = np.where(own, SLOPE_PRIOR, PRIOR)
    flat, *_ = np.linalg.lstsq(basis[:, ~own], np.full(len(basis), np.log(total / len(basis))), rcond=None)
    centre = np.zeros(len(prior))
    centre[~own] = flat
    theta: Floats = centre
    weight: Floats = np.diag(1 / (noise + np.maximum(told, 1.0)))
    for _ in range(_ROUNDS):
        goal = _Goal(basis, statistics, told, weight, prior, centre)
        settled = _least(goal, theta)
        if settled is None:
            return None
        theta, information = settled
        mean = _mean(basis, theta)
        weight = np.asarray(np.linalg.inv((statistics.T * mean) @ statistics + np.diag(noise + 1e-9)))
    return basis, theta, np.asarray(np.linalg.inv(information))


@dataclass(frozen=True)
class _Goal:
    """What is minimised in one round: weighted squared distances from the tables, and from the prior."""

    basis: Floats
    statistics: Floats
    told: Floats
    weight: Floats
    prior: Floats
    centre: Floats

    def __call__(self, theta: Floats) -> float:
        away = self.told - _mean(self.basis, theta) @ self.statistics
        return float(away @ self.weight @ away + self.prior @ (theta - self.centre) ** 2)


def _least(goal: _Goal, theta: Floats) -> tuple[Floats, Floats] | None:
    """Gauss and Newton's method with halved steps; the parameters and the information, or ``None``."""
    value = goal(theta)
    for _ in range(_STEPS):
        mean = _mean(goal.basis, theta)
        slope = goal.statistics.T @ (mean[:, None] * goal.basis)
        information = slope.T @ goal.weight @ slope + np.diag(goal.prior)
        away = goal.told - mean @ goal.statistics
        step = np.linalg.solve(
            information, slope.T @ (goal.weight @ away) - goal.prior * (theta - goal.centre)
        )
        part = min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
        while part > 1e-6 and not goal(theta + part * step) <= value:
            part /= 2
        before, theta = value, theta + part * step
        value = goal(theta)
        if before - value < _SMALL * max(1.0, value) or part <= 1e-6:
            return theta, information
    return None


def _mean(basis: Floats, theta: Floats) -> Floats:
    return np.asarray(np.exp(np.clip(basis @ theta, -30, 30)))


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
