"""How exact the numbers of one tabulation are, where privacy noise was added to its counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tiphub.evidence.interval import Share
from tiphub.evidence.noise import Bounds, Carried, Cell, MeasuredCounts, Sum, around, least
from tiphub.standard import flag_name
from tiphub.standard.answered import answered_name


@dataclass(frozen=True, slots=True)
class Exactness:
    """What a release says of the counts of one table. ``by`` is one place of its breakdown throughout.

    Attributes:
        noise: the release's counts.
        group: whose options are counted; or empty, and then
        field: whose values are counted.
        within: what the people were narrowed down to.
    """

    noise: MeasuredCounts
    group: str
    field: str
    within: Cell

    def numerator(self, by: Mapping[str, Any], value: str, count: int) -> Bounds | None:
        """How exact the count of an option or a value is."""
        return self.noise.bounds(self._cell(by, self._of(value)), count)

    def answered(self, by: Mapping[str, Any], count: int) -> int:
        """How many answered; of a group the measured number, as near to the records' as its noise allows.

        Records follow the tables of single options, and may miss by far how many have any of them.
        """
        found = self._answered(by)
        return found.nearest(count)[0] if found else count

    def denominator(self, by: Mapping[str, Any], count: int) -> Bounds | None:
        """How exact that is: anything of a group was answered; or all people, without those who did not."""
        people = self._cell(by, {})
        if self._told(by) and not self.group:
            return self.noise.bounds(people, count)
        found = None
        if self.group:
            answered = self._answered(by)
            found = answered.nearest(count)[1] if answered else None
        elif everybody := self._everybody(by):
            found = around(count, everybody.variance)
        return found.part_of(self._people(people), count) if found else None

    def _people(self, cell: Cell) -> Bounds | None:
        """How many people there are, known or not, as many as the records have."""
        found = self.noise.sum(cell)
        return self.noise.bounds(cell, round(found.measured + found.off)) if found and found.size else None

    def share(
        self, by: Mapping[str, Any], value: str, others: Iterable[str], numerator: int, base: int
    ) -> Share | None:
        """The share of an option, or of a value beside the field's other ones, with its interval.

        Returns:
            ``None`` where the release did not count these answers together.
        """
        has = self._sum(by, self._of(value))
        if has is None or not has.size:
            return None
        carried = None
        if self.group:
            if answered := self._answered(by):
                carried = Carried(has.variance, whole=answered.nearest(base)[1].variance)
        elif self._settled(by):
            carried = Carried(has.variance)
        elif rest := self._sum(by, {self.field: tuple(others)}):
            carried = least(numerator, base, has, rest, self._everybody(by))
        return carried.share(numerator, base) if carried else None

    def _of(self, value: str) -> Cell:
        return {flag_name(self.group, value): ("yes",)} if self.group else {self.field: (value,)}

    def _told(self, by: Mapping[str, Any]) -> bool:
        """Whether the people were chosen by their answers, so that all of them have one."""
        return self.field in by or self.field in self.within

    def _settled(self, by: Mapping[str, Any]) -> bool:
        """Whether they were chosen by a single one, so that all of them have it."""
        return self.field in by or len(self.within.get(self.field, ())) == 1

    def _answered(self, by: Mapping[str, Any]) -> Sum | None:
        return self._sum(by, {answered_name(self.group): ("yes",)}) if self.group else None

    def _everybody(self, by: Mapping[str, Any]) -> Sum | None:
        people = self._sum(by, {})
        if self._told(by):
            return people
        unknown = self._sum(by, {self.field: ("",)})
        return people.minus(unknown) if people and unknown else None

    def _sum(self, by: Mapping[str, Any], cell: Cell) -> Sum | None:
        return self.noise.sum(self._cell(by, cell))

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
