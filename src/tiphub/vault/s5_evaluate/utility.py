"""How well counts made from the protected records agree with counts made from the people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes, Variable

SIZES = ((1, 10), (11, 99), (100, 999), (1000, None))
"""Classes of a count's size before protection, both bounds inclusive."""
TABLES = 400
"""So many tables of one order are compared at most."""
_DENSE = 2**20

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Errors:
    """The errors of the counts over ``order`` columns that were ``at_least`` to ``at_most`` before.

    ``mean_absolute`` is in people, ``mean_relative`` a share of the count before, ``vanished`` the share of
    the ``cells`` that are 0 after protection. All three are 0 where there are no cells.
    """

    order: int
    at_least: int
    at_most: int | None
    cells: int
    mean_absolute: float
    mean_relative: float
    vanished: float


@dataclass(frozen=True, slots=True)
class Table:
    """One table's cells that were not empty before, unknown left out: values, counts before and after."""

    columns: tuple[int, ...]
    keys: Ints
    before: Ints
    after: Ints

    def values(self, cell: int, variables: Sequence[Variable]) -> list[str]:
        """The values of one cell, one for each column."""
        rest, found = int(self.keys[cell]), []
        for position in reversed(self.columns):
            rest, code = divmod(rest, variables[position].cardinality)
            found.append(variables[position].values[code - 1])
        return found[::-1]


def chosen(columns: int, order: int) -> tuple[tuple[int, ...], ...]:
    """The sets of columns that are compared: spread evenly over the list of all, never chosen by the data.

    >>> chosen(3, 2)
    ((0, 1), (0, 2), (1, 2))
    """
    step = max(1, -(-comb(columns, order) // TABLES))
    return tuple(islice(combinations(range(columns), order), 0, None, step))


def tables(before: Codes, after: Codes, variables: Sequence[Variable], order: int) -> Iterator[Table]:
    """Count people and protected records over the chosen sets of ``order`` columns."""
    for columns in chosen(len(variables), order):
        cells = int(np.prod([float(variables[position].cardinality) for position in columns]))
        keys, counts = _count(before, columns, variables, cells)
        others, found = _count(after, columns, variables, cells)
        at = np.minimum(np.searchsorted(others, keys), max(len(others) - 1, 0))
        same = others[at] == keys if len(others) else np.zeros(len(keys), bool)
        yield Table(columns, keys, counts, np.where(same, found[at] if len(found) else 0, 0))


def errors(compared: Sequence[Table], order: int) -> list[Errors]:
    """Sum the errors up, one entry for each class of size."""
    before = np.concatenate([table.before for table in compared] or [np.empty(0, np.int64)])
    after = np.concatenate([table.after for table in compared] or [np.empty(0, np.int64)])
    found = []
    for low, high in SIZES:
        inside = (before >= low) & (before <= high if high else True)
        cells = int(inside.sum())
        off = np.abs(before[inside] - after[inside])
        found.append(
            Errors(
                order,
                low,
                high,
                cells,
                float(off.sum() / max(cells, 1)),
                float((off / before[inside]).sum() / max(cells, 1)),
                float((after[inside] == 0).sum() / max(cells, 1)),
            )
        )
    return found


def _count(
    codes: Codes, columns: tuple[int, ...], variables: Sequence[Variable], cells: int
) -> tuple[Ints, Ints]:
    key = np.zeros(len(codes), dtype=np.int64)
    known = np.ones(len(codes), dtype=bool)
    for position in columns:
        key *= variables[position].cardinality
        key += codes[:, position]
        known &= codes[:, position] > 0
    if cells > _DENSE:
        keys, counts = np.unique(key[known], return_counts=True)
        return keys, counts.astype(np.int64)
    dense = np.bincount(key[known], minlength=1)
    keys = np.flatnonzero(dense)
    return keys, dense[keys]
