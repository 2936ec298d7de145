"""How far the counts of a noisy release may be off, table by table, as the release itself says it."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, floor, prod, sqrt

import numpy as np
import pyarrow as pa

from tiphub.evidence.interval import Z95

Cell = Mapping[str, Sequence[str]]
"""Columns and the values that count, as a release's counts write them: codes, yes, no, "" for unknown."""

_LARGEST = 200_000
"""A sum of more cells than this is not added up cell by cell."""
FEW = 10
"""So many cells or fewer are as far off as each of them is said to be; of more, small errors add up."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which numbers the true count lies with 95%, and the variance of the noise in the count."""

    low: int
    high: int
    variance: float


def around(count: int, variance: float) -> Bounds:
    """The bounds of a count whose noise has this variance."""
    half = Z95 * sqrt(variance)
    return Bounds(max(floor(count - half), 0), ceil(count + half), variance)


def measured(count: float, low: float, high: float, deviation: float) -> float:
    """What was measured where a release tells a count between bounds.

    Bounds are cut at 0, and widened to a count that lies outside of them.

    >>> [round(measured(*told, deviation=10.2)) for told in ((90, 80, 120), (3, 0, 25), (70, 70, 110))]
    [100, 5, 90]
    """
    half = Z95 * deviation
    if count >= high and low > 0:
        return low + half
    return high - half if low <= 0 or count <= low else (low + high) / 2


@dataclass(frozen=True, slots=True)
class _Table:
    """One measured table: its columns, the deviation of each of its cells, and the cells that anybody has."""

    names: tuple[str, ...]
    deviation: float
    cells: Mapping[tuple[str, ...], tuple[int, float, float]]

    def error(self, cell: tuple[str, ...]) -> float:
        """The deviation of a cell; where the count lies off the middle of its bounds, that much more."""
        if cell not in self.cells:
            return self.deviation
        count, low, high = self.cells[cell]
        return max(self.deviation, (high - count) / Z95, (count - low) / Z95)

    def middle(self, cell: tuple[str, ...]) -> float:
        """What was measured in a cell."""
        return measured(*self.cells[cell], self.deviation) if cell in self.cells else 0.0


class MeasuredCounts:
    """The counts of a release whose protection added noise to them.

    Args:
        counts: the release's table of counts: ``fields``, ``values``, ``count``, ``std``, ``low``, ``high``.
    """

    def __init__(self, counts: pa.Table) -> None:
        counts = counts.filter(counts.column("std").is_valid()).combine_chunks()
        fields = counts.column("fields").combine_chunks().dictionary_encode()
        places = np.asarray(fields.indices)
        order = np.argsort(places, kind="stable")
        self._counts = counts.take(pa.array(order))
        ends = np.searchsorted(places[order], np.arange(len(fields.dictionary) + 1))
        self._slices = {
            _key(text.split("|")): (text, int(ends[place]), int(ends[place + 1]))
            for place, text in enumerate(fields.dictionary.to_pylist())
        }
        self._tables: dict[frozenset[str], _Table] = {}

    def __bool__(self) -> bool:
        return bool(self._slices)

    def bounds(self, cell: Cell, count: int) -> Bounds | None:
        """How exact a count is: of one cell of a measured table, or of the sum of several.

        A single cell has the bounds that the release gives it. The noise of several adds up.

        Args:
            cell: the conditions that the counted people meet.
            count: how many they are in the release's records.

        Returns:
            ``None`` where the release measured no table of these columns together: nobody can say then.
        """
        table = self._table(_key(cell))
        if table is None:
            return None
        values = [cell[name] for name in table.names]
        size = prod(map(len, values))
        if size == 1:
            one = tuple(listed[0] for listed in values)
            _, low, high = table.cells.get(one, (0, 0.0, Z95 * table.deviation))
            return Bounds(floor(min(low, count)), ceil(max(high, count)), table.error(one) ** 2)
        variance = _variance(table, values, size)
        return around(count, max(variance, self._together(table, values, size)) if size > FEW else variance)

    def nearest(self, cell: Cell, count: int) -> tuple[int, Bounds] | None:
        """The count nearest to the records' own that the measured ones allow, with its bounds.

        For counts that records were not made to follow (who answered a group at all), and may miss by far.
        """
        table = self._table(_key(cell))
        if table is None:
            return None
        cells = list(product(*(cell[name] for name in table.names)))
        middle, half = sum(map(table.middle, cells)), Z95 * table.deviation * sqrt(len(cells))
        kept = min(max(float(count), middle - half), middle + half)
        variance = ((half + abs(kept - middle)) / Z95) ** 2
        return round(kept), Bounds(max(floor(middle - half), 0), max(ceil(middle + half), 0), variance)

    def _together(self, table: _Table, values: Sequence[Sequence[str]], size: int) -> float:
        """The variance of a sum whose cells are off by something all together: that does not cancel out.

        Of cells that no record has only the sum is known, by the number of all people.
        """
        whole, shown = self._table(frozenset()), [self._table(frozenset([name])) for name in table.names]
        every = [{cell[0] for cell in one.cells} if one else set() for one in shown]
        listed = [cell for cell in table.cells if all(map(operator.contains, values, cell))]
        off = sum(table.cells[cell][0] - table.middle(cell) for cell in listed)
        unlisted = prod(map(len, every)) - len(table.cells)
        if whole and unlisted > 0:
            left = sum(item[0] for item in whole.cells.values()) - sum(map(table.middle, table.cells))
            here = prod(len(found.intersection(few)) for found, few in zip(every, values, strict=True))
            off -= (here - len(listed)) * left / unlisted
        return (table.deviation * sqrt(size) + abs(off) / Z95) ** 2

    def _table(self, key: frozenset[str]) -> _Table | None:
        if key not in self._slices:
            return None
        if key not in self._tables:
            text, start, end = self._slices[key]
            rows = self._counts.slice(start, end - start)
            listed = [rows.column(name).to_pylist() for name in ("values", "count", "low", "high")]
            cells = {tuple(values.split("|")): figures for values, *figures in zip(*listed, strict=True)}
            names = tuple(text.split("|")) if text else ()
            found = {cell[: len(names)]: (item[0], item[1], item[2]) for cell, item in cells.items()}
            deviation = max(rows.column("std").to_pylist())
            self._tables[key] = _Table(names, deviation, found)
        return self._tables[key]


def _key(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if name)


def _variance(table: _Table, values: Sequence[Sequence[str]], size: int) -> float:
    if size <= _LARGEST:
        return float(sum(table.error(cell) ** 2 for cell in product(*values)))
    allowed = [frozenset(listed) for listed in values]
    inside = [
        cell
        for cell in table.cells
        if all(value in listed for value, listed in zip(cell, allowed, strict=True))
    ]
    return table.deviation**2 * (size - len(inside)) + sum(table.error(cell) ** 2 for cell in inside)
