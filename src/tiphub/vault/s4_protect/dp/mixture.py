"""A population that fits the noisy tables: a mixture of independent groups.

Each of some hundred groups is a product of shares, one distribution a variable; the population is their mean.
Any such mixture is a population that could exist, so its tables are non-negative and agree with each other,
and fitting one to noisy tables takes out noise that no population could have. All two-way tables of a mixture
are one matrix product. (Aydore et al., Differentially Private Query Release Through Adaptive Projection, ICML
2021, fit relaxed records likewise; groups that are products are also a latent class model, which carries
structure among three and more variables.) Only noisy tables come in here: this is post-processing.
Shares stand cells x groups, so that each cell's groups lie side by side in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tiphub.vault.s4_protect.dp.blocks import Blocks, Matrix, pairs
from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.doubt import Doubt
from tiphub.vault.s4_protect.dp.estimate import Shares
from tiphub.vault.s4_protect.dp.home import Home
from tiphub.vault.s4_protect.dp.logic import Derived, Forbidden, follow_shares, lead_back

TRIPLES_A_STEP = 8
"""Three-way tables looked at in one step, drawn at random: the gradient stays unbiased, the step quick."""
CERTAIN = 10
"""What the rules forbid is known to be empty: it weighs so many times what the best known count does."""
_LEVELLED = 50
"""Steps from one levelling of the logarithms to the next: no step takes one so far that it could overflow."""
_MEAN, _SQUARE = 0.8, 0.95
"""What Adam keeps of its averages from step to step; a longer memory was seen to converge far more slowly."""


@dataclass(frozen=True)
class Target:
    """Tables to fit, as expected counts, with the standard deviation of their cells."""

    people: float
    tables: Mapping[Table, Shares]
    deviations: Mapping[Table, float]


@dataclass(frozen=True)
class Mixture:
    """Cells of the blocks x groups; within a variable's block each column sums to 1.

    ``drawn`` are the shares that records are drawn by; ``shares`` are those of what comes of it, once people
    have gone ``home`` and what is derived is set.
    """

    blocks: Blocks
    drawn: Matrix
    shares: Matrix
    home: Home | None = None

    def cross(self) -> Shares:
        """All two-way tables as shares, width x width; the diagonal holds the one-way tables."""
        out: Shares = _cross(self.drawn, self.shares, self.blocks, self.home).astype(np.float64)
        np.fill_diagonal(out, self.shares.mean(axis=1, dtype=np.float64))
        return out


def together(mixtures: Sequence[Mixture]) -> Mixture:
    """The groups of several mixtures of the same variables as one."""
    drawn, shares = (
        np.concatenate([getattr(item, name) for item in mixtures], axis=1) for name in ("drawn", "shares")
    )
    return replace(mixtures[0], drawn=drawn, shares=shares)


class Fit:
    """Fits a mixture by Adam on the logarithms of its shares: the squared error in units of the noise."""

    def __init__(
        self,
        blocks: Blocks,
        singles: Mapping[int, Shares],
        *,
        groups: int,
        random: np.random.Generator,
        rules: Forbidden | None = None,
        derived: Sequence[Derived] = (),
        home: Home | None = None,
        spread: float = 0.3,
    ) -> None:
        """Start from groups that all are near the one-way shares ``singles``; ``spread`` sets them apart."""
        self._blocks = blocks
        self._random = random
        self._certain = np.zeros((blocks.width, blocks.width), bool) if rules is None else rules
        self._derived = tuple(derived)
        self._home = home
        self._variables = np.eye(len(blocks.cardinalities), dtype=np.float32)[:, blocks.owner]
        start = np.concatenate([np.log(singles[item]) for item in range(len(blocks.cardinalities))])
        self._logits = (start[:, None] + random.normal(0, spread, (blocks.width, groups))).astype(np.float32)
        self._mean = np.zeros_like(self._logits)
        self._square = np.zeros_like(self._logits)
        self._steps = 0

    def run(
        self,
        target: Target,
        *,
        steps: int,
        rate: float,
        doubt: Doubt | None = None,
        advance: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Take so many steps towards the target, the last half of them ever smaller.

        With ``doubt``, two-way counts that the noise cannot tell from none are held small, judged by what
        was fitted before.
        """
        goal, weight = matrices(self._blocks, target)
        most = float(weight.max())
        if doubt:
            doubt.hold(goal, weight, self.mixture().cross(), target.people)
            goal[self._certain] = 0
        weight /= most
        weight[self._certain] = CERTAIN
        goal_one, weight_one = goal.diagonal().copy(), weight.diagonal().copy()
        np.fill_diagonal(weight, 0)
        triples: dict[Table, tuple[Matrix, np.float32]] = {
            table: (
                (goals.reshape(-1, goals.shape[2]) / target.people).astype(np.float32),
                np.float32(1 / target.deviations[table] ** 2 / most),
            )
            for table, goals in target.tables.items()
            if len(table) == 3
        }
        for step in range(steps):
            drawn = self._drawn()
            shares = self._comes_of(drawn)
            cross = _cross(drawn, shares, self._blocks, self._home)
            error = weight * (cross - goal)
            between = self._take_out(error)
            gradient: Matrix = error @ shares
            gradient += (weight_one * (shares.mean(axis=1) - goal_one))[:, None]
            self._add_triples(gradient, shares, triples)
            lead_back(gradient, shares, self._derived, self._blocks)
            if self._home:
                self._home.lead_back(gradient, drawn, between, self._blocks)
            self._descend(gradient, drawn, rate * min(1.0, 2 * (1 - step / steps) + 0.02))
            advance(1)

    def split(self, times: int, spread: float = 0.15) -> None:
        """Make so many groups of each, a little apart: many groups from the start would fit the noise."""
        self._logits = np.repeat(self._logits, times, axis=1)
        self._logits += self._random.normal(0, spread, self._logits.shape).astype(np.float32)
        self._mean = np.repeat(self._mean, times, axis=1)
        self._square = np.repeat(self._square, times, axis=1)

    def mixture(self) -> Mixture:
        """The mixture as fitted so far."""
        drawn = self._drawn()
        return Mixture(self._blocks, drawn, self._comes_of(drawn), self._home)

    def _drawn(self) -> Matrix:
        out: Matrix = np.exp(self._logits)
        out /= self._sums(out)
        return out

    def _comes_of(self, drawn: Matrix) -> Matrix:
        out = drawn.copy()
        follow_shares(out, self._derived, self._blocks)
        if self._home:
            self._home.spread(out, self._blocks)
        return out

    def _take_out(self, error: Matrix) -> Matrix:
        """The errors between the two countries, which are not independent within a group, and 0 in place."""
        if not self._home:
            return error[:0]
        one, other = (self._blocks.slices[item] for item in self._home.variables)
        out = error[one, other].copy()
        error[one, other] = 0
        error[other, one] = 0
        return out

    def _sums(self, cells: Matrix) -> Matrix:
        """The sum of each variable's cells, repeated for each (a product is quicker than `reduceat`)."""
        out: Matrix = (self._variables @ cells)[self._blocks.owner]
        return out

    def _add_triples(
        self, gradient: Matrix, shares: Matrix, triples: Mapping[Table, tuple[Matrix, np.float32]]
    ) -> None:
        if not triples:
            return
        tables = list(triples)
        chosen = self._random.choice(len(tables), min(TRIPLES_A_STEP, len(tables)), replace=False)
        scale = np.float32(len(tables) / len(chosen))
        groups = shares.shape[1]
        for index in chosen:
            goal, weight = triples[tables[index]]
            first, second, third = (self._blocks.slices[item] for item in tables[index])
            one, two, three = shares[first], shares[second], shares[third]
            joint = (one[:, None] * two[None]).reshape(-1, groups)
            error = (joint @ three.T / np.float32(groups) - goal) * (scale * weight)
            gradient[third] += error.T @ joint
            back = (error @ three).reshape(len(one), len(two), groups)
            gradient[first] += (back * two[None]).sum(axis=1)
            gradient[second] += (back * one[:, None]).sum(axis=0)

    def _descend(self, gradient: Matrix, shares: Matrix, rate: float) -> None:
        slope = gradient * shares
        slope -= shares * self._sums(slope)
        self._steps += 1
        self._mean += np.float32(1 - _MEAN) * (slope - self._mean)
        slope *= slope
        self._square += np.float32(1 - _SQUARE) * (slope - self._square)
        pace = rate * np.sqrt(1 - _SQUARE**self._steps) / (1 - _MEAN**self._steps)
        np.sqrt(self._square, out=slope)
        slope += np.float32(1e-12)
        np.divide(self._mean, slope, out=slope)
        slope *= np.float32(pace)
        self._logits -= slope
        if not self._steps % _LEVELLED:
            highest = np.maximum.reduceat(self._logits, self._blocks.offsets, axis=0)
            self._logits -= highest[self._blocks.owner]


def _cross(drawn: Matrix, shares: Matrix, blocks: Blocks, home: Home | None) -> Matrix:
    out: Matrix = shares @ shares.T / np.float32(shares.shape[1])
    if home:
        one, other = (blocks.slices[item] for item in home.variables)
        out[one, other] = home.joint(drawn, blocks)
        out[other, one] = out[one, other].T
    return out


def matrices(blocks: Blocks, target: Target) -> tuple[Matrix, Matrix]:
    """The one- and two-way tables of a target as shares, and how much an error in each weighs.

    Both are width x width; one-way tables stand on the diagonal, the rest of the diagonal blocks is 0. Pairs
    that the target does not hold weigh nothing.
    """
    goal = np.zeros((blocks.width, blocks.width), np.float32)
    weight = np.zeros_like(goal)
    for item, cells in enumerate(blocks.slices):
        np.fill_diagonal(goal[cells, cells], target.tables[item,] / target.people)
        np.fill_diagonal(weight[cells, cells], 1 / target.deviations[item,] ** 2)
    for table in pairs(len(blocks.cardinalities)):
        if table not in target.tables:
            continue
        first, second = (blocks.slices[item] for item in table)
        goal[first, second] = target.tables[table] / target.people
        goal[second, first] = goal[first, second].T
        weight[first, second] = weight[second, first] = 1 / target.deviations[table] ** 2
    return goal, weight


def positive(table: npt.NDArray[np.float64], people: float) -> Shares:
    """The nearest table with half a person or more in each cell that sums to ``people``, as shares."""
    floor = 0.5
    free = people - floor * table.size
    if free <= 0:
        return np.full(table.shape, 1 / table.size)
    descending = np.sort(table.ravel() - floor)[::-1]
    excess = (np.cumsum(descending) - free) / np.arange(1, table.size + 1)
    cut = excess[np.nonzero(descending > excess)[0][-1]]
    out: Shares = (np.maximum(table - floor - cut, 0) + floor) / people
    return out
