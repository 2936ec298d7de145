"""The average over decomposable graphs as an estimate."""

import numpy as np

from tiphub.evidence.prevalence import noisy_averaging
from tiphub.evidence.prevalence.averaging import FURTHEST, MOST_LISTS, likely_graph, posterior
from tiphub.evidence.prevalence.graphs import decomposable_graphs
from tiphub.evidence.prevalence.model import Estimate, NoEstimate
from tiphub.evidence.prevalence.observation import Noisy
from tiphub.evidence.prevalence.overlaps import Floats
from tiphub.evidence.prevalence.resampling import TAILS, quantile
from tiphub.evidence.prevalence.selection import by_bic
from tiphub.evidence.prevalence.system import System

_EDGE, _SOME, _HALF = 0.01, 0.05, 0.5
_SETTLED = 1.1


def averaged(system: System, name: str, label: str) -> Estimate:
    """Average over all decomposable graphs; the median and the central 95% of the posterior.

    Raises:
        NoEstimate: too few or too many lists.
    """
    lists = len(system.overlaps.lists)
    most = MOST_LISTS if system.noise is None else noisy_averaging.MOST_LISTS
    if lists < 3:
        raise NoEstimate("with two lists the average would only give its prior back")
    if lists > most:
        what = "privacy noise" if system.noise else "this model"
        raise NoEstimate(f"with {what}, more than {most} lists take too long; join lists that are alike")
    if isinstance(system.observed, Noisy):
        return _sampled(system, system.observed, name, label)
    found = posterior(system.overlaps.table, lists)
    _refuse_prior(found.graphs)
    seen = system.overlaps.observed
    low, middle, high = (seen + found.quantile(share) for share in (TAILS[0], 0.5, TAILS[1]))
    terms, chance = likely_graph(found.graphs, system.overlaps.lists)
    notes = [_graphs(lists, chance), *_about_prior(found.graphs)]
    reach = found.weight[found.unseen > 0.95 * found.unseen[-1]].sum()
    if reach > _EDGE:
        notes.append(f"The prior's limit of {FURTHEST} unseen for each one seen cuts the posterior off.")
    return Estimate(name, label, middle, low, high, "posterior", terms, None, tuple(notes))


def _sampled(system: System, observed: Noisy, name: str, label: str) -> Estimate:
    start = by_bic(system.design, observed).fitted.mean[0]
    drawn = noisy_averaging.sample(
        observed,
        np.minimum(start, np.maximum(observed.counts, 0) + 1.0),
        lists=len(system.overlaps.lists),
        rng=system.rng(name),
        draws=system.replicates,
        advance=system.advance,
    )
    _refuse_prior(drawn.graphs)
    terms, chance = likely_graph(drawn.graphs, system.overlaps.lists)
    low, middle, high = (quantile(drawn.totals, share) for share in (TAILS[0], 0.5, TAILS[1]))
    kind = f"posterior with noise, {len(drawn.totals)} draws"
    notes = [_graphs(len(system.overlaps.lists), chance), *_about_prior(drawn.graphs)]
    if drawn.r_hat > _SETTLED:
        notes.append(f"The draws have not settled (R-hat {drawn.r_hat:.2f}): ask for more replicates.")
    return Estimate(name, label, middle, low, high, kind, terms, None, tuple(notes))


def _refuse_prior(graphs: Floats) -> None:
    """The graph in which all lists depend on each other (the last one) has no say on who is unseen."""
    if graphs[-1] > _HALF:
        raise NoEstimate(
            "by these counts all lists depend on each other; then the average would only give its prior back"
        )


def _about_prior(graphs: Floats) -> list[str]:
    if graphs[-1] <= _SOME:
        return []
    return [
        f"{graphs[-1]:.0%} of the weight is on all lists depending on each other, which only gives the prior."
    ]


def _graphs(lists: int, chance: float) -> str:
    return f"Averaged over {len(decomposable_graphs(lists)):,} graphs; the likeliest has {chance:.0%}."
