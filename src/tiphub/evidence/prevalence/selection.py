"""Which pairs of lists a log-linear model lets depend: chosen step by step, by a criterion."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

from tiphub.evidence.prevalence.design import Design
from tiphub.evidence.prevalence.existence import identifiable, obstacle
from tiphub.evidence.prevalence.fitting import Fitted, fit
from tiphub.evidence.prevalence.observation import Observation
from tiphub.evidence.prevalence.overlaps import Bools, Floats

P_THRESHOLD = 0.02
"""The p-value under which a pair enters, as Chan, Silverman and Vincent (2021) advise."""

_SURELY_POSITIVE = 1e-3
_FAR = 1e5


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model, its fit, and the pairs that were wanted but have no estimate."""

    model: Bools
    fitted: Fitted
    passed_over: tuple[int, ...] = ()


Selection = Callable[[Design, Observation], Chosen]
"""From the counts to a model."""


def fixed(model: Bools) -> Selection:
    """The same pairs whatever the counts."""
    return lambda design, observed: Chosen(model, fit(design, observed, model[None]))


def by_aic(design: Design, observed: Observation) -> Chosen:
    """Add or take off one pair at a time while Akaike's criterion falls."""
    return _descend(design, observed, 2.0)


def by_bic(design: Design, observed: Observation) -> Chosen:
    """Add or take off one pair at a time while Schwarz's criterion falls; the sample: people observed."""
    return _descend(design, observed, float(np.log(max(observed.counts.sum(), 2.0))))


def by_p(design: Design, observed: Observation) -> Chosen:
    """Add the pair whose overlap is the least likely under the present model, while that is under 2%.

    The rule of Chan, Silverman and Vincent (2021): the one-sided Poisson probability of the overlap's count.
    """
    chosen = _start(design, observed)
    passed: set[int] = set()
    while True:
        means = chosen.fitted.mean[0] @ design.together
        seen = observed.counts @ design.together
        p = np.minimum(poisson.cdf(seen, means), poisson.sf(seen - 1, means))
        for place in np.argsort(p, kind="stable"):
            if chosen.model[place]:
                continue
            if p[place] >= P_THRESHOLD:
                return Chosen(chosen.model, chosen.fitted, tuple(sorted(passed)))
            tried = _toggled(chosen.model, int(place))
            fitted = fit(design, observed, tried[None], start=chosen.fitted.parameters[0])
            if has_estimate(design, observed, tried, fitted, 0):
                chosen = Chosen(tried, fitted)
                break
            passed.add(int(place))
        else:
            return Chosen(chosen.model, chosen.fitted, tuple(sorted(passed)))


def has_estimate(design: Design, observed: Observation, model: Bools, fitted: Fitted, row: int) -> bool:
    """Whether the model is identifiable and its maximum finite.

    A fit that has settled on means above zero has the counts' own sufficient statistics, so it proves by
    itself that the estimate exists; only where a mean is nearly zero does the linear program decide. With
    noise the sufficient statistics are not known, and a total that runs away is the sign.
    """
    if observed.exact:
        empty = design.empty(observed.counts)
        if fitted.mean[row][design.kept(model, empty)].min() > _SURELY_POSITIVE:
            return identifiable(design, model, empty)
        return obstacle(design, observed.counts, model) == ""
    people = max(float(fitted.expected[row].sum()), 1.0)
    none = np.zeros(len(design.pairs), dtype=bool)
    return identifiable(design, model, none) and float(fitted.unseen[row]) < _FAR * people


def _start(design: Design, observed: Observation) -> Chosen:
    model = np.zeros(len(design.pairs), dtype=bool)
    return Chosen(model, fit(design, observed, model[None]))


def _toggled(model: Bools, place: int) -> Bools:
    found = model.copy()
    found[place] = not found[place]
    return found


def _descend(design: Design, observed: Observation, price: float) -> Chosen:
    chosen = _start(design, observed)
    score = _scores(chosen.fitted, price)[0]
    passed: set[int] = set()
    while True:
        neighbours = np.stack([_toggled(chosen.model, place) for place in range(len(design.pairs))])
        fitted = fit(design, observed, neighbours, start=chosen.fitted.parameters[0])
        scores = _scores(fitted, price)
        for place in np.argsort(scores, kind="stable"):
            if scores[place] >= score - 1e-7:
                return Chosen(chosen.model, chosen.fitted, tuple(sorted(passed)))
            if has_estimate(design, observed, neighbours[place], fitted, int(place)):
                score = scores[place]
                chosen = Chosen(neighbours[place], _row(fitted, int(place)))
                break
            passed.add(int(place))
        else:
            return Chosen(chosen.model, chosen.fitted, tuple(sorted(passed)))


def _scores(fitted: Fitted, price: float) -> Floats:
    return -2 * fitted.loglik + price * fitted.size


def _row(fitted: Fitted, row: int) -> Fitted:
    one = slice(row, row + 1)
    return Fitted(
        fitted.parameters[one],
        fitted.mean[one],
        fitted.expected[one],
        fitted.variance[one],
        fitted.loglik[one],
        fitted.size[one],
    )
