"""How much privacy noise a release's counts carry, as the release itself says it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import ceil, prod, sqrt

import ibis
import ibis.expr.types as ir

from tiphub.evidence.findings.conditions import Hidden, narrower, years
from tiphub.evidence.findings.model import Conditions, Exactly
from tiphub.evidence.interval import Z95
from tiphub.evidence.noise import FEW, measured
from tiphub.standard import Standard, Variable
from tiphub.standard.own import counted_beside

_MANY = 40
"""Of variables with more values than this a release may merge rare ones: they have no cells of their own."""


@dataclass(frozen=True)
class _Measured:
    """One measured table: the deviation of its noise, the cells that the release puts further off.

    ``middle`` are the counts as measured, which the records' own ``counts`` may be away from. Of cells that
    no record has only the sum is known: ``rest`` is their mean.
    """

    deviation: float
    cells: Mapping[tuple[str, ...], float]
    middle: Mapping[tuple[str, ...], float]
    counts: Mapping[tuple[str, ...], float]
    rest: float


@dataclass
class Sum:
    """Cells added up: as measured, how far the records are from that, and how exact it is.

    What the records' cells are off by all together adds up, and does not cancel out as noise does.
    """

    measured: float = 0.0
    off: float = 0.0
    noise: float = 0.0
    guessed: float = 0.0
    errors: float = 0.0
    size: int = 0

    def add(self, table: _Measured, cell: tuple[str, ...]) -> None:
        """Take one more cell in."""
        plain = table.deviation**2
        self.measured += (middle := table.middle.get(cell, table.rest))
        self.off += table.counts.get(cell, 0.0) - middle
        self.size += 1
        self.noise += plain
        self.guessed += 0.0 if cell in table.middle else plain
        self.errors += table.cells.get(cell, table.deviation) ** 2

    @property
    def variance(self) -> float:
        """Of the records' own sum; `tiphub.evidence.noise` takes that of a tabulation alike."""
        return (
            self.errors
            if self.size <= FEW
            else max(self.errors, (sqrt(self.noise) + abs(self.off) / Z95) ** 2)
        )

    @property
    def astray(self) -> bool:
        """Whether many cells were added up, and their small errors with them, to more than noise allows."""
        return self.size > FEW and abs(self.off) > Z95 * sqrt(self.noise + self.guessed)

    def plus(self, other: "Sum") -> "Sum":
        """Both together."""
        fields = ("measured", "off", "noise", "guessed", "errors", "size")
        return Sum(*(getattr(self, name) + getattr(other, name) for name in fields))

    def minus(self, other: "Sum") -> "Sum":
        """This without those who are part of it; the noise of both is in what is left."""
        both = self.plus(other)
        return replace(both, measured=self.measured - other.measured, off=self.off - other.off)

    def nearest(self, count: int) -> tuple[int, float]:
        """The count that the measured ones allow and that is nearest to the records' own, and its variance.

        Records follow all tables at once, and may miss one by more than its noise. Then the number is at the
        end of the 95% interval of what was measured.
        """
        half = Z95 * sqrt(self.noise + self.guessed)
        kept = max(min(max(float(count), self.measured - half), self.measured + half), 0.0)
        return round(kept), ((half + abs(kept - self.measured)) / Z95) ** 2

    def as_measured(self) -> tuple[int, float]:
        """What was measured, whatever the records say, and its variance."""
        return max(round(self.measured), 0), self.noise + self.guessed


@dataclass(frozen=True)
class Noise:
    """The noise in a release's counts.

    ``counts`` is the release's table of counts, ``variables`` the columns of its records, in order. Some
    columns are of the counts alone (see `tiphub.standard.answered` and `tiphub.standard.own`). ``hidden`` are
    the values that the release does not show on their own, of each column that has such.
    """

    counts: ir.Table
    variables: tuple[Variable, ...]
    standard: Standard
    hidden: Hidden = field(default_factory=dict)
    _found: dict[tuple[str, ...], _Measured | None] = field(default_factory=dict, repr=False)
    _read: dict[tuple[str, ...], list[dict[str, object]]] = field(default_factory=dict, repr=False)

    def variance(self, sets: Iterable[Conditions]) -> float | None:
        """The variance of the noise in the sum of the counts that meet each of these conditions.

        ``None`` where the release measured no table of these columns together: then nobody can say.
        """
        found = self.sum(sets)
        return None if found is None else found.variance

    @cached_property
    def _counted(self) -> tuple[Variable, ...]:
        beside = counted_beside(self.standard, [item.name for item in self.variables])
        return (*self.variables, *beside)

    def sum(self, sets: Iterable[Conditions]) -> Sum | None:
        """The counts that meet each of these conditions, added up.

        Returns:
            ``None`` where the release measured no table of these columns together.
        """
        found = Sum()
        for where in sets:
            columns = [item for item in self._counted if item.name in where]
            table = self._table(columns) if len(columns) == len(where) else None
            if table is None:
                return None
            for cell in product(*(self._values(item, where[item.name]) for item in columns)):
                found.add(table, cell)
        return found

    def merged(self, where: Conditions) -> bool:
        """Whether a condition is on values none of which the release shows on its own."""
        asked = [item for item in self.variables if item.name in where and item.name in self.hidden]
        return any(not self._values(item, where[item.name]) for item in asked)

    def most_unknown(self, name: str) -> int:
        """At most how many people have no answer in a column, by the noisy count of them."""
        rows = [row for row in self._rows((name,)) if row["values"] == ""]
        return ceil(float(str(rows[0]["high"]))) if rows else 0

    def _values(self, item: Variable, wanted: tuple[str, ...]) -> list[str]:
        if "" in wanted:
            return [""]
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
        exact = not listed or isinstance(wanted, Exactly)
        allowed = set(wanted) if exact else narrower(self.standard, item.name, wanted)
        shown = self._shown(item)
        return [value for value in item.values if value in allowed and value in shown]

    def _shown(self, item: Variable) -> frozenset[str]:
        """The values of a variable that the release counts for themselves."""
        if item.name in self.hidden:
            return frozenset(item.values) - self.hidden[item.name]
        rows = self._rows((item.name,)) if len(item.values) > _MANY else []
        return frozenset(str(row["values"]) for row in rows) - {""} or frozenset(item.values)

    def _table(self, columns: Sequence[Variable]) -> _Measured | None:
        names = tuple(item.name for item in columns)
        if names not in self._found:
            rows, whole = self._rows(names), self._rows(())
            people = float(str(whole[0]["count"])) if whole else None
            size = prod(len(self._shown(item)) + 1 for item in columns)
            self._found[names] = _measured(rows, size, people) if rows else None
        return self._found[names]

    def _rows(self, names: tuple[str, ...]) -> list[dict[str, object]]:
        if names not in self._read:
            rows = self.counts.filter(
                self.counts.fields == ibis.literal("|".join(names)), self.counts["std"].notnull()
            )
            found = rows.select("values", "count", "std", "low", "high").to_pyarrow().to_pylist()
            self._read[names] = found
        return self._read[names]


def _measured(rows: list[dict[str, object]], size: int, people: float | None) -> _Measured:
    """Read a table's noise; a count off the middle of its own bounds is that much less certain."""
    deviation = max(float(str(row["std"])) for row in rows)
    cells, middle, counts = {}, {}, {}
    for row in rows:
        count, low, high = (float(str(row[name])) for name in ("count", "low", "high"))
        place = tuple(str(row["values"]).split("|"))
        error = max(high - count, count - low) / Z95
        if error > deviation:
            cells[place] = error
        middle[place] = measured(count, low, high, deviation)
        counts[place] = count
    left, unlisted = (0.0 if people is None else people - sum(middle.values())), size - len(middle)
    return _Measured(deviation, cells, middle, counts, left / unlisted if unlisted > 0 else 0.0)
