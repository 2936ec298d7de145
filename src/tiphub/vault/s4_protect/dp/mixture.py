"""A population that fits the noisy tables: a mixture of independent groups.

Each of some hundred groups is a product of shares, one distribution a variable; the population is their mean.
Any such mixture is a population that could exist, so its tables are non-negative and agree with each other,
and fitting one to noisy tables takes out noise that no population could have. All two-way tables of a mixture
are one matrix product. (Aydore et al., Differentially Private Query Release Through Adaptive Projection, ICML
2021, fit relaxed records likewise; groups that are products are also a latent class model, which carries
structure among three and more variables.) Only noisy tables come in here: this is post-processing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiphub.vault.s4_protect.dp.blocks import Blocks, Matrix, pairs
from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.estimate import Shares

TRIPLES_A_STEP = 8
"""Three-way tables looked at in one step, drawn at random: the gradient stays unbiased, the step quick."""


@dataclass(frozen=True)
class Target:
    """Tables to fit, as expected counts, with the standard deviation of their cells."""

    people: float
    tables: dict[Table, Shares]
    deviations: Mapping[Table, float]


@dataclass(frozen=True)
class Mixture:
    """``shares``: groups x cells of the blocks; within a variable's block each row sums to 1."""

    blocks: Blocks
    shares: Matrix

    def cross(self) -> Shares:
        """All two-way tables as shares, width x width; the diagonal holds the one-way tables."""
        out: Shares = (self.shares.T @ self.shares).astype(np.float64) / len(self.shares)
        np.fill_diagonal(out, self.shares.mean(axis=0, dtype=np.float64))
        return out


class Fit:
    """Fits a mixture by Adam on the logarithms of its shares, by squared error in units of the noise."""

    def __init__(
        self,
        blocks: Blocks,
        singles: Mapping[int, Shares],
        *,
        groups: int,
        random: np.random.Generator,
        spread: float = 0.3,
    ) -> None:
        """Start from groups that all are near the one-way shares ``singles``; ``spread`` sets them apart."""
        self._blocks = blocks
        self._random = random
        start = np.concatenate([np.log(singles[item]) for item in range(len(blocks.cardinalities))])
        self._logits = (start + random.normal(0, spread, (groups, blocks.width))).astype(np.float32)
        self._mean = np.zeros_like(self._logits)
        self._square = np.zeros_like(self._logits)
        self._steps = 0

    def run(
        self,
        target: Target,
        *,
        steps: int,
        rate: float,
        advance: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Take so many steps towards the target, the last half of them ever smaller."""
        goal, weight = matrices(self._blocks, target)
        most = float(weight.max())
        weight /= most
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
            shares = self._shares()
            error = weight * (shares.T @ shares / np.float32(len(shares)) - goal)
            gradient: Matrix = (shares @ error).astype(np.float32, copy=False)
            gradient += weight_one * (shares.mean(axis=0) - goal_one)
            self._add_triples(gradient, shares, triples)
            self._descend(gradient, shares, rate * min(1.0, 2 * (1 - step / steps) + 0.02))
            advance(1)

    def mixture(self) -> Mixture:
        """The mixture as fitted so far."""
        return Mixture(self._blocks, self._shares())

    def _shares(self) -> Matrix:
        out = np.empty_like(self._logits)
        for cells in self._blocks.slices:
            block = self._logits[:, cells]
            powers = np.exp(block - block.max(axis=1, keepdims=True))
            out[:, cells] = powers / powers.sum(axis=1, keepdims=True)
        return out

    def _add_triples(
        self, gradient: Matrix, shares: Matrix, triples: Mapping[Table, tuple[Matrix, np.float32]]
    ) -> None:
        if not triples:
            return
        tables = list(triples)
        chosen = self._random.choice(len(tables), min(TRIPLES_A_STEP, len(tables)), replace=False)
        scale = np.float32(len(tables) / len(chosen))
        for index in chosen:
            goal, weight = triples[tables[index]]
            first, second, third = (self._blocks.slices[item] for item in tables[index])
            one, two, three = shares[:, first], shares[:, second], shares[:, third]
            joint = (one[:, :, None] * two[:, None, :]).reshape(len(shares), -1)
            error = (joint.T @ three / len(shares) - goal) * (scale * weight)
            gradient[:, third] += joint @ error
            back = (three @ error.T).reshape(len(shares), one.shape[1], two.shape[1])
            gradient[:, first] += (back * two[:, None, :]).sum(axis=2)
            gradient[:, second] += (back * one[:, :, None]).sum(axis=1)

    def _descend(self, gradient: Matrix, shares: Matrix, rate: float) -> None:
        slope = np.empty_like(shares)
        for cells in self._blocks.slices:
            share, pull = shares[:, cells], gradient[:, cells]
            slope[:, cells] = share * (pull - (pull * share).sum(axis=1, keepdims=True))
        self._steps += 1
        self._mean += 0.1 * (slope - self._mean)
        self._square += 0.01 * (slope * slope - self._square)
        mean = self._mean / np.float32(1 - 0.9**self._steps)
        square = self._square / np.float32(1 - 0.99**self._steps)
        self._logits -= np.float32(rate) * mean / (np.sqrt(square) + np.float32(1e-12))


def matrices(blocks: Blocks, target: Target) -> tuple[Matrix, Matrix]:
    """The one- and two-way tables of a target as shares, and how much an error in each weighs.

    Both are width x width; one-way tables stand on the diagonal, the rest of the diagonal blocks is 0.
    """
    goal = np.zeros((blocks.width, blocks.width), np.float32)
    weight = np.zeros_like(goal)
    for item, cells in enumerate(blocks.slices):
        np.fill_diagonal(goal[cells, cells], target.tables[item,] / target.people)
        np.fill_diagonal(weight[cells, cells], 1 / target.deviations[item,] ** 2)
    for table in pairs(len(blocks.cardinalities)):
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
