"""Intervals and fits by drawing the counts anew and choosing the model anew each time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import xlogy
from scipy.stats import norm

from tiphub.evidence.prevalence.design import Design
from tiphub.evidence.prevalence.fitting import Fitted, fit
from tiphub.evidence.prevalence.observation import Exact, Observation
from tiphub.evidence.prevalence.overlaps import Bools, Floats
from tiphub.evidence.prevalence.selection import Selection

TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How often to draw anew, with which random numbers, and whom to tell."""

    rng: np.random.Generator
    replicates: int
    advance: Callable[[int], None]


class Interval(NamedTuple):
    """The total's 95% interval (its upper end may be infinite), and how many replicates had no total."""

    low: float
    high: float
    without: int


def total_of(fitted: Fitted) -> float:
    """People seen and unseen, by the first model of a fit."""
    return float(fitted.expected[0].sum() + fitted.unseen[0])


def bca_interval(design: Design, counts: Floats, select: Selection, bootstrap: Bootstrap) -> Interval:
    """The BCa interval of the total; the model is chosen anew in every replicate.

    Chan, Silverman and Vincent (2021, section 3.3) after DiCiccio and Efron (Statistical Science 11, 1996):
    multinomial replicates of the people observed, acceleration by the jackknife over people.
    """
    people = int(counts.sum())

    def total(table: Floats) -> float:
        return settled_total(design, Exact(table), select)

    estimate = total(counts)
    drawn = np.empty(bootstrap.replicates)
    for place in range(len(drawn)):
        drawn[place] = total(bootstrap.rng.multinomial(people, counts / people).astype(np.float64))
        bootstrap.advance(1)
    tails = _bca_tails(drawn, estimate, _acceleration(counts, total))
    low, high = (quantile(drawn, tail) for tail in tails)
    return Interval(low, high, int(np.isinf(drawn).sum()))


def parametric_interval(
    design: Design, observed: Observation, fitted: Fitted, select: Selection, bootstrap: Bootstrap
) -> Interval:
    """The interval of the total from systems drawn from the fit, with fresh noise, the model chosen anew.

    Bias-corrected percentiles (Efron, JASA 82, 1987), without acceleration: noisy counts have no jackknife
    over people.
    """
    mean, truth = fitted.mean[0], float(fitted.mean[0].sum() + fitted.unseen[0])
    drawn = np.empty(bootstrap.replicates)
    for place in range(len(drawn)):
        drawn[place] = settled_total(design, observed.redraw(mean, bootstrap.rng), select)
        bootstrap.advance(1)
    low, high = (quantile(drawn, tail) for tail in _bca_tails(drawn, truth, 0.0))
    return Interval(low, high, int(np.isinf(drawn).sum()))


def settled_total(design: Design, observed: Observation, select: Selection) -> float:
    """The total, or infinity where these counts set none."""
    fitted = select(design, observed).fitted
    total = total_of(fitted)
    return total if fitted.unseen[0] < 1e4 * max(float(fitted.expected[0].sum()), 1.0) else np.inf


DRAWS = 199
"""Tables drawn to see how well a model fits: none of them fitting worse means a p of at most 1 in 200."""


def fit_by_simulation(
    design: Design, counts: Floats, model: Bools, rng: np.random.Generator
) -> tuple[float, float, bool]:
    """The deviance, how often tables drawn from the model have one as large, and whether none had."""
    fitted = fit(design, Exact(counts), model[None])
    tables = rng.poisson(fitted.mean[0], (DRAWS, len(counts))).astype(np.float64)
    again = fit(design, Exact(tables), np.tile(model, (DRAWS, 1)), start=fitted.parameters[0])
    own = float(deviance(counts, fitted.mean[0]))
    worse = int((deviance(tables, again.mean) >= own - 1e-9).sum())
    return own, (worse + 1) / (DRAWS + 1), worse == 0


def deviance(counts: Floats, mean: Floats) -> Floats:
    """Twice the log-likelihood ratio of a perfect fit to these means, over the last axis."""
    safe = np.where(counts > 0, mean, 1.0)
    twice = 2 * (xlogy(counts, counts / safe) - (counts - mean)).sum(axis=-1)
    return np.asarray(np.maximum(twice, 0.0))


def quantile(values: Floats, share: float) -> float:
    """A quantile that may be infinite."""
    return float(np.quantile(values, share, method="inverted_cdf"))


def _bca_tails(drawn: Floats, estimate: float, acceleration: float) -> tuple[float, float]:
    below = np.clip((drawn < estimate).mean(), 0.5 / len(drawn), 1 - 0.5 / len(drawn))
    bias = float(norm.ppf(below))
    moved = [bias + float(norm.ppf(tail)) for tail in TAILS]
    low, high = (float(norm.cdf(bias + value / (1 - acceleration * value))) for value in moved)
    return low, high


def _acceleration(counts: Floats, total: Callable[[Floats], float]) -> float:
    held = np.flatnonzero(counts > 0)
    without = np.empty(len(held))
    for place, cell in enumerate(held):
        table = counts.copy()
        table[cell] -= 1
        without[place] = total(table)
    weight = counts[held]
    if not np.isfinite(without).all():
        return 0.0
    gap = np.average(without, weights=weight) - without
    spread = float((weight * gap**2).sum())
    return float((weight * gap**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0
