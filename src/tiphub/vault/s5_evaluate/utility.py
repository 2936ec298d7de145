"""How well counts made from the protected records agree with counts made from the people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes, Variable
from tiphub.vault.s5_evaluate.tally import Counts, count

ORDERS = (1, 2, 3)
SIZES = ((1, 10), (11, 99), (100, 999), (1000, None))
"""Classes of a count's size, both bounds inclusive."""
TEN = (10, None)
"""The class that accuracy is told for: below ten people a count says little of anything."""
ALL = (1, None)
TABLES = {1: 30_000, 2: 2_000, 3: 1_000}
"""So many tables of one order are compared at most."""
_SEED = 20_200_406
"""Of the choice of tables: the same for every release, so that releases can be compared."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Size = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Errors:
    """The errors of the counts over ``order`` columns that were ``at_least`` to ``at_most`` before.

    ``mean_absolute`` is in people, ``mean_relative`` a share of the count before, ``vanished`` the share of
    the ``cells`` that are 0 after protection. ``told`` are the counts of that size after protection, and
    ``invented`` the share of them that nobody stood for. A share of no counts is 0.
    """

    order: int
    at_least: int
    at_most: int | None
    cells: int
    mean_absolute: float
    mean_relative: float
    vanished: float
    told: int
    invented: float


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The figures by which methods are compared, over ``k`` columns and all combinations of known values.

    Of the ``n`` combinations of ten people or more: ``mae``, the mean absolute error of the count, ``rel``,
    the same as a share of the count, and ``missing``, the share whose count is 0 after protection. ``fab`` is
    the share of combinations in the protected records that nobody has, ``fab10`` the same among those with
    a count of ten or more there.
    """

    k: int
    n: int
    mae: float
    rel: float
    missing: float
    fab: float
    fab10: float


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of one table that are not empty before or after: which are known in full, and counts."""

    columns: tuple[int, ...]
    keys: Ints
    known: Bools
    before: Ints
    after: Ints

    def values(self, cell: int, variables: Sequence[Variable]) -> list[str]:
        """The values of one cell, one for each column; unknown is empty."""
        rest, found = int(self.keys[cell]), []
        for position in reversed(self.columns):
            rest, code = divmod(rest, variables[position].cardinality)
            found.append(variables[position].values[code - 1] if code else "")
        return found[::-1]

    @property
    def distance(self) -> float:
        """The total variation distance of the two, unknown being a value: 0 if alike, 1 if disjoint."""
        people, records = int(self.before.sum()), int(self.after.sum())
        if not people or not records:
            return float(people != records)
        return float(np.abs(self.before / people - self.after / records).sum() / 2)


def chosen(columns: int, order: int) -> tuple[tuple[int, ...], ...]:
    """The sets of columns that are compared: all, or as many as `TABLES` allows, drawn with a fixed seed.

    They are never chosen by the data.

    >>> chosen(3, 2)
    ((0, 1), (0, 2), (1, 2))
    """
    every, most = comb(columns, order), TABLES[order]
    listed = combinations(range(columns), order)
    if every <= most:
        return tuple(listed)
    drawn = set(np.random.default_rng(_SEED).choice(every, most, replace=False).tolist())
    return tuple(item for place, item in enumerate(listed) if place in drawn)


def tables(before: Iterable[Codes], after: Iterable[Codes], variables: Sequence[Variable]) -> Iterator[Table]:
    """Count people and protected records, each read once, over the chosen sets of columns of every order."""
    sets = [item for order in ORDERS for item in chosen(len(variables), order)]
    cardinalities = [item.cardinality for item in variables]
    people, records = (count(batches, sets, cardinalities) for batches in (before, after))
    for columns, one, other in zip(sets, people, records, strict=True):
        keys = np.union1d(one.keys, other.keys)
        known = np.ones(len(keys), bool)
        for place, position in enumerate(columns):
            above = prod(cardinalities[item] for item in columns[place + 1 :])
            known &= keys // above % cardinalities[position] > 0
        yield Table(columns, keys, known, _at(one, keys), _at(other, keys))


def errors(compared: Sequence[Table], order: int, sizes: Sequence[Size] = SIZES) -> list[Errors]:
    """Sum the errors up, one entry for each class of size."""
    before = _joined([table.before[table.known] for table in compared])
    after = _joined([table.after[table.known] for table in compared])
    return [_errors(before, after, order, size) for size in sizes]


def accuracy(compared: Sequence[Table], order: int) -> Accuracy:
    """The figures by which methods are compared."""
    ten, every = errors(compared, order, (TEN, ALL))
    return Accuracy(
        order,
        ten.cells,
        ten.mean_absolute,
        ten.mean_relative,
        ten.vanished,
        every.invented,
        ten.invented,
    )


def _errors(before: Ints, after: Ints, order: int, size: Size) -> Errors:
    inside, told = _within(before, size), _within(after, size)
    cells = max(int(inside.sum()), 1)
    off = np.abs(before[inside] - after[inside])
    return Errors(
        order,
        *size,
        int(inside.sum()),
        float(off.sum() / cells),
        float((off / before[inside]).sum() / cells),
        float((after[inside] == 0).sum() / cells),
        int(told.sum()),
        float((before[told] == 0).sum() / max(int(told.sum()), 1)),
    )


def _within(counts: Ints, size: Size) -> Bools:
    least, most = size
    found: Bools = (counts >= least) & (counts <= most) if most else counts >= least
    return found


def _at(counts: Counts, keys: Ints) -> Ints:
    found = np.zeros(len(keys), np.int64)
    found[np.searchsorted(keys, counts.keys)] = counts.counts
    return found


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
