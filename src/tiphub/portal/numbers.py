"""A number of people as a release tells it: held back, exact, or between bounds."""

from dataclasses import dataclass

from tiphub.evidence.noise import Cell, MeasuredCounts
from tiphub.evidence.tabulate import Row


@dataclass(frozen=True, slots=True)
class Number:
    """How many people; ``None`` where it is held back.

    Where the release added noise, the true number lies between ``low`` and ``high`` with 95%; without bounds,
    it was not measured and nobody can say. Elsewhere there are no bounds: the number is the release's own.
    """

    people: int | None
    low: int | None = None
    high: int | None = None


def number_of(noise: MeasuredCounts | None, within: Cell, people: int) -> Number:
    """How many people the records show of a cell, with its bounds if noise was added."""
    if noise is None:
        return Number(people)
    found = noise.bounds(within, people)
    return Number(people, found.low, found.high) if found else Number(people)


def numerator(row: Row) -> Number:
    """How many people a row counts."""
    return Number(row.numerator, row.numerator_low, row.numerator_high)


def denominator(row: Row) -> Number:
    """How many people a row's share is of."""
    return Number(row.denominator, row.denominator_low, row.denominator_high)
