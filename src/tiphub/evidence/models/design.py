"""From covariate patterns to a design matrix with treatment contrasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiphub.evidence.models.patterns import Cell
from tiphub.evidence.models.terms import Term

Floats = npt.NDArray[np.float64]

UNKNOWN = "unknown"
"""The category of its own that unknown values make, if the user asks for it."""


@dataclass(frozen=True)
class Design:
    """Patterns x parameters.

    Attributes:
        matrix: the first column is the intercept.
        parameters: of each further column, the covariate's name and the category (``None``: a number).
        yes: people with the outcome, by pattern.
        no: people without it.
    """

    matrix: Floats
    parameters: tuple[tuple[str, str | None], ...]
    yes: Floats
    no: Floats

    def only(self, name: str) -> "Design":
        """The design of one covariate alone, on the same people."""
        return self._of([place for place, (own, _) in enumerate(self.parameters, start=1) if own == name])

    def without(self, name: str) -> "Design":
        """The design of all other covariates, on the same people."""
        return self._of([place for place, (own, _) in enumerate(self.parameters, start=1) if own != name])

    def _of(self, kept: Sequence[int]) -> "Design":
        return Design(
            self.matrix[:, [0, *kept]],
            tuple(self.parameters[place - 1] for place in kept),
            self.yes,
            self.no,
        )


def complete(
    counts: Mapping[Cell, tuple[float, float]], terms: Sequence[Term], *, unknown_category: bool
) -> dict[Cell, tuple[float, float]]:
    """The patterns without unknown values, or with unknown categories as a category of their own."""
    found: dict[Cell, tuple[float, float]] = {}
    for cell, (yes, no) in counts.items():
        kept = tuple(
            UNKNOWN if value is None and unknown_category and not item.is_number else value
            for value, item in zip(cell, terms, strict=True)
        )
        if None not in kept:
            before = found.get(kept, (0.0, 0.0))
            found[kept] = (before[0] + yes, before[1] + no)
    return found


def design_of(
    counts: Mapping[Cell, tuple[float, float]], terms: Sequence[Term], levels: Mapping[str, Sequence[str]]
) -> Design:
    """The design matrix; ``levels`` names the categories of each covariate, the reference first."""
    cells = list(counts)
    columns = [np.ones(len(cells))]
    parameters: list[tuple[str, str | None]] = []
    for place, item in enumerate(terms):
        values = [cell[place] for cell in cells]
        if item.is_number:
            columns.append(np.array(values, dtype=float))
            parameters.append((item.name, None))
            continue
        for level in levels[item.name][1:]:
            columns.append(np.array([value == level for value in values], dtype=float))
            parameters.append((item.name, level))
    people = np.array([counts[cell] for cell in cells], dtype=float).reshape(-1, 2)
    return Design(np.column_stack(columns), tuple(parameters), people[:, 0], people[:, 1])
