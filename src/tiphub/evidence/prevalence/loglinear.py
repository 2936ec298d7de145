"""Estimates by log-linear models: given pairs by profile likelihood, chosen pairs by bootstrap."""

from math import inf, sqrt

import numpy as np

from tiphub.evidence.prevalence.existence import NOT_IDENTIFIED, identifiable, obstacle
from tiphub.evidence.prevalence.fitting import Fitted
from tiphub.evidence.prevalence.model import Estimate, Fit, NoEstimate
from tiphub.evidence.prevalence.overlaps import MOST_PEOPLE, Bools
from tiphub.evidence.prevalence.profile import profile_interval
from tiphub.evidence.prevalence.resampling import (
    Interval,
    bca_interval,
    fit_by_simulation,
    parametric_interval,
    total_of,
)
from tiphub.evidence.prevalence.selection import Chosen, Selection, fixed, has_estimate
from tiphub.evidence.prevalence.system import System

NOISE_HIDES = "the privacy noise hides the overlaps: no finite total fits the noisy counts best"


def given_pairs(system: System, model: Bools, name: str, label: str) -> Estimate:
    """A model whose pairs were named beforehand; its interval is by profile likelihood.

    Raises:
        NoEstimate: the total is not identifiable, or the estimate does not exist.
    """
    chosen = _chosen(system, fixed(model))
    design, observed = system.design, system.observed
    low, high = profile_interval(design, observed, chosen.model, chosen.fitted)
    interval = _seen_and_unseen(chosen.fitted, low, high)
    return _estimate(system, chosen, interval, name=name, label=label, kind="profile likelihood")


def chosen_pairs(system: System, select: Selection, name: str, label: str) -> Estimate:
    """A model whose pairs the counts choose; its interval counts that choice.

    Raises:
        NoEstimate: not even independence has an estimate.
    """
    chosen = _chosen(system, select)
    bootstrap = system.bootstrap(name)
    if system.observed.exact:
        drawn = bca_interval(system.design, system.observed.counts, select, bootstrap)
        kind = f"bootstrap, BCa, {bootstrap.replicates} draws"
    else:
        drawn = parametric_interval(system.design, system.observed, chosen.fitted, select, bootstrap)
        kind = f"parametric bootstrap with noise, {bootstrap.replicates} draws"
    return _estimate(system, chosen, drawn, name=name, label=label, kind=kind)


def _chosen(system: System, select: Selection) -> Chosen:
    chosen = select(system.design, system.observed)
    if not has_estimate(system.design, system.observed, chosen.model, chosen.fitted, 0):
        raise NoEstimate(_why(system, chosen.model))
    return chosen


def _why(system: System, model: Bools) -> str:
    if system.observed.exact:
        return obstacle(system.design, system.observed.counts, model)
    none = np.zeros(len(system.design.pairs), dtype=bool)
    return NOISE_HIDES if identifiable(system.design, model, none) else NOT_IDENTIFIED


def _seen_and_unseen(fitted: Fitted, low: float, high: float) -> Interval:
    """Add the people seen to the interval of the people unseen.

    Without noise the people seen are known. With noise they have a variance, and the two intervals are joined
    as two independent ones (MOVER; Zou and Donner, Statistics in Medicine 27, 2008).
    """
    seen, unseen = float(fitted.expected[0].sum()), float(fitted.unseen[0])
    reach = 1.96 * sqrt(float(fitted.variance[0].sum()))
    total = seen + unseen
    return Interval(
        total - sqrt((unseen - low) ** 2 + reach**2),
        total + sqrt((high - unseen) ** 2 + reach**2) if high < inf else inf,
        0,
    )


def _estimate(
    system: System, chosen: Chosen, interval: Interval, *, name: str, label: str, kind: str
) -> Estimate:
    notes = []
    if interval.without:
        notes.append(f"{interval.without} draws had no finite total.")
    if not interval.low <= total_of(chosen.fitted) <= interval.high:
        notes.append("The estimate lies outside its interval, because most draws choose other pairs.")
    if chosen.passed_over:
        pairs = ", ".join(system.pair(place) for place in chosen.passed_over)
        notes.append(f"Wanted, but with them there is no estimate: {pairs}.")
    if total_of(chosen.fitted) > MOST_PEOPLE:
        notes.append("More people than there are: these are no lists of one population.")
    if len(system.design.pairs) == 1:
        notes.append("With two lists nothing can check whether they are independent.")
    least = float(chosen.fitted.expected[0].sum())
    low = interval.low if interval.low < inf else least
    return Estimate(
        model=name,
        label=label,
        total=total_of(chosen.fitted),
        low=max(low, least) if system.observed.exact else low,
        high=interval.high if interval.high < inf else None,
        interval=kind,
        terms=tuple(system.pair(int(place)) for place in np.flatnonzero(chosen.model)),
        fit=_fit(system, chosen),
        notes=tuple(notes),
    )


def _fit(system: System, chosen: Chosen) -> Fit:
    design, observed = system.design, system.observed
    loglik, size = float(chosen.fitted.loglik[0]), float(chosen.fitted.size[0])
    empty = design.empty(observed.counts) & observed.exact
    df = int(design.kept(chosen.model, empty).sum() - design.parameters(chosen.model, empty).sum())
    deviance, p, at_most = None, None, False
    if observed.exact:
        deviance, p, at_most = fit_by_simulation(design, observed.counts, chosen.model, system.rng("fit"))
    people = max(float(observed.counts.sum()), 2.0)
    return Fit(
        deviance=deviance,
        df=df,
        p=p if df > 0 else None,
        p_at_most=at_most and df > 0,
        aic=-2 * loglik + 2 * size,
        bic=-2 * loglik + float(np.log(people)) * size,
    )
