"""What all noisy tables together say about each table: the best linear unbiased estimate, in closed form.

The space of a table splits into residual spaces, one for each subset of its variables (sums over the other
variables, freed of what smaller subsets say). Equal independent noise on every cell of a table stays
independent between these spaces, so that tables can be combined space by space, by inverse variance. The
result is the generalised least squares estimate: any two tables agree on what they share, and the variance
of every cell is known. (The decomposition is that of Xiao et al., ResidualPlanner, NeurIPS 2023; there it is
measured, here it is estimated from plain tables.)
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.noise import Counts

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measurement:
    """A noisy table; ``scale`` is the standard deviation of the noise on each cell."""

    table: Table
    counts: Counts
    scale: float


@dataclass(frozen=True)
class Estimates:
    """Residuals of every subset of variables that was measured, with their precision (1 / variance)."""

    cardinalities: tuple[int, ...]
    residuals: dict[Table, Shares]
    precision: dict[Table, float]

    def table(self, table: Table) -> Shares:
        """The estimate of a measured table, or of any table within one: unbiased, may be negative."""
        shape = [self.cardinalities[item] for item in table]
        out = np.zeros(shape)
        for part in _subsets(table):
            spread = [self.cardinalities[item] if item in part else 1 for item in table]
            out += self.residuals[part].reshape(spread) / self._cells(table, part)
        return out

    def deviation(self, table: Table) -> float:
        """The standard deviation of every cell of ``table(table)``."""
        variance = 0.0
        for part in _subsets(table):
            share = math.prod(1 - 1 / self.cardinalities[item] for item in part)
            variance += share / self.precision[part] / self._cells(table, part) ** 2
        return math.sqrt(variance)

    @property
    def total(self) -> float:
        """The estimated number of people."""
        return float(self.table(()))

    def _cells(self, table: Table, part: Table) -> float:
        return float(math.prod(self.cardinalities[item] for item in table if item not in part))


def combine(measurements: Iterable[Measurement], cardinalities: Sequence[int]) -> Estimates:
    """Combine noisy tables into one consistent estimate of them all."""
    weighted: dict[Table, Shares] = {}
    precision: dict[Table, float] = {}
    for measured in measurements:
        for part in _subsets(measured.table):
            summed = tuple(axis for axis, item in enumerate(measured.table) if item not in part)
            cells = math.prod(cardinalities[measured.table[axis]] for axis in summed)
            weight = 1 / (measured.scale**2 * cells)
            residual = weight * _centre(measured.counts.sum(axis=summed, dtype=np.float64))
            weighted[part] = weighted[part] + residual if part in weighted else residual
            precision[part] = precision.get(part, 0.0) + weight
    residuals = {part: weighted[part] / precision[part] for part in weighted}
    return Estimates(tuple(cardinalities), residuals, precision)


def expected_deviations(scales: Iterable[tuple[Table, float]], cardinalities: Sequence[int]) -> Estimates:
    """The precision that tables measured at these scales would give; needs no counts and no people."""
    blank = (
        Measurement(table, np.zeros([cardinalities[item] for item in table], np.int64), scale)
        for table, scale in scales
    )
    return combine(blank, cardinalities)


def _subsets(table: Table) -> Iterator[Table]:
    for size in range(len(table) + 1):
        yield from combinations(table, size)


def _centre(table: Shares) -> Shares:
    table = np.asarray(table, np.float64)
    for axis in range(table.ndim):
        table = table - table.sum(axis=axis, keepdims=True) / table.shape[axis]
    return table
