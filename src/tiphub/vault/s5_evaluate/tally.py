"""Counting rows over many sets of columns in one pass; memory is one batch and the cells that occur."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes

_DENSE = 2**20
"""Up to so many cells are counted in an array that has them all."""

Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Counts:
    """The cells of one table that occur: ascending keys (mixed radix, unknown is digit 0), and counts."""

    keys: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    counts: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    def add(self, keys: Ints, counts: Ints) -> None:
        """Add the counts of other rows."""
        if not len(self.keys):
            self.keys, self.counts = keys, counts
            return
        both, places = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        added = np.zeros(len(both), np.int64)
        np.add.at(added, places, np.concatenate([self.counts, counts]))
        self.keys, self.counts = both, added


def count(
    batches: Iterable[Codes], sets: Sequence[tuple[int, ...]], cardinalities: Sequence[int]
) -> list[Counts]:
    """Count rows over each set of columns; every batch is read once.

    >>> found = count([np.array([[1, 2], [1, 0]], np.int16)], [(0, 1)], [2, 3])
    >>> found[0].keys.tolist(), found[0].counts.tolist()
    ([3, 5], [1, 1])
    """
    found = [Counts() for _ in sets]
    for batch in batches:
        columns = [np.ascontiguousarray(batch[:, place], np.int64) for place in range(batch.shape[1])]
        for counts, table in zip(found, sets, strict=True):
            key = np.zeros(len(batch), np.int64)
            for place in table:
                key *= cardinalities[place]
                key += columns[place]
            counts.add(*_occurring(key, prod(cardinalities[place] for place in table)))
    return found


def _occurring(key: Ints, cells: int) -> tuple[Ints, Ints]:
    if cells > _DENSE:
        keys, counts = np.unique(key, return_counts=True)
        return keys, counts.astype(np.int64)
    dense = np.bincount(key, minlength=1)
    keys = np.flatnonzero(dense)
    return keys, dense[keys]
