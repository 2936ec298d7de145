"""The average over decomposable graphs when the counts carry privacy noise: a Gibbs sampler."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from tiphub.evidence.prevalence.averaging import FURTHEST, grid, log_joint, posterior
from tiphub.evidence.prevalence.graphs import Family, decomposable_graphs
from tiphub.evidence.prevalence.observation import Noisy
from tiphub.evidence.prevalence.overlaps import Floats, combinations
from tiphub.evidence.prevalence.zooming import width_of

MOST_LISTS = 5
"""Every step goes through all graphs; with 6 lists (18,154 graphs) that takes too long."""

CHAINS = 4
_POINTS = 160


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws from the posterior.

    Attributes:
        totals: People seen and unseen.
        graphs: Share of the draws in which each graph was the one.
        r_hat: 1 once the chains have settled.
    """

    totals: Floats
    graphs: Floats
    r_hat: float


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
    Each chain starts elsewhere, and the first half of its steps is thrown away.
    """
    each = max(draws // CHAINS, 1)
    totals, tally = np.empty((CHAINS, each)), np.zeros(len(decomposable_graphs(lists)))
    for chain in range(CHAINS):
        steps = _chain(observed, start * rng.lognormal(0, 0.5, len(start)), lists, rng)
        for turn in range(-each, each):
            graph, total = next(steps)
            if turn >= 0:
                totals[chain, turn] = total
                tally[graph] += 1
                advance(1)
    return Draws(totals.ravel(), tally / tally.sum(), r_hat(np.log(totals)))


def _chain(
    observed: Noisy, start: Floats, lists: int, rng: np.random.Generator
) -> Iterator[tuple[int, float]]:
    """One chain without end: a graph and a total at each step."""
    families = list(decomposable_graphs(lists).values())
    people = max(float(np.maximum(observed.counts, 0).sum()), 1.0)
    unseen = np.unique(np.round(np.geomspace(1, max(FURTHEST * people, 2), _POINTS)))
    counts = observed.complete(start, rng)
    near = posterior(counts, lists).unseen
    if not np.array_equal(near, grid(counts.sum())):
        unseen = near  # so many people that the posterior lies between the points
    width = np.log(width_of(unseen))
    while True:
        joint = log_joint(counts, lists, unseen) + width
        place = _pick(joint, rng)
        graph, hidden = place // len(unseen), float(unseen[place % len(unseen)])
        total = float(counts.sum()) + hidden
        yield graph, total
        chances = _cell_chances(counts, hidden, families[graph], lists, rng)
        counts = observed.complete(rng.gamma(total) * chances, rng)


def r_hat(chains: Floats) -> float:
    """How much wider all chains together are than each half of one: 1 once they have settled.

    Gelman et al., Bayesian Data Analysis (2013), section 11.4: every chain is split in two.
    """
    half = chains.shape[1] // 2
    if half < 2:
        return inf
    halves = np.concatenate([chains[:, :half], chains[:, half : 2 * half]])
    within = float(halves.var(axis=1, ddof=1).mean())
    between = float(halves.mean(axis=1).var(ddof=1))
    return sqrt((half - 1) / half + between / within) if within > 0 else inf


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
