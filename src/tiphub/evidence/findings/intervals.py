"""95% intervals of differences and ratios of shares, with room for privacy noise."""

from math import sqrt

from tiphub.evidence.interval import Share, share

__all__ = ["Share", "difference", "ratio", "share"]


def difference(first: Share, second: Share) -> tuple[float, float]:
    """The interval of first minus second, from the two intervals.

    Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10), which stays a sound way to
    combine them when they count noise too (Zou and Donner, Statistics in Medicine 27, 2008).

    >>> low, high = difference(share(274, 673), share(29, 78))
    >>> round(low, 3), round(high, 3)
    (-0.081, 0.141)
    """
    gap = first.value - second.value
    low = gap - sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    high = gap + sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return max(-1.0, low), min(1.0, high)


def ratio(first: Share, second: Share) -> tuple[float, float] | None:
    """The interval of first by second, from the two intervals; ``None`` where one is or may be nothing.

    Donner and Zou's (Statistical Methods in Medical Research 21, 2012, MOVER-R): every ratio R for which
    `difference` of first and R times second, by the same rule, has 0 in it. So it has 1 in it where the
    difference has 0, and holds where a share is all or nearly all, where one on the log scale is too narrow.

    >>> found = ratio(share(303, 751), share(278, 3220))
    >>> [round(end, 2) for end in found]
    [4.05, 5.38]
    """
    if first.value == 0 or second.value == 0 or second.low == 0:
        return None
    return _least(first, second), 1 / _least(second, first)


def _least(first: Share, second: Share) -> float:
    below, above = first.low * (2 * first.value - first.low), second.high * (2 * second.value - second.high)
    both = first.value * second.value
    return below / (both + sqrt(max(both**2 - below * above, 0.0)))
