"""One estimation's working material: the counts, how they were observed, and its random numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np

from tiphub.evidence.prevalence.design import Design
from tiphub.evidence.prevalence.observation import Exact, Noisy, Observation
from tiphub.evidence.prevalence.overlaps import OverlapNoise, Overlaps
from tiphub.evidence.prevalence.resampling import Bootstrap


@dataclass(frozen=True)
class System:
    """What every model is given.

    Attributes:
        overlaps: The counts with their names.
        noise: The privacy noise on them, if any.
        seed: Where all random numbers begin.
        replicates: Draws of a bootstrap or a posterior.
        advance: Told of every draw.
    """

    overlaps: Overlaps
    noise: OverlapNoise | None
    seed: int
    replicates: int
    advance: Callable[[int], None]

    @cached_property
    def design(self) -> Design:
        """The cells and parameters."""
        return Design(len(self.overlaps.lists))

    @cached_property
    def observed(self) -> Observation:
        """The counts as they were handed in."""
        table = self.overlaps.table
        return Exact(table) if self.noise is None else Noisy(table, self.noise.std)

    def pair(self, place: int) -> str:
        """A pair of lists by name."""
        a, b = self.design.pairs[place]
        return f"{self.overlaps.lists[a]}+{self.overlaps.lists[b]}"

    def rng(self, purpose: str) -> np.random.Generator:
        """Random numbers of one purpose: the same whatever else is estimated beside it."""
        return np.random.default_rng([self.seed, crc32(purpose.encode())])

    def bootstrap(self, purpose: str) -> Bootstrap:
        """A bootstrap with random numbers of its own."""
        return Bootstrap(self.rng(purpose), self.replicates, self.advance)
