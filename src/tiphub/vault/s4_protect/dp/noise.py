"""Noise: the one place where randomness protects people."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import opendp.prelude as dp

Counts = npt.NDArray[np.int64]

# OpenDP wants to be told that its Gaussian, reviewed by its contributors, is good enough.
dp.enable_features("contrib")


class Noise(Protocol):
    """Adds noise to a table of counts to which one person adds 1 in one cell."""

    @property
    def private(self) -> bool:
        """Whether what comes out protects people."""

    def add(self, counts: Counts, *, scale: float) -> Counts:
        """The counts with discrete Gaussian noise of that scale on every cell."""


@dataclass(frozen=True)
class FreshNoise:
    """OpenDP's discrete Gaussian on fresh entropy: exact integer sampling, no floating-point hole.

    Canonne, Kamath, Steinke: The Discrete Gaussian for Differential Privacy (NeurIPS 2020).
    """

    private: bool = field(default=True, init=False)

    def add(self, counts: Counts, *, scale: float) -> Counts:
        """The counts with noise."""
        return _drawn(gaussian(scale), counts.ravel()).reshape(counts.shape)


@dataclass(frozen=True)
class SeededNoiseForTests:
    """Repeatable noise, for tests alone: who knows the seed can take the noise off again."""

    seed: int
    private: bool = field(default=False, init=False)
    _random: np.random.Generator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_random", np.random.default_rng(self.seed))

    def add(self, counts: Counts, *, scale: float) -> Counts:
        """The counts with rounded normal noise of the same spread."""
        noise: Counts = np.rint(self._random.normal(0, scale, counts.shape)).astype(np.int64)
        return counts + noise


def add_to_all(
    noise: Noise,
    tables: Sequence[Counts],
    scales: Sequence[float],
    advance: Callable[[int], None] = lambda _: None,
) -> list[Counts]:
    """Each table with noise of its own scale; ``advance`` is told how many tables are done.

    The noise of every cell is independent of all others, so that fresh noise is drawn for all cells of one
    scale in one call, which costs as much as ten cells, and with all processors. Any other noise
    is asked table by table, so that none is replaced unseen.
    """
    if type(noise) is not FreshNoise:
        advance(len(tables))
        return [noise.add(counts, scale=scale) for counts, scale in zip(tables, scales, strict=True)]
    places: dict[float, list[int]] = {}
    for place, scale in enumerate(scales):
        places.setdefault(scale, []).append(place)
    cells = [np.concatenate([tables[place].ravel() for place in of]) for of in places.values()]
    with ThreadPoolExecutor() as threads:
        drawn = threads.map(_drawn, [gaussian(scale) for scale in places], cells)
    noisy = list(tables)
    for of, vector in zip(places.values(), drawn, strict=True):
        parts = np.split(vector, np.cumsum([tables[place].size for place in of])[:-1])
        for place, part in zip(of, parts, strict=True):
            noisy[place] = part.reshape(tables[place].shape)
        advance(len(of))
    return noisy


def _drawn(mechanism: Any, cells: Counts) -> Counts:
    return np.array(mechanism(cells), np.int64)


@lru_cache
def gaussian(scale: float) -> Any:
    """OpenDP's discrete Gaussian on vectors of whole numbers, whose distance is in the Euclidean norm."""
    return dp.m.make_gaussian(*_space(), scale=scale)


@cache
def _space() -> tuple[Any, Any]:
    return dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
