"""One measured table of a noisy release, and how exact each of its cells is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod, sqrt
from typing import NamedTuple

from tiphub.evidence.interval import Z95
from tiphub.evidence.noise.sums import Sum

Values = tuple[str, ...]
"""A cell: a value for each column of its table."""


class Figure(NamedTuple):
    """What a release says of one cell: how many it counts, and between which numbers the true one lies."""

    people: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Table:
    """A measured table.

    Attributes:
        names: its columns.
        deviation: of the noise in each cell.
        figures: of the cells that anybody has in the records.
        rest: the mean of what was measured in the other cells, of which only the sum is known.
    """

    names: tuple[str, ...]
    deviation: float
    figures: Mapping[Values, Figure]
    rest: float = 0.0

    def error(self, cell: Values) -> float:
        """The deviation of a cell; where the count lies off the middle of its bounds, that much more."""
        if cell not in self.figures:
            return self.deviation
        people, low, high = self.figures[cell]
        return max(self.deviation, (high - people) / Z95, (people - low) / Z95)

    def middle(self, cell: Values) -> float:
        """What was measured in a cell."""
        return middle(self.figures[cell], self.deviation) if cell in self.figures else self.rest

    def sum(self, values: Sequence[Sequence[str]]) -> Sum:
        """The cells that have one of these values in each column, added up."""
        size, plain = prod(map(len, values)), self.deviation**2
        if size <= len(self.figures):
            inside = [cell for cell in product(*values) if cell in self.figures]
        else:
            allowed = [frozenset(listed) for listed in values]
            inside = [cell for cell in self.figures if all(map(frozenset.__contains__, allowed, cell))]
        others = size - len(inside)
        found = sum(map(self.middle, inside)) + others * self.rest
        return Sum(
            measured=found,
            off=sum(self.figures[cell].people for cell in inside) - found,
            noise=size * plain,
            guessed=others * plain,
            errors=sum(self.error(cell) ** 2 for cell in inside) + others * plain,
            size=size,
        )

    def bounds(self, values: Sequence[Sequence[str]], count: int) -> tuple[float, float] | None:
        """The ends of the 95% interval of such a sum, widened to the count that the records have.

        It lies around what was measured. It ends before the cells' own upper ends added up do, because their
        noise partly cancels out. Of a cell whose bounds were cut at 0 and widened to its count nobody can say
        how much less was measured: at its lower end the sum counts nobody there.

        Returns:
            ``None`` where some of the cells are not listed: of them only the sum is known.
        """
        cells = set(product(*values)) if prod(map(len, values)) <= len(self.figures) else {()}
        if not cells <= self.figures.keys():
            return None
        half = Z95 * self.deviation
        firm = [cell for cell in cells if not _cut(self.figures[cell])]
        low = sum(map(self.middle, firm)) - half * sqrt(len(firm))
        high = sum(map(self.middle, cells)) + half * sqrt(len(cells))
        return min(max(low, 0.0), count), max(high, count)


def _cut(figure: Figure) -> bool:
    return figure.low <= 0 and figure.people >= figure.high


def middle(figure: Figure, deviation: float) -> float:
    """What was measured where a release tells a count between bounds.

    Bounds are cut at 0, and widened to a count that lies outside of them.

    >>> [round(middle(Figure(*told), 10.2)) for told in ((90, 80, 120), (3, 0, 25), (70, 70, 110))]
    [100, 5, 90]
    """
    people, low, high = figure
    half = Z95 * deviation
    if people >= high and low > 0:
        return low + half
    return high - half if low <= 0 or people <= low else (low + high) / 2
