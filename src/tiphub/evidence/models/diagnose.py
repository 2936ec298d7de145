"""Sentences about what a model cannot tell, and about what to be careful with."""

from collections.abc import Mapping, Sequence

import numpy as np

from tiphub.amount import amount
from tiphub.evidence.models.design import Design, Floats
from tiphub.evidence.models.few import some
from tiphub.evidence.models.fit import Fit, fit
from tiphub.evidence.models.outcomes import Outcome
from tiphub.evidence.models.result import Effect

FEWEST_EVENTS = 10
"""Events per parameter under which estimates get unreliable (Peduzzi et al., J Clin Epidemiol 49, 1996)."""

FEWEST_PEOPLE = 5
"""People in a cell under which the interval, which takes the log odds for normal, is only rough."""

FAR = 100
"""A ratio whose interval lies beyond this, either way, is extreme for certain."""

TOGETHER = "Together with other covariates it tells the outcome without error (separation)."
"""Why there is no ratio where a covariate alone would have one."""


Side = tuple[str, int, int]
"""A category's label, and its people with and without the outcome."""


def why_not(
    own: Side, reference: Side, outcome: Outcome, better: str = "", smallest: int | None = None
) -> str:
    """Why a category has no ratio although it is no linear function of the others, and what would help.

    Args:
        own: the category.
        reference: the category that it is compared with.
        outcome: what the odds are of.
        better: a reference with which this covariate would have a ratio, if there is one.
        smallest: fewer people than this are not told.
    """
    lacks, other = (_lacking(side, outcome, smallest) for side in (own, reference))
    if lacks and other and (own[1] == 0) == (reference[1] == 0):
        return f"{lacks}, and none of “{reference[0]}”, the reference: there is nothing to compare."
    if lacks and other:
        other = other[0].lower() + other[1:]
        return f"{lacks}, and {other}, the reference: it tells the outcome without error (separation)."
    if lacks:
        return f"{lacks}: the ratio has no {'upper' if own[2] == 0 else 'lower'} bound."
    if other and better:
        return f"{other}, the reference: choose another, such as “{better}”."
    if other:
        return f"{other}, the reference: the ratio has no bound, and no other reference gives one."
    return TOGETHER


def _lacking(side: Side, outcome: Outcome, smallest: int | None) -> str:
    """That a category has nobody with, or nobody without the outcome; empty where it has both."""
    label, yes, no = side
    if yes and no:
        return ""
    others = outcome.no if no == 0 else outcome.yes
    return f"There are no {others} among the {some(yes + no, smallest)} of “{label}”"


def separated(
    design: Design, found: Fit, titles: Mapping[str, str], smallest: int | None = None
) -> list[str]:
    """Whether the covariates tell some people's outcome, what that does to the ratios, and what helps."""
    names = list(dict.fromkeys(name for name, _ in design.parameters))
    who = some(found.people_separated, smallest)
    tell = f"{titles[names[0]]} tells" if len(names) == 1 else "the covariates together tell"
    if not found.tells_nothing:
        if not found.people_separated:
            return []
        told = f"For {who} {tell} the outcome without error (separation): such people say nothing about the"
        return [f"{told} ratios that can be told, which are fitted without them."]
    helpful = [
        titles[name] for name in names if len(names) > 1 and not fit(design.without(name)).tells_nothing
    ]
    do = f" Leave out {' or '.join(helpful)}." if helpful else ""
    if found.people_separated:
        said = f"No ratio can be estimated: for {who} {tell} the outcome without error (separation)."
    else:
        said = "No ratio can be estimated with all these covariates together."
    return [said + do]


def nearly_tells(rows: Sequence[Effect], title: str) -> list[str]:
    """Covariates with a ratio so extreme that they nearly tell the outcome, over all of its interval.

    One that only goes together with other covariates has an interval from one extreme to the other.
    """
    found = [row.adjusted for row in rows if row.adjusted]
    if not any(one.low >= FAR or one.high <= 1 / FAR for one in found if not 0.001 <= one.ratio < 1000):
        return []
    return [f"{title} nearly tells the outcome without error: is it part of how the outcome is defined?"]


def few_events(design: Design, outcome: Outcome, smallest: int | None = None) -> list[str]:
    """Whether there are too few people of the rarer kind for so many parameters."""
    yes, no = float(design.yes.sum()), float(design.no.sum())
    who, events = ((outcome.one[0], outcome.yes), yes) if yes <= no else ((outcome.one[1], outcome.no), no)
    parameters = len(design.parameters)
    if events >= FEWEST_EVENTS * parameters:
        return []
    told = f"Only {some(round(events), smallest, *who)} for {amount(parameters, 'ratio')}"
    each = f"under {FEWEST_EVENTS}{'' if parameters == 1 else ' for each'}, estimates are unreliable"
    fewer = "" if len({name for name, _ in design.parameters}) == 1 else " Ask for fewer covariates."
    return [f"{told}: {each}.{fewer}"]


def few_people(rows: Sequence[Effect], title: str) -> list[str]:
    """Categories with very few people on one side."""
    thin = [row.label for row in rows if 0 < min(row.yes or 0, row.no or 0) < FEWEST_PEOPLE]
    if not thin or not any(row.adjusted for row in rows):
        return []
    named = ", ".join(f"“{label}”" for label in thin)
    return [f"{title}: fewer than {FEWEST_PEOPLE} people on one side in {named}; the intervals are rough."]


def entangled(design: Design, found: Fit, titles: Mapping[str, str]) -> list[str]:
    """Covariates that cannot be told apart at all, or hardly (generalised variance inflation).

    Fox and Monette, JASA 87, 1992: the generalised variance inflation factor of a covariate of several
    parameters, to the power 1/(2 x parameters), is comparable with the root of the usual one; 10 is the
    customary limit of the latter.
    """
    names = list(dict.fromkeys(name for name, _ in design.parameters))
    stuck = list(
        dict.fromkeys(
            name for (name, _), is_so in zip(design.parameters, found.collinear, strict=True) if is_so
        )
    )
    notes = []
    if stuck:
        some = " and ".join(titles[name] for name in stuck)
        notes.append(
            f"Collinear: {some}. One follows from the others in these data, so their ratios cannot be told "
            "apart. Leave one out."
        )
    good = np.flatnonzero(np.isfinite(found.coefficients))
    if len(names) < 2 or len(good) < 2:
        return notes
    spread = found.covariance[np.ix_(good, good)]
    deviation = np.sqrt(np.diag(spread))
    correlation = spread / np.outer(deviation, deviation)
    close = []
    for name in names:
        own = np.array([design.parameters[place][0] == name for place in good])
        if own.any() and not own.all() and _inflation(correlation, own) > 10**0.5:
            close.append(titles[name])
    if close:
        notes.append(
            f"{' and '.join(close)} go together so closely with other covariates that the data can hardly "
            "tell the effects apart; the intervals are wide for that reason."
        )
    return notes


def _inflation(correlation: Floats, own: Sequence[bool] | np.ndarray) -> float:
    inside, outside = np.asarray(own), ~np.asarray(own)
    _, part = np.linalg.slogdet(correlation[np.ix_(inside, inside)])
    _, rest = np.linalg.slogdet(correlation[np.ix_(outside, outside)])
    _, whole = np.linalg.slogdet(correlation)
    return float(np.exp((part + rest - whole) / (2 * inside.sum())))
