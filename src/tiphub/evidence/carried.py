"""How exact the counts of one tabulation are, where privacy noise was added to them."""

from collections.abc import Mapping
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

    def denominator(self, by: Mapping[str, Any], count: int) -> Bounds | None:
        """The same of those who answered: anything of the group; or all people, without those who did not."""
        if self.group:
            return self._bounds(by, {answered_name(self.group): ("yes",)}, count)
        whole, unknown = self._bounds(by, {}, count), self._bounds(by, {self.field: ("",)}, 0)
        if self.field in by or self.field in self.within:
            return whole
        return whole and unknown and around(count, whole.variance + unknown.variance)

    def settled(self, by: Mapping[str, Any]) -> bool:
        """Whether the people were chosen by the answer itself, so that all of them have it."""
        return not self.group and (self.field in by or len(self.within.get(self.field, ())) == 1)

    def _bounds(self, by: Mapping[str, Any], cell: Cell, count: int) -> Bounds | None:
        place = {name: ("" if value is None else str(value),) for name, value in by.items()}
        return self.noise.bounds(both(both(self.within, place), cell), count)


def both(one: Cell, other: Cell) -> Cell:
    """What meets two conditions, column by column."""
    met = {
        name: tuple(value for value in one[name] if value in values) if name in one else values
        for name, values in other.items()
    }
    return {**one, **met}
