"""Variables side by side in one row of ones and zeros: how records meet tables in matrix products."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Blocks:
    """Where each variable's values stand in a row of ``width`` cells."""

    cardinalities: tuple[int, ...]

    @cached_property
    def offsets(self) -> npt.NDArray[np.int64]:
        """The first cell of each variable."""
        return np.concatenate([[0], np.cumsum(self.cardinalities)[:-1]]).astype(np.int64)

    @property
    def width(self) -> int:
        """Cells in a row."""
        return sum(self.cardinalities)

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """The cells of each variable."""
        return tuple(
            slice(int(start), int(start) + size)
            for start, size in zip(self.offsets, self.cardinalities, strict=True)
        )

    @cached_property
    def owner(self) -> npt.NDArray[np.int64]:
        """The variable of each cell."""
        return np.repeat(np.arange(len(self.cardinalities)), self.cardinalities)

    def positions(self, codes: Codes) -> npt.NDArray[np.int64]:
        """The cells that records set, rows x variables."""
        return codes.astype(np.int64) + self.offsets

    def one_hot(self, positions: npt.NDArray[np.int64]) -> Matrix:
        """Records as rows of ones and zeros."""
        row = np.zeros((len(positions), self.width), np.float32)
        np.put_along_axis(row, positions, 1, 1)
        return row

    def cross(self, codes: Codes, rows: int = 20_000) -> Matrix:
        """All one- and two-way counts of records at once, width x width."""
        out = np.zeros((self.width, self.width), np.float64)
        for start in range(0, len(codes), rows):
            row = self.one_hot(self.positions(codes[start : start + rows]))
            out += row.T @ row
        return out.astype(np.float32)


def pairs(variables: int) -> Iterator[tuple[int, int]]:
    """Every pair of variables, ascending."""
    for first in range(variables):
        for second in range(first + 1, variables):
            yield first, second


def blocks(cardinalities: Sequence[int]) -> Blocks:
    """The blocks of variables with these cardinalities."""
    return Blocks(tuple(cardinalities))
