"""The tables that a private release measures for a model declared beforehand.

A logistic model needs to know how the outcome goes with each covariate and how the covariates go with each
other. Where a hub declares the model, the two-way tables of just these can be measured with a share of the
privacy budget, among the people whose outcome and covariates are all known. Their cells follow from the
standard and the hub's public country values alone, so the list of cells tells nothing about anybody. Adding
or removing a person changes one count of each table by one: the L2 sensitivity of all tables together is the
root of how many they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

from tiphub.errors import TiphubError
from tiphub.evidence.models.design import Floats
from tiphub.evidence.models.patterns import Cell
from tiphub.evidence.models.terms import Term
from tiphub.standard import Standard

OUTCOME = 0
"""The axis of the outcome: yes, then no. The columns of the covariates are axes 1, 2, ..."""

Pair = tuple[int, int]


@dataclass(frozen=True)
class Declared:
    """The public shape of a model.

    Attributes:
        terms: the covariates.
        columns: the columns that they are read from; covariates of one column vary together.
        values: for each column, the known values that its covariates can take together.
    """

    terms: tuple[Term, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[Cell, ...], ...]

    @property
    def pairs(self) -> list[Pair]:
        """The two-way tables, by their axes."""
        return list(combinations(range(len(self.columns) + 1), 2))

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return (2, *(len(values) for values in self.values))

    def shape(self, pair: Pair) -> tuple[int, int]:
        """How many rows and columns a two-way table has."""
        return self.sizes[pair[0]], self.sizes[pair[1]]

    @cached_property
    def patterns(self) -> tuple[Cell, ...]:
        """Every combination of the covariates, the last column fastest; one value a covariate."""
        place = {
            item.name: (axis, [own.name for own in self.terms if own.column == item.column].index(item.name))
            for item in self.terms
            for axis in [self.columns.index(item.column)]
        }
        where = [place[item.name] for item in self.terms]
        return tuple(tuple(parts[axis][at] for axis, at in where) for parts in product(*self.values))

    @cached_property
    def axes(self) -> npt.NDArray[np.int64]:
        """For each pattern with and without the outcome (alternating), its place on each axis."""
        grid = np.indices(self.sizes[1:]).reshape(len(self.columns), -1)
        outcome = np.tile([0, 1], grid.shape[1])
        return np.vstack([outcome, np.repeat(grid, 2, axis=1)])

    def indicator(self, pair: Pair) -> Floats:
        """Which cell of a two-way table each entry of ``axes`` falls into: entries x cells of the table."""
        first, second = pair
        width = self.sizes[second]
        cells: Floats = np.eye(self.sizes[first] * width)[self.axes[first] * width + self.axes[second]]
        return cells

    def tables(self, found: Mapping[Cell, tuple[float, float]]) -> dict[Pair, Floats]:
        """The exact two-way tables, for the stage that adds the noise; people with unknowns are left out."""
        counts = np.array([found.get(cell, (0.0, 0.0)) for cell in self.patterns], dtype=float).ravel()
        return {pair: (counts @ self.indicator(pair)).reshape(self.shape(pair)) for pair in self.pairs}


def declare(terms: Sequence[Term], standard: Standard) -> Declared:
    """The shape of a model.

    Raises:
        TiphubError: a covariate is a number of the record itself, whose values are no short public list.
    """
    columns = tuple(dict.fromkeys(item.column for item in terms))
    own = [[item for item in terms if item.column == column] for column in columns]
    return Declared(tuple(terms), columns, tuple(_values(some, standard) for some in own))


def _values(terms: Sequence[Term], standard: Standard) -> tuple[Cell, ...]:
    column = standard.columns[terms[0].column]
    if column.kind == "flag":
        domain: list[object] = [False, True]
    elif column.codes:
        domain = [code.code for code in standard.code_lists[column.codes].leaves]
    else:
        raise TiphubError(
            f"{column.name} is a number: a model for a private release needs categories.",
            do="Use age_band or another field with categories.",
        )
    found = dict.fromkeys(tuple(item.value(value) for item in terms) for value in domain)
    return tuple(cell for cell in found if None not in cell)
