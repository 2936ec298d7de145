"""How far noise, and what was not counted together, may move the two counts of a share."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import ceil, floor, sqrt

from tiphub.evidence.findings.model import Conditions, Exactly
from tiphub.evidence.findings.noise import Noise
from tiphub.evidence.findings.options import Counted, Option
from tiphub.evidence.findings.union import bounds
from tiphub.evidence.noise import Carried, Sum, least


@dataclass(frozen=True, slots=True)
class Found:
    """The two counts of a share, as near to what was measured as they have to be, and their noise."""

    numerator: int
    base: int
    carried: Carried


def carried_by(
    noise: Noise, where: Sequence[Conditions], option: Option, question: Counted, counts: tuple[int, int]
) -> Found | None:
    """The numerator and denominator of an option, ``counts`` in the records, and the noise in its share.

    Who answered a group is brought to what the release counted, and so is what many cells are added up to, if
    the records are off by more than its noise. What records do not follow at all is taken as it was counted.

    Returns:
        ``None`` where the release did not count these answers together.
    """
    numerator, base = counts
    has, rest = (_sum(noise, where, cells) for cells in (option.cells, option.rest))
    cells = _whole(where, question)
    whole = noise.sum(cells) if cells else None
    if whole and has:
        if question.flags:
            base, exact = whole.nearest(base)
            return Found(numerator, base, Carried(has.variance, whole=exact.variance))
        base, of_base = whole.as_measured()
        numerator, own = has.as_measured() if option.apart else (numerator, has.variance)
        return Found(numerator, base, Carried(own, whole=of_base, apart=option.apart))
    if question.tells and not question.flags:
        return None
    if not has or not rest:
        return None
    if question.flags:
        return Found(numerator, base, Carried(has.variance, rest.variance))
    return _of_field(counts, has, rest, _known(noise, where, option, question))


def _of_field(counts: tuple[int, int], has: Sum, rest: Sum, everybody: Sum | None) -> Found:
    """The share of an answer in a field, by whichever way to count its denominator has less noise."""
    numerator, base = counts
    if not (has.astray or rest.astray):
        return Found(numerator, base, least(numerator, base, has, rest, everybody))
    several = [item.nearest(base) for item in (has.plus(rest), everybody) if item]
    base, whole = min(several, key=lambda item: item[1].variance)
    numerator, own = has.nearest(numerator)
    return Found(numerator, base, Carried(own.variance, whole=whole.variance))


def _known(noise: Noise, where: Sequence[Conditions], option: Option, question: Counted) -> Sum | None:
    """Who has an answer in a field, counted as all people without those who have none."""
    listed = [values for cell in (*option.cells, *option.rest) for values in cell.values()]
    if len(question.columns) != 1 or sum(map(len, listed)) < question.values:
        return None
    people = _sum(noise, where, [{}])
    unknown = _sum(noise, where, [{question.columns[0]: Exactly([""])}])
    return people.minus(unknown) if people and unknown else None


def told_by(
    noise: Noise, where: Sequence[Conditions], question: Counted, known: int, found: Found | None
) -> tuple[int, tuple[float, float]] | None:
    """Of how many people the information is there at all, and the deviations of that and of all people.

    ``known`` are those in the records. ``None`` where the release did not count them.
    """
    people = _sum(noise, where, [{}])
    if people is None:
        return None
    if question.told_by:
        told = _sum(noise, where, [question.told_by])
        if told is None:
            return None
        known, variance = told.as_measured()
        return known, (sqrt(variance), sqrt(people.variance))
    if found is None:
        return None
    known = found.base if question.flags else max(known, found.base)
    return known, (found.carried.of_base, sqrt(people.variance))


def needed(where: Sequence[Conditions], option: Option, question: Counted) -> list[Conditions]:
    """What has to be counted together for `carried_by` to tell the noise in the share of an option."""
    whole = _whole(where, question) or _together(where, option.rest) or []
    return [*(_together(where, option.cells) or []), *whole]


def denominator(noise: Noise, where: Sequence[Conditions], option: Option, question: Counted) -> Sum | None:
    """The counts that the denominator of an option is made of."""
    return noise.sum(_whole(where, question) or needed(where, option, question))


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
        single = _sum(self.noise, self.where, [{flag: ("yes",)} for flag in flags])
        double = self.noise.sum({one: ("yes",), two: ("yes",)} for one, two in combinations(flags, 2))
        low, high = float(max(singles)), float(sum(singles))
        if double is not None:
            variances = (single.variance if single else 0.0, double.variance)
            low, high = bounds(singles, pairs, whole=not any(self.where), noise=variances)
        return max(count - floor(low), 0), max(min(ceil(high), self.people) - count, 0)


def _sum(noise: Noise, where: Sequence[Conditions], cells: Sequence[Conditions]) -> Sum | None:
    """A sum of cells; ``None`` also where two different conditions meet on one column."""
    together = _together(where, cells)
    return None if together is None else noise.sum(together)


def _whole(where: Sequence[Conditions], question: Counted) -> list[Conditions] | None:
    """What counts a denominator for itself: who has one option of a group has answered it."""
    if not question.tells:
        return None
    has_one = any(part.get(flag) == ("yes",) for part in where for flag in question.flags)
    return _together(where, [{} if has_one else question.tells])


def _together(where: Sequence[Conditions], cells: Sequence[Conditions]) -> list[Conditions] | None:
    together = [list(chain(*(part.items() for part in (*where, cell)))) for cell in cells]
    if any(len(set(pairs)) != len(dict(pairs)) for pairs in together):
        return None
    return [dict(pairs) for pairs in together]
