"""Which numbers of two releases differ by more than the noise of both can explain."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import pyarrow as pa

from tiphub.evidence.noise import MeasuredCounts, hidden_values
from tiphub.release import SEPARATOR, UNKNOWN, Release
from tiphub.release.schema import is_flag
from tiphub.standard import Variable
from tiphub.vault.s6_publish.draft import Draft


@dataclass(frozen=True)
class Count:
    """A published count and the variance of its noise, 0 where there is none."""

    people: int
    variance: float = 0.0


@dataclass(frozen=True)
class Move:
    """A number before and now; ``deviation`` is that of the noise in the difference."""

    column: str
    value: str
    before: float
    now: float
    deviation: float = 0.0

    @property
    def change(self) -> float:
        """By how much it grew."""
        return self.now - self.before


class Side:
    """The one-way counts of one of the two releases."""

    def __init__(self, counts: pa.Table, variables: Sequence[Variable], statement: object) -> None:
        hidden = hidden_values(statement) if isinstance(statement, dict) else {}
        self.noise = MeasuredCounts(counts, variables, hidden)
        self._counts: dict[str, dict[str, int]] = {}
        for row in counts.select(["fields", "values", "count"]).to_pylist():
            if SEPARATOR not in row["fields"]:
                self._counts.setdefault(row["fields"], {})[row["values"]] = row["count"]

    def codes(self, name: str) -> set[str]:
        """The known values of a column that are counted."""
        return set(self._counts.get(name, {})) - {UNKNOWN}

    @property
    def total(self) -> Count | None:
        """All records."""
        if "" not in self._counts:
            return None
        people = self._counts[""][""]
        found = self.noise.bounds({}, people) if self.noise else None
        return Count(people, found.variance if found else 0.0)

    def count(self, name: str, value: str) -> Count | None:
        """How many have a value; with noise also where no record has it, but it was measured."""
        people = self._counts.get(name, {}).get(value)
        if not self.noise:
            return None if people is None else Count(people)
        found = self.noise.bounds({name: [value]}, people or 0)
        return Count(people or 0, found.variance) if found else None


def side_of(release: Draft | Release, counts: pa.Table) -> Side:
    """What a release counts."""
    return Side(counts, release.variables, release.statement)


def share_moves(shared: Sequence[Variable], now: Side, before: Side) -> Iterator[Move]:
    """The share of every value that both releases count, among all records."""
    totals = now.total, before.total
    if not totals[0] or not totals[1] or not (totals[0].people and totals[1].people):
        return
    for item in shared:
        skipped = _unlike(item, now, before)
        for value in ("yes",) if is_flag(item) else (*item.values, UNKNOWN):
            here, there = now.count(item.name, value), before.count(item.name, value)
            if value not in skipped and here and there and (here.people or there.people):
                is_, was = here.people / totals[0].people, there.people / totals[1].people
                spread = _variance(here, totals[0]) + _variance(there, totals[1])
                yield Move(item.name, value, was, is_, sqrt(spread))


def beyond_noise(moves: Iterable[Move], times: float) -> list[Move]:
    """The moves that are larger than so many deviations of their noise."""
    return [move for move in moves if abs(move.change) > times * move.deviation]


def _variance(part: Count, whole: Count) -> float:
    """Of a share. Part and whole grow together, which would make it smaller: to leave that out is careful."""
    share = part.people / whole.people
    return (part.variance + share**2 * whole.variance) / whole.people**2


def _unlike(item: Variable, now: Side, before: Side) -> set[str]:
    """The values that hold different people in the two releases.

    Noise decides which countries are shown by name. The people of a country that only one of them shows are
    in its region in the other, or among the unknown.
    """
    above = dict(zip(item.values, item.broader, strict=True))
    hidden, hidden_then = (side.noise.hidden.get(item.name, frozenset()) for side in (now, before))
    found = set(hidden ^ hidden_then)
    for value in hidden ^ hidden_then:
        place = above.get(value)
        found |= set() if place else {UNKNOWN}
        while place:
            found.add(place)
            place = above.get(place)
    return found
