"""How much privacy noise a release's counts carry, as the release itself says it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import sqrt

import ibis
import ibis.expr.types as ir

from tiphub.evidence.findings.conditions import narrower, years
from tiphub.evidence.findings.model import Conditions
from tiphub.evidence.interval import Z95
from tiphub.standard import Standard, Variable
from tiphub.standard.answered import answered_columns

_LARGEST = 200_000
"""A table with more cells than this is not added up cell by cell."""


@dataclass(frozen=True)
class _Measured:
    """One measured table: the deviation of its noise, the cells that the release puts further off.

    ``middle`` are the counts as measured, which the records may be away from.
    """

    deviation: float
    cells: Mapping[tuple[str, ...], float]
    middle: Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class Noise:
    """The noise in a release's counts.

    ``counts`` is the release's table of counts, ``variables`` the columns of its records, in order. Whether
    anything of a group was answered is a column of the counts alone (see `tiphub.standard.answered`).
    """

    counts: ir.Table
    variables: tuple[Variable, ...]
    standard: Standard
    _found: dict[tuple[str, ...], _Measured | None] = field(default_factory=dict, repr=False)

    def variance(self, sets: Iterable[Conditions]) -> float | None:
        """The variance of the noise in the sum of the counts that meet each of these conditions.

        ``None`` where the release measured no table of these columns together: then nobody can say.
        """
        total = 0.0
        for where in sets:
            found = self._one(where)
            if found is None:
                return None
            total += found
        return total

    def nearest(self, sets: Sequence[Conditions], count: int) -> tuple[int, float] | None:
        """The count that the measured ones allow and that is nearest to the records' own, and its variance.

        Records follow all tables at once, and may miss one by more than its noise. Then the number is at the
        end of the 95% interval of what was measured.

        Returns:
            ``None`` where the release measured no table of these columns together.
        """
        measured = variance = 0.0
        for where in sets:
            columns = [item for item in self._counted if item.name in where]
            table = self._table(tuple(item.name for item in columns)) if len(columns) == len(where) else None
            if table is None:
                return None
            cells = list(product(*(self._values(item, where[item.name]) for item in columns)))
            measured += sum(table.middle.get(cell, 0.0) for cell in cells)
            variance += table.deviation**2 * len(cells)
        half = Z95 * sqrt(variance)
        kept = min(max(float(count), measured - half), measured + half)
        return round(kept), ((half + abs(kept - measured)) / Z95) ** 2

    @cached_property
    def _counted(self) -> tuple[Variable, ...]:
        groups = answered_columns(self.standard, (item.name for item in self.variables))
        return (*self.variables, *(item.variable for item in groups))

    def _one(self, where: Conditions) -> float | None:
        columns = [item for item in self._counted if item.name in where]
        names = tuple(item.name for item in columns)
        table = self._table(names) if len(names) == len(where) else None
        if table is None:
            return None
        values = [self._values(item, where[item.name]) for item in columns]
        size = 1
        for listed in values:
            size *= len(listed)
        plain = table.deviation**2
        if size > _LARGEST:
            far = [error for cell, error in table.cells.items() if all(map(_within, cell, values))]
            return plain * (size - len(far)) + sum(error**2 for error in far)
        return sum(table.cells.get(cell, table.deviation) ** 2 for cell in product(*values))

    def _values(self, item: Variable, wanted: tuple[str, ...]) -> list[str]:
        column = self.standard.columns.get(item.name)
        if column is not None and column.kind == "integer":
            ranges = [found for text in wanted if (found := years(text))]
            return [
                value
                for value in item.values
                if any(
                    (low is None or int(value) >= low) and (high is None or int(value) <= high)
                    for low, high in ranges
                )
            ]
        listed = column is not None and column.codes is not None
        allowed = narrower(self.standard, item.name, wanted) if listed else set(wanted)
        return [value for value in item.values if value in allowed]

    def _table(self, names: tuple[str, ...]) -> _Measured | None:
        if names not in self._found:
            rows = self.counts.filter(
                self.counts.fields == ibis.literal("|".join(names)), self.counts["std"].notnull()
            )
            found = rows.select("values", "count", "std", "low", "high").to_pyarrow().to_pylist()
            self._found[names] = _measured(found) if found else None
        return self._found[names]


def _within(value: str, allowed: list[str]) -> bool:
    return value in allowed


def _measured(rows: list[dict[str, object]]) -> _Measured:
    """Read a table's noise; a count off the middle of its own bounds is that much less certain."""
    deviation = max(float(str(row["std"])) for row in rows)
    cells, middle = {}, {}
    for row in rows:
        count, low, high = (float(str(row[name])) for name in ("count", "low", "high"))
        place = tuple(str(row["values"]).split("|"))
        error = max(high - count, count - low) / Z95
        if error > deviation:
            cells[place] = error
        middle[place] = _middle(count, low, high, Z95 * deviation)
    return _Measured(deviation, cells, middle)


def _middle(count: float, low: float, high: float, half: float) -> float:
    """What was measured: bounds are cut at 0, and widened to a count that lies outside of them."""
    if count >= high and low > 0:
        return low + half
    return high - half if low <= 0 or count <= low else (low + high) / 2
