"""Bayesian model averaging over decomposable graphs (Madigan and York, Biometrika 84, 1997)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from tiphub.evidence.prevalence.graphs import clique_weights, decomposable_graphs
from tiphub.evidence.prevalence.overlaps import Floats, combinations
from tiphub.evidence.prevalence.zooming import COARSE, closer, width_of

MOST_LISTS = 6
"""With 7 lists there are 617,675 decomposable graphs."""

FURTHEST = 30
"""The people unseen are at most this many times the people observed, as in the R package MSETools."""

_GRID = 1000


@dataclass(frozen=True, slots=True)
class Posterior:
    """What remains believable after the counts.

    Attributes:
        unseen: Numbers of unseen people that were considered.
        weight: Their posterior probabilities, over all graphs.
        graphs: Posterior probability of each graph of ``decomposable_graphs``.
    """

    unseen: Floats
    weight: Floats
    graphs: Floats

    def quantile(self, share: float) -> float:
        """The smallest number of unseen people with at least this much probability up to it."""
        place = int(np.searchsorted(self.weight.cumsum(), share))
        return float(self.unseen[min(place, len(self.unseen) - 1)])


def grid(people: float) -> Floats:
    """1 to 30 times the people observed, in at most a thousand steps: where to begin."""
    return np.unique(np.round(np.linspace(1, max(FURTHEST * people, 2), _GRID)))


def posterior(counts: Floats, lists: int) -> Posterior:
    """Average over all graphs and all totals.

    Priors, as the R package dga has them: every graph alike; hyper-Dirichlet with 2^-lists in each cell; the
    total with probability proportional to 1/N, up to ``FURTHEST`` times the people observed unseen.
    """
    considered = grid(counts.sum())
    found = _posterior(considered, log_joint(counts, lists, considered))
    if found.weight.max() <= COARSE:
        return found
    considered = closer(lambda unseen: log_joint(counts, lists, unseen), considered)
    return _posterior(considered, log_joint(counts, lists, considered) + np.log(width_of(considered)))


def _posterior(considered: Floats, joint: Floats) -> Posterior:
    every = logsumexp(joint)
    weight = np.exp(logsumexp(joint, axis=0) - every)
    return Posterior(considered, weight, np.exp(logsumexp(joint, axis=1) - every))


def log_joint(counts: Floats, lists: int, unseen: Floats) -> Floats:
    """Graphs x numbers unseen: log posterior, up to a constant."""
    parts = _marginal_likelihoods(counts, lists, unseen)
    total = unseen + counts.sum()
    orderings = gammaln(total + 1) - gammaln(unseen + 1)
    return np.asarray(clique_weights(lists) @ parts + orderings - np.log(total))


def _marginal_likelihoods(counts: Floats, lists: int, unseen: Floats) -> Floats:
    """Subsets of lists (bit masks) x numbers unseen: Dirichlet-multinomial log likelihood of the margin.

    The empty subset has likelihood one.
    """
    found = np.zeros((2**lists, len(unseen)))
    whole = gammaln(counts.sum() + unseen + 1.0)
    for subset in range(1, 2**lists):
        held, rest, prior = margin(counts, lists, subset)
        known = (gammaln(held + prior) - gammaln(prior)).sum()
        found[subset] = known + gammaln(rest + unseen + prior) - gammaln(prior) - whole
    return found


def margin(counts: Floats, lists: int, subset: int) -> tuple[Floats, float, float]:
    """People by the lists of a subset alone.

    Returns:
        Counts of every combination that is not empty, the people observed on other lists only, and the prior
        count of each cell.
    """
    codes = _codes(lists) & subset
    sums = np.bincount(codes, weights=counts, minlength=subset + 1)
    masks = [mask for mask in range(1, subset + 1) if mask & ~subset == 0]
    prior = 2.0**-lists * 2 ** (lists - subset.bit_count())
    return np.asarray(sums[masks], dtype=np.float64), float(sums[0]), float(prior)


def _codes(lists: int) -> NDArray[np.int64]:
    return np.asarray(combinations(lists) @ (1 << np.arange(lists)))


def likely_graph(chances: Floats, names: tuple[str, ...]) -> tuple[tuple[str, ...], float]:
    """The likeliest graph, as joined pairs of lists, and its probability."""
    place = int(np.argmax(chances))
    edges = list(decomposable_graphs(len(names)))[place]
    return tuple(f"{names[a]}+{names[b]}" for a, b in edges), float(chances[place])
