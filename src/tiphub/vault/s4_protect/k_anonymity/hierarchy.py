"""A quasi-identifier's way up: from the exact value through the standard's hierarchy to unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import log

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes, Variable

Level = tuple[int, ...]
"""For each quasi-identifier, how many steps up its hierarchy."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """One quasi-identifier.

    ``up[s, code]`` (int16) is the code ``s`` steps above ``code``; the last row is unknown throughout.
    ``lost[s, code]`` (float64) is the share of the cell's information that ``s`` steps lose, in [0, 1].

    The measure is Hartley's: a value that stands for ``l`` of the domain's ``L`` finest values leaves
    ``log l`` of ``log L`` unsaid; a cell that was unknown to begin with has nothing to lose. It is the
    logarithmic form of the normalised certainty penalty ``(l - 1) / (L - 1)`` of Xu et al. (Utility-Based
    Anonymization Using Local Recoding, KDD 2006), which calls a country's subregion nearly free. It looks
    at the public domain only, never at the people.
    """

    variable: Variable
    up: Codes
    lost: npt.NDArray[np.float64]


def ladder(variable: Variable) -> Ladder:
    """The hierarchy of a variable, as the standard's ``broader`` gives it.

    >>> steps = ladder(Variable("age_band", ("0_8", "9_17", "child"), ("child", "child", None)))
    >>> steps.up[:, 1].tolist(), steps.lost[:, 1].tolist()
    ([1, 3, 0], [0.0, 1.0, 1.0])
    """
    position = {value: code for code, value in enumerate(variable.values, start=1)}
    parent = np.array([0, *(position[up] if up else 0 for up in variable.broader)], dtype=np.int16)
    rows = [np.arange(variable.cardinality, dtype=np.int16)]
    while rows[-1].any():
        rows.append(parent[rows[-1]])
    up = np.stack(rows)
    finest = np.setdiff1d(np.arange(1, variable.cardinality), parent)
    under = np.bincount(up[:, finest].ravel(), minlength=variable.cardinality)
    under[0] = finest.size
    unsaid = np.log(np.maximum(under, 1)) / log(max(finest.size, 2))
    lost = unsaid[up] - unsaid[np.arange(variable.cardinality)]
    lost[:, 0] = 0
    return Ladder(variable, up, lost)


@dataclass(frozen=True)
class Hierarchies:
    """The quasi-identifiers together; combinations are mixed-radix numbers over their domains."""

    ladders: tuple[Ladder, ...]

    @classmethod
    def of(cls, variables: Sequence[Variable]) -> "Hierarchies":
        """The hierarchies of these quasi-identifiers, in this order."""
        return cls(tuple(ladder(item) for item in variables))

    def key(self, codes: Codes) -> npt.NDArray[np.int64]:
        """One number a row; the row of unknowns alone is 0."""
        out = np.zeros(len(codes), dtype=np.int64)
        for position, item in enumerate(self.ladders):
            out *= item.variable.cardinality
            out += codes[:, position]
        return out

    def codes(self, key: npt.NDArray[np.int64]) -> Codes:
        """The rows that the numbers stand for."""
        out = np.zeros((len(key), len(self.ladders)), dtype=np.int16, order="F")
        rest = key
        for position in reversed(range(len(self.ladders))):
            rest, out[:, position] = np.divmod(rest, self.ladders[position].variable.cardinality)
        return out

    def raised(self, codes: Codes, level: Level) -> npt.NDArray[np.int64]:
        """The number of each row after going up to ``level``."""
        return self.key(
            np.stack(
                [
                    item.up[s, codes[:, j]]
                    for j, (item, s) in enumerate(zip(self.ladders, level, strict=True))
                ],
                1,
            )
        )

    def lost(self, codes: Codes, level: Level) -> npt.NDArray[np.float64]:
        """The information that each row loses by going up to ``level``, in cells."""
        out = np.zeros(len(codes))
        for position, (item, steps) in enumerate(zip(self.ladders, level, strict=True)):
            out += item.lost[steps, codes[:, position]]
        return out

    def levels(self, limit: int) -> list[Level]:
        """Levels from none to all unknown.

        All of them where there are at most ``limit``; else those that raise few quasi-identifiers, and the
        ones that make more and more of the largest domains unknown.
        """
        heights = [len(item.up) - 1 for item in self.ladders]
        if np.prod([height + 1.0 for height in heights]) <= limit:
            return list(product(*(range(height + 1) for height in heights)))
        order = sorted(range(len(heights)), key=lambda j: -self.ladders[j].variable.cardinality)
        found: dict[Level, None] = {}
        for first in range(len(heights) + 1):
            base = tuple(heights[j] if j in order[:first] else 0 for j in range(len(heights)))
            found[base] = None
            for a, b in product(range(len(heights)), repeat=2):
                for s, t in product(range(heights[a] + 1), range(heights[b] + 1)):
                    level = list(base)
                    level[a], level[b] = max(level[a], s), max(level[b], t)
                    found[tuple(level)] = None
        return list(found)
