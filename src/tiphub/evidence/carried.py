"""How exact the counts of one tabulation are, where privacy noise was added to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiphub.evidence.noise import Bounds, Cell, MeasuredCounts, around
from tiphub.standard import flag_name
from tiphub.standard.answered import answered_name


@dataclass(frozen=True, slots=True)
class Carried:
    """The noise in the counts of one table.

    Attributes:
        noise: what the release says of its counts.
        group: whose options are counted; or empty, and then
        field: whose values are counted.
        within: what the people were narrowed down to.
    """

    noise: MeasuredCounts
    group: str
    field: str
    within: Cell

    def numerator(self, by: Mapping[str, Any], value: str, count: int) -> Bounds | None:
        """How exact the count of an option or a value is, at one place of the breakdown."""
        cell = {flag_name(self.group, value): ("yes",)} if self.group else {self.field: (value,)}
        return self._bounds(by, cell, count)

    def answered(self, by: Mapping[str, Any], count: int) -> int:
        """How many answered; of a group the measured number, as near to the records' as its noise allows.

        Records follow the tables of single options, and may miss by far how many have any of them.
        """
        found = self._nearest(by, count) if self.group else None
        return found[0] if found else count

    def denominator(self, by: Mapping[str, Any], count: int) -> Bounds | None:
        """How exact that is: anything of a group was answered; or all people, without those who did not."""
        if self.group:
            found = self._nearest(by, count)
            return found[1] if found else None
        whole, unknown = self._bounds(by, {}, count), self._bounds(by, {self.field: ("",)}, 0)
        if self.field in by or self.field in self.within:
            return whole
        return whole and unknown and around(count, whole.variance + unknown.variance)

    def others(self, by: Mapping[str, Any], values: Sequence[str]) -> float | None:
        """The variance of the noise in the counts of a field's other values, added up."""
        if self.group or self.settled(by) or not values:
            return None
        found = self._bounds(by, {self.field: tuple(values)}, 0)
        return found.variance if found else None

    def settled(self, by: Mapping[str, Any]) -> bool:
        """Whether the people were chosen by the answer itself, so that all of them have it."""
        return not self.group and (self.field in by or len(self.within.get(self.field, ())) == 1)

    def _nearest(self, by: Mapping[str, Any], count: int) -> tuple[int, Bounds] | None:
        return self.noise.nearest(self._cell(by, {answered_name(self.group): ("yes",)}), count)

    def _bounds(self, by: Mapping[str, Any], cell: Cell, count: int) -> Bounds | None:
        return self.noise.bounds(self._cell(by, cell), count)

    def _cell(self, by: Mapping[str, Any], cell: Cell) -> Cell:
        place = {name: ("" if value is None else str(value),) for name, value in by.items()}
        return both(both(self.within, place), cell)


def both(one: Cell, other: Cell) -> Cell:
    """What meets two conditions, column by column."""
    met = {
        name: tuple(value for value in one[name] if value in values) if name in one else values
        for name, values in other.items()
    }
    return {**one, **met}
