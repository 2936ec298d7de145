"""What a noisy release says of the people that a finding asks for: conditions, as cells of its counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from tiphub.evidence.findings.conditions import Hidden, narrower, years
from tiphub.evidence.findings.model import Conditions, Exactly
from tiphub.evidence.noise import MeasuredCounts, Sum
from tiphub.standard import Standard


@dataclass(frozen=True)
class Noise:
    """The noise in a release's counts.

    Some columns are of the counts alone (see `tiphub.standard.answered` and `tiphub.standard.own`).
    """

    counts: MeasuredCounts
    standard: Standard

    @property
    def hidden(self) -> Hidden:
        """The values that the release does not show on their own, of each column that has such."""
        return self.counts.hidden

    def sum(self, sets: Iterable[Conditions]) -> Sum | None:
        """The counts that meet each of these conditions, added up.

        Returns:
            ``None`` where the release measured no table of these columns together.
        """
        found = Sum()
        for where in sets:
            one = self.counts.sum({name: self._values(name, wanted) for name, wanted in where.items()})
            if one is None:
                return None
            found = found.plus(one)
        return found

    def merged(self, where: Conditions) -> bool:
        """Whether a condition is on values none of which the release shows on its own."""
        return any(
            not self.counts.counted(name, self._values(name, wanted))
            for name, wanted in where.items()
            if name in self.hidden
        )

    def most_unknown(self, name: str) -> int:
        """At most how many people have no answer in a column, by the noisy count of them."""
        table = self.counts.table([name])
        found = table.figures.get(("",)) if table else None
        return ceil(found.high) if found else 0

    def _values(self, name: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """The values of a column that meet a condition: those of a range, and all that is narrower."""
        if "" in wanted:
            return ("",)
        column = self.standard.columns.get(name)
        if column is None:
            return wanted
        if column.kind == "integer":
            ranges = [found for text in wanted if (found := years(text))]
            every = self.counts.variables[name].values if name in self.counts.variables else ()
            return tuple(
                value
                for value in every
                if any(
                    (low is None or int(value) >= low) and (high is None or int(value) <= high)
                    for low, high in ranges
                )
            )
        if column.codes is None or isinstance(wanted, Exactly):
            return wanted
        return tuple(sorted(narrower(self.standard, name, wanted)))
