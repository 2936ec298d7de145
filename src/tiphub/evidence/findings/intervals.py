"""95% intervals of differences and ratios of shares, with room for privacy noise."""

from math import exp, log, sqrt

from tiphub.evidence.interval import Z95, Share, share

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


def ratio(first: Share, second: Share, z: float = Z95) -> tuple[float, float] | None:
    """The interval of first by second; ``None`` where a share is nothing, or may be by its noise.

    Katz and others' on the log scale (Biometrics 34, 1978), with the variance of the noise added to
    that of sampling (delta method).

    >>> found = ratio(share(303, 751), share(278, 3220))
    >>> [round(end, 2) for end in found]
    [4.05, 5.39]
    """
    if first.value == 0 or second.value == 0 or (second.variance and second.low == 0):
        return None
    variance = sum(
        (1 - item.value) / (item.value * item.base) + item.variance / item.value**2
        for item in (first, second)
    )
    middle, half = log(first.value / second.value), z * sqrt(variance)
    return (exp(middle - half), exp(middle + half)) if middle + half < 50 else None
