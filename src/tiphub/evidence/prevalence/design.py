"""Log-linear models of list overlaps: which pairs of lists may depend on each other."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations as pairs_of

import numpy as np

from tiphub.evidence.prevalence.overlaps import Bools, Floats, combinations


@dataclass(frozen=True)
class Design:
    """All cells and all parameters: a constant, one for each list, one for each pair of lists.

    A model is a vector of booleans, one a pair. A pair whose lists share nobody has its parameter at minus
    infinity when it is in the model: the cells where both lists meet are then expected to be empty and leave
    the fit (Chan, Silverman and Vincent 2021, "Multiple systems estimation for sparse capture data").
    """

    lists: int

    @cached_property
    def cells(self) -> Floats:
        """2^lists - 1 rows of 0 and 1, one column a list."""
        return combinations(self.lists).astype(np.float64)

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The pairs of lists, in order."""
        return tuple(pairs_of(range(self.lists), 2))

    @cached_property
    def together(self) -> Floats:
        """Cells x pairs: 1 where the person is on both lists."""
        return np.stack([self.cells[:, a] * self.cells[:, b] for a, b in self.pairs], axis=1)

    @cached_property
    def matrix(self) -> Floats:
        """Cells x parameters."""
        return np.hstack([np.ones((len(self.cells), 1)), self.cells, self.together])

    def empty(self, counts: Floats) -> Bools:
        """Which pairs of lists share nobody."""
        return np.asarray(counts @ self.together == 0)

    def parameters(self, models: Bools, empty: Bools) -> Bools:
        """Which parameters are finite: models x parameters."""
        always = np.ones((*models.shape[:-1], 1 + self.lists), dtype=bool)
        return np.concatenate([always, models & ~empty], axis=-1)

    def kept(self, models: Bools, empty: Bools) -> Bools:
        """Which cells stay in the fit: models x cells."""
        return np.asarray((models & empty).astype(float) @ self.together.T == 0)
