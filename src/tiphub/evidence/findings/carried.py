"""How far noise, and what was not counted together, may move the two counts of a share."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import ceil, floor, sqrt

from tiphub.evidence.findings.intervals import Share, share
from tiphub.evidence.findings.model import Conditions
from tiphub.evidence.findings.noise import Noise
from tiphub.evidence.findings.options import Counted, Option
from tiphub.evidence.findings.union import bounds


@dataclass(frozen=True, slots=True)
class Carried:
    """The variance of the privacy noise in a numerator, in the rest of its denominator, and in the whole.

    ``whole`` is ``None`` where the denominator was not counted for itself.
    """

    noise: float = 0.0
    rest: float = 0.0
    whole: float | None = None

    @property
    def of_numerator(self) -> float:
        """The deviation of the numerator."""
        return sqrt(self.noise)

    @property
    def of_base(self) -> float:
        """The deviation of the denominator."""
        return sqrt(self.noise + self.rest if self.whole is None else self.whole)

    def share(self, numerator: int, base: int) -> Share:
        """The share with its interval."""
        return share(numerator, base, noise=self.noise, rest=self.rest, whole=self.whole)


def carried_by(
    noise: Noise, where: Sequence[Conditions], option: Option, question: Counted, base: int
) -> tuple[int, Carried] | None:
    """The denominator of an option, ``base`` in the records, and the noise in its share.

    A denominator that the release counted for itself is brought to what it counted.

    Returns:
        ``None`` where the release did not count these answers together.
    """
    own, rest = (_variance(noise, where, cells) for cells in (option.cells, option.rest))
    cells = _whole(where, question)
    whole = noise.nearest(cells, base) if cells else None
    if own is None or (rest is None and whole is None):
        return None
    return (whole[0], Carried(own, whole=whole[1])) if whole else (base, Carried(own, rest or 0.0))


def needed(where: Sequence[Conditions], option: Option, question: Counted) -> list[Conditions]:
    """What has to be counted together for `carried_by` to tell the noise in the share of an option."""
    whole = _whole(where, question) or _together(where, option.rest) or []
    return [*(_together(where, option.cells) or []), *whole]


@dataclass(frozen=True, slots=True)
class Told:
    """What a noisy release tells of the options of a group among some people.

    Attributes:
        noise: in its counts.
        where: who the people are.
        flags: the columns of the options.
        singles: how many of the people have each option.
        pairs: (option, option, how many of all records have both), by place in ``flags``.
        people: how many the people are.
    """

    noise: Noise
    where: Sequence[Conditions]
    flags: Sequence[str]
    singles: Sequence[int]
    pairs: Sequence[tuple[int, int, int]]
    people: int

    def off(self, names: Sequence[str], count: int) -> tuple[int, int]:
        """How many fewer, and how many more, may have any of some options than the ``count`` in the records.

        A release measures single options and pairs. How more of them overlap is its model's guess.
        """
        chosen = [place for place, flag in enumerate(self.flags) if flag in names]
        if len(chosen) < 2:
            return 0, 0
        flags = [self.flags[place] for place in chosen]
        singles = [self.singles[place] for place in chosen]
        inside = (pair for pair in self.pairs if pair[0] in chosen and pair[1] in chosen)
        pairs = [(chosen.index(one), chosen.index(two), both) for one, two, both in inside]
        single = _variance(self.noise, self.where, [{flag: ("yes",)} for flag in flags]) or 0.0
        double = self.noise.variance({one: ("yes",), two: ("yes",)} for one, two in combinations(flags, 2))
        low, high = float(max(singles)), float(sum(singles))
        if double is not None:
            low, high = bounds(singles, pairs, whole=not any(self.where), noise=(single, double))
        return max(count - floor(low), 0), max(min(ceil(high), self.people) - count, 0)


def _variance(noise: Noise, where: Sequence[Conditions], cells: Sequence[Conditions]) -> float | None:
    """The noise in a sum of cells; ``None`` also where two different conditions meet on one column."""
    together = _together(where, cells)
    return None if together is None else noise.variance(together)


def _whole(where: Sequence[Conditions], question: Counted) -> list[Conditions] | None:
    """What counts a denominator for itself: who has one option of a group has answered it."""
    if not question.tells:
        return None
    has_one = any(part.get(flag) == ("yes",) for part in where for flag in question.flags)
    return _together(where, [{} if has_one else {question.tells: ("yes",)}])


def _together(where: Sequence[Conditions], cells: Sequence[Conditions]) -> list[Conditions] | None:
    together = [list(chain(*(part.items() for part in (*where, cell)))) for cell in cells]
    if any(len(set(pairs)) != len(dict(pairs)) for pairs in together):
        return None
    return [dict(pairs) for pairs in together]
