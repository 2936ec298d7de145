"""Which tables are measured, and what share of the budget each is worth."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import prod

import numpy as np

from tiphub.standard.variables import Variable
from tiphub.vault.s4_protect.dp.blocks import pairs
from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.estimate import Shares
from tiphub.vault.s4_protect.dp.logic import Derived, Follows, crosses_itself

REGROUP = Fraction(8, 100)
SINGLES = Fraction(5, 100)
PAIRS = Fraction(70, 100)
TRIPLES = Fraction(25, 100)
"""Shares of the budget: to see which values are too rare, then for one-, two- and three-way tables."""

MOST_TRIPLES = 300
MOST_CELLS = 20_000
PEOPLE_A_CELL, PEOPLE_A_WANTED_CELL = 10, 4
"""A three-way table with more cells than this, or fewer people a cell, says little about each."""
SMALL, SURE_PEOPLE_A_CELL, MANY = 100, 100, 100_000
"""Tables of no more cells than this, or with so many people a cell, come before all others: those say little
that their pairs do not. Only of more than ``MANY`` people do they tell which pairs of answers nobody gave."""

_GRAIN = 1_000_000


def singles(variables: int) -> list[Table]:
    """Every one-way table."""
    return [(item,) for item in range(variables)]


def allocate(tables: Sequence[Table], cardinalities: Sequence[int], rho: Fraction) -> dict[Table, Fraction]:
    """Share ``rho`` among tables by the square root of their cells.

    This makes the sum of the variances of all cells the least for the budget. The shares are exact and add up
    to ``rho`` to the last digit.
    """
    if not tables:
        return {}
    weight = [float(np.sqrt(np.prod([float(cardinalities[item]) for item in table]))) for table in tables]
    whole = sum(weight)
    parts = [rho * Fraction(max(1, int(part / whole * _GRAIN)), _GRAIN + len(tables)) for part in weight]
    largest = weight.index(max(weight))
    parts[largest] += rho - sum(parts)
    return dict(zip(tables, parts, strict=True))


def tables_of(sets: Iterable[Iterable[str]], variables: Sequence[Variable]) -> list[Table]:
    """Sets of columns as tables, without those that have a column which is not there."""
    place = {item.name: position for position, item in enumerate(variables)}
    return [tuple(sorted(place[name] for name in found)) for found in map(set, sets) if found <= place.keys()]


def choose_triples(
    cross: Shares,
    slices: Sequence[slice],
    cardinalities: Sequence[int],
    *,
    people: float,
    derived: Sequence[Derived | Follows] = (),
    wanted: Sequence[Table] = (),
) -> list[Table]:
    """The three-way tables most worth measuring: those ``wanted``, then as noisy two-way tables alone judge.

    Three variables can only act together where at least two of their pairs depend on each other: the score
    is the geometric mean of the two weaker dependences (total variation distance from independence).
    Looking at what is noisy already costs nothing.
    """
    dependence: Mapping[Table, float] = {
        (first, second): _dependence(cross[slices[first], slices[second]])
        for first, second in pairs(len(slices))
    }

    def cells(table: Table) -> int:
        return prod(cardinalities[item] for item in table)

    def says_something(table: Table, people_a_cell: int) -> bool:
        return cells(table) <= min(MOST_CELLS, people / people_a_cell) and not crosses_itself(table, derived)

    scored = []
    for table in combinations(range(len(slices)), 3):
        if says_something(table, PEOPLE_A_CELL):
            weakest, middle, _ = sorted(_pairs_of(table, dependence))
            unsure = people <= MANY and cells(table) > max(SMALL, people / SURE_PEOPLE_A_CELL)
            scored.append((unsure, -(weakest * middle), table))
    asked = [table for table in wanted if len(table) == 3]
    chosen: list[Table] = [table for table in asked if says_something(table, PEOPLE_A_WANTED_CELL)]
    chosen += (table for *_, table in sorted(scored))
    return list(dict.fromkeys(chosen))[:MOST_TRIPLES]


def _dependence(table: Shares) -> float:
    independent = np.outer(table.sum(axis=1), table.sum(axis=0))
    return float(np.abs(table - independent).sum() / 2)


def _pairs_of(table: Table, dependence: Mapping[Table, float]) -> Iterable[float]:
    return (dependence[pair] for pair in combinations(table, 2))
