"""The average over decomposable graphs when the counts carry privacy noise: a Gibbs sampler."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tiphub.evidence.prevalence.averaging import FURTHEST, log_joint
from tiphub.evidence.prevalence.graphs import Family, decomposable_graphs
from tiphub.evidence.prevalence.observation import Noisy
from tiphub.evidence.prevalence.overlaps import Floats, combinations

MOST_LISTS = 5
"""Every step goes through all graphs; with 6 lists (18,154 graphs) that takes too long."""

_POINTS = 160


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws from the posterior.

    Attributes:
        totals: People seen and unseen.
        graphs: Share of the draws in which each graph was the one.
    """

    totals: Floats
    graphs: Floats


def sample(
    observed: Noisy,
    start: Floats,
    *,
    lists: int,
    rng: np.random.Generator,
    draws: int,
    advance: Callable[[int], None] = lambda _: None,
) -> Draws:
    """Draw totals that the noisy counts leave believable.

    In turn: a graph and a number unseen given true counts (all graphs and a grid of numbers, in closed form);
    the cells' probabilities given these; true counts given their Poisson means and the noisy counts. The
    Poisson mean of the total has prior 1/mean, which makes the prior of the total 1/N, as without noise.
    """
    families = list(decomposable_graphs(lists).values())
    people = max(float(np.maximum(observed.counts, 0).sum()), 1.0)
    unseen = np.unique(np.round(np.geomspace(1, max(FURTHEST * people, 2), _POINTS)))
    width = np.log(np.gradient(unseen))
    counts = observed.complete(start, rng)
    totals, tally = np.empty(draws), np.zeros(len(families))
    for turn in range(-draws // 4, draws):
        joint = log_joint(counts, lists, unseen) + width
        place = _pick(joint, rng)
        graph, hidden = place // len(unseen), float(unseen[place % len(unseen)])
        total = counts.sum() + hidden
        chances = _cell_chances(counts, hidden, families[graph], lists, rng)
        counts = observed.complete(rng.gamma(total) * chances, rng)
        if turn >= 0:
            totals[turn] = total
            tally[graph] += 1
            advance(1)
    return Draws(totals, tally / draws)


def _pick(joint: Floats, rng: np.random.Generator) -> int:
    weight = np.exp(joint - joint.max()).ravel().cumsum()
    return int(np.searchsorted(weight, rng.random() * weight[-1]))


def _cell_chances(
    counts: Floats, hidden: float, families: tuple[Family, ...], lists: int, rng: np.random.Generator
) -> Floats:
    """Draw the probabilities of the observed cells from the hyper-Dirichlet posterior of one graph."""
    rows = np.vstack([np.zeros(lists, dtype=np.int64), combinations(lists)])
    codes = rows @ (1 << np.arange(lists))
    people = np.append(hidden, counts)
    chances = np.ones(len(rows))
    for family, separator in families:
        prior = 2.0 ** -family.bit_count()
        margin = np.bincount(codes & family, weights=people, minlength=2**lists) + prior
        own = family & ~separator
        for below in np.unique(codes & separator):
            yes = rng.beta(margin[below | own], margin[below])
            here = codes & separator == below
            chances[here] *= np.where(codes[here] & own, yes, 1 - yes)
    return chances[1:]
