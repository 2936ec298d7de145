"""The rows of a model's table: each covariate's ratios, or why there are none."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy.stats import norm

from tiphub.evidence.interval import Z95
from tiphub.evidence.models.design import UNKNOWN, Design
from tiphub.evidence.models.diagnose import TOGETHER, why_not
from tiphub.evidence.models.fit import Fit, fit
from tiphub.evidence.models.outcomes import Outcome
from tiphub.evidence.models.result import Effect, Ratio, odds
from tiphub.evidence.models.terms import Term

_COLLINEAR = "It cannot be told apart from other covariates (collinear)."
_SEPARATED = "It tells the outcome without error (separation): the ratio has no bound."


def ratio_of(coefficient: float, variance: float, step: float = 1.0) -> Ratio | None:
    """The odds ratio of a log-odds with its 95% Wald interval; ``None`` for what could not be estimated.

    It is of ``step`` units, one unless a number needs another.
    """
    if not np.isfinite(coefficient) or not np.isfinite(variance) or variance <= 0:
        return None
    p = 2 * float(norm.sf(abs(coefficient) / sqrt(variance)))
    middle, half = step * coefficient, step * Z95 * sqrt(variance)
    return Ratio(odds(middle), odds(middle - half), odds(middle + half), p)


def number_effect(design: Design, whole: Fit, item: Term) -> Effect:
    """The ratio of a number, a step up."""
    place = design.parameters.index((item.name, None))
    alone = fit(design.only(item.name))
    adjusted = ratio_of(whole.coefficients[place], whole.covariance[place, place], item.step)
    unadjusted = ratio_of(alone.coefficients[0], alone.covariance[0, 0], item.step)
    reason = ""
    if adjusted is None:
        by_itself = TOGETHER if unadjusted else _SEPARATED
        reason = _COLLINEAR if whole.collinear[place] else by_itself
    return Effect(item.name, None, item.unit, False, None, None, adjusted, unadjusted, reason)


def category_effects(
    design: Design,
    whole: Fit,
    item: Term,
    *,
    levels: Sequence[str],
    outcome: Outcome,
    smallest: int | None = None,
) -> list[Effect]:
    """The ratios of a covariate's categories, the reference (the first of ``levels``) first.

    No reason tells a number of people under ``smallest``.
    """
    labels = [item.labels.get(level, UNKNOWN.capitalize()) for level in levels]
    places = [design.parameters.index((item.name, level)) for level in levels[1:]]
    has = [design.matrix[:, 1 + place] > 0 for place in places]
    counts = [_sides(design, own) for own in (~np.logical_or.reduce(has), *has)]
    alone = fit(design.only(item.name))
    best = _better_reference(whole, places, counts[1:])
    better = "" if best is None else labels[1 + best]
    rows = [Effect(item.name, levels[0], labels[0], True, *counts[0], None, None)]
    for at, place in enumerate(places):
        adjusted = ratio_of(whole.coefficients[place], whole.covariance[place, place])
        unadjusted = ratio_of(alone.coefficients[at], alone.covariance[at, at])
        reason = ""
        if whole.collinear[place]:
            reason = _COLLINEAR
        elif adjusted is None:
            own, reference = ((labels[one], *counts[one]) for one in (at + 1, 0))
            reason = why_not(own, reference, outcome, better, smallest)
        yes, no = counts[at + 1]
        label = labels[at + 1]
        rows.append(Effect(item.name, levels[at + 1], label, False, yes, no, adjusted, unadjusted, reason))
    return rows


def _better_reference(whole: Fit, places: Sequence[int], counts: Sequence[tuple[int, int]]) -> int | None:
    """The category with the most people that another can be compared with."""
    units = np.eye(len(whole.coefficients))
    good = [
        at
        for at, place in enumerate(places)
        if any(whole.tells(units[other] - units[place]) for other in places if other != place)
    ]
    return max(good, key=lambda at: sum(counts[at]), default=None)


def fewest(rows: Sequence[Effect]) -> int:
    """The smallest count of people in the rows that is not zero."""
    return min(number for row in rows for number in (row.yes, row.no) if number)


def _sides(design: Design, own: np.ndarray) -> tuple[int, int]:
    return round(float(design.yes[own].sum())), round(float(design.no[own].sum()))
