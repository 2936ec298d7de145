"""How far the counts of a noisy release may be off, table by table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil, floor, prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tiphub.evidence.noise.sums import Bounds, Sum, around
from tiphub.evidence.noise.tables import Figure, Table, Values
from tiphub.standard import Variable

if TYPE_CHECKING:
    from tiphub.engine import Engine
    from tiphub.release import Release

Cell = Mapping[str, Sequence[str]]
"""Columns and the values that count, as a release's counts write them: codes, yes, no, "" for unknown."""

_MANY = 40
"""Of columns with more values than this a release may merge rare ones: they have no cells of their own."""


class MeasuredCounts:
    """The counts of a release whose protection added noise to them; false where none was added.

    Args:
        counts: the release's table of counts: ``fields``, ``values``, ``count``, ``std``, ``low``, ``high``.
        variables: the columns of its records. With them it is known which values were counted that nobody
            has in the records: these cells carry noise as any others do.
        hidden: the values that the release does not show on their own, of each column that has such.
    """

    def __init__(
        self,
        counts: pa.Table,
        variables: Iterable[Variable] = (),
        hidden: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
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
        self._tables: dict[frozenset[str], Table] = {}
        self._read: dict[frozenset[str], Mapping[Values, Figure]] = {}
        self._values: dict[str, frozenset[str]] = {}
        self.variables: Mapping[str, Variable] = {item.name: item for item in variables}
        self.hidden: Mapping[str, frozenset[str]] = hidden or {}

    def __bool__(self) -> bool:
        return bool(self._slices)

    def sum(self, cell: Cell) -> Sum | None:
        """The counts that meet these conditions, added up.

        Nothing is added for values that the release does not count on their own.

        Returns:
            ``None`` where the release measured no table of these columns together: nobody can say then.
        """
        table = self.table(cell)
        return None if table is None else table.sum([self.counted(name, cell[name]) for name in table.names])

    def bounds(self, cell: Cell, count: int) -> Bounds | None:
        """How exact a count is: of one cell of a measured table, or of the sum of several.

        A single cell has the bounds that the release gives it. The noise of several adds up.

        Args:
            cell: the conditions that the counted people meet.
            count: how many they are in the release's records.

        Returns:
            ``None`` where the release did not count them.
        """
        table = self.table(cell)
        values = [self.counted(name, cell[name]) for name in table.names] if table else []
        if table is None or not all(values):
            return None
        one = tuple(listed[0] for listed in values)
        variance = table.sum(values).variance
        if any(len(listed) > 1 for listed in values) or one not in table.figures:
            ends = table.bounds(values, count)
            return Bounds(floor(ends[0]), ceil(ends[1]), variance) if ends else around(count, variance)
        _, low, high = table.figures[one]
        return Bounds(floor(min(low, count)), ceil(max(high, count)), variance)

    def counted(self, name: str, values: Iterable[str]) -> tuple[str, ...]:
        """Those of these values of a column that the release counts on their own, each once."""
        once = dict.fromkeys(values)
        if name not in self.variables:
            return tuple(once)
        shown = self.values(name)
        return tuple(value for value in once if not value or value in shown)

    def values(self, name: str) -> frozenset[str]:
        """The values of a column that the release counts on their own, be it that nobody has them."""
        if name not in self._values:
            known = self.variables.get(name)
            every = frozenset(known.values if known else ())
            if name in self.hidden:
                self._values[name] = every - self.hidden[name]
            elif 0 < len(every) <= _MANY:
                self._values[name] = every
            else:
                somebody = frozenset(cell[0] for cell in self._figures(_key([name]))) - {""}
                self._values[name] = somebody or every
        return self._values[name]

    def table(self, names: Iterable[str]) -> Table | None:
        """What was measured of these columns together, in whatever order."""
        key = _key(names)
        if key in self._slices and key not in self._tables:
            text, start, end = self._slices[key]
            columns = tuple(filter(None, text.split("|")))
            deviations = self._counts.column("std").slice(start, end - start)
            figures = self._figures(key)
            table = Table(columns, max(deviations.to_pylist()), figures)
            others = prod(len(self.values(name)) + 1 for name in columns) - len(figures)
            if others > 0 and (everybody := self._figures(frozenset()).get(())):
                left = everybody.people - sum(map(table.middle, figures))
                table = replace(table, rest=left / others)
            self._tables[key] = table
        return self._tables.get(key)

    def _figures(self, key: frozenset[str]) -> Mapping[Values, Figure]:
        """The rows of one table."""
        if key not in self._read:
            _, start, end = self._slices.get(key, ("", 0, 0))
            rows = self._counts.slice(start, end - start)
            columns = [rows.column(name).to_pylist() for name in ("values", "count", "low", "high")]
            self._read[key] = {
                tuple(values.split("|"))[: len(key)]: Figure(*figure)
                for values, *figure in zip(*columns, strict=True)
            }
        return self._read[key]


def measured_counts(release: "Release", engine: "Engine") -> MeasuredCounts:
    """What a release says of its counts."""
    counts = release.counts(engine)
    noisy = counts.filter(counts["std"].notnull()).to_pyarrow()
    return MeasuredCounts(noisy, release.variables, hidden_values(release.statement))


def hidden_values(statement: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The values that a release does not show on their own, column by column, from its statement."""
    moved = (statement.get("parameters") or {}).get("values_not_shown_on_their_own") or {}
    return {str(name): frozenset(map(str, values)) for name, values in moved.items()}


def _key(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if name)
