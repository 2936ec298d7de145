"""Shares of answers that exclude each other add up, whatever noise did to each of them."""

from collections.abc import Sequence
from math import floor, sqrt

from tiphub.evidence.findings.carried import Found
from tiphub.evidence.interval import Z95
from tiphub.evidence.noise import Carried


def settled(found: Sequence[Found | None], counts: Sequence[tuple[int, int]]) -> list[Found | None]:
    """Bring the options of one question to one denominator, which they do not exceed together.

    Each was moved to what was measured of it for itself, cut at 0 and at the end of its own interval, so that
    together they may be too many. The difference is taken from each by its variance (least squares); what an
    option is moved by widens its interval.

    Args:
        found: numerator and denominator of each option.
        counts: the same in the records; where they add up there, they do so here.
    """
    told = [item for item in found if item is not None]
    moved = [item for item in told if item.carried.whole is not None]
    as_counted = [(item.numerator, item.base) for item in told] == list(counts)
    if as_counted or not moved or len(told) < max(2, len(found)) or len({base for _, base in counts}) > 1:
        return list(found)
    # the denominator that was moved, if there is one: the others are as in the records
    one = max(moved, key=lambda item: abs(item.base - counts[0][1]))
    base, whole = one.base, one.carried.whole
    numbers = [float(item.numerator) for item in told]
    weights = [item.carried.noise for item in told]
    excess = sum(numbers) - base
    if sum(number for number, _ in counts) != counts[0][1]:
        excess = max(excess, 0.0)
    while abs(excess) > 1e-6 and (total := sum(weights)) > 0:
        after = [
            max(number - excess * weight / total, 0.0)
            for number, weight in zip(numbers, weights, strict=True)
        ]
        excess -= sum(numbers) - sum(after)
        weights = [weight if number else 0.0 for number, weight in zip(after, weights, strict=True)]
        numbers = after
    return [
        Found(number, base, Carried(_widened(item, number), whole=whole, apart=item.carried.apart))
        for item, number in zip(told, _rounded(numbers), strict=True)
    ]


def _widened(item: Found, number: int) -> float:
    return (sqrt(item.carried.noise) + abs(number - item.numerator) / Z95) ** 2


def _rounded(numbers: Sequence[float]) -> list[int]:
    """Whole numbers with the same sum, rounded.

    >>> _rounded([1.4, 2.4, 3.2])
    [2, 2, 3]
    """
    whole = [floor(number) for number in numbers]
    rest = sorted(range(len(numbers)), key=lambda place: whole[place] - numbers[place])
    for place in rest[: round(sum(numbers)) - sum(whole)]:
        whole[place] += 1
    return whole
