"""Intervals of the people unseen by profile likelihood."""

from collections.abc import Callable
from math import exp, inf

from scipy.optimize import brentq
from scipy.stats import chi2

from tiphub.evidence.prevalence.design import Design
from tiphub.evidence.prevalence.fitting import Fitted, fit
from tiphub.evidence.prevalence.observation import Observation
from tiphub.evidence.prevalence.overlaps import Bools

LEVEL = 0.95
_FURTHEST = 8.0
"""In logarithms: 3,000 times the estimate. An end that is not reached there is no end."""


def profile_interval(
    design: Design, observed: Observation, model: Bools, best: Fitted
) -> tuple[float, float]:
    """The 95% interval of the people unseen: all values that the likelihood-ratio test does not reject.

    The upper end is infinite where the counts set none.
    """
    fall = float(chi2.ppf(LEVEL, 1)) / 2
    peak, top = float(best.parameters[0, 0]), float(best.loglik[0])

    def excess(value: float) -> float:
        held = fit(design, observed, model[None], log_unseen=value, start=best.parameters[0])
        return top - fall - float(held.loglik[0])

    low, high = _end(excess, peak, -1), _end(excess, peak, 1)
    return exp(low) if low > -inf else 0.0, exp(high) if high < inf else inf


def _end(excess: Callable[[float], float], peak: float, direction: int) -> float:
    step = 0.1
    inner = peak
    while step < _FURTHEST:
        outer = peak + direction * step
        if excess(outer) > 0:
            ends = sorted((inner, outer))
            return float(brentq(excess, ends[0], ends[1], xtol=1e-6))
        inner, step = outer, step * 1.6
    return direction * inf
