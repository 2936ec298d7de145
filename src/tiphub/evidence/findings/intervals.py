"""95% intervals of shares, differences and ratios, with room for privacy noise."""

from dataclasses import dataclass
from math import exp, log, sqrt

from tiphub.evidence.interval import Z95


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of a count, its interval, and the variance that noise alone gives the share."""

    value: float
    low: float
    high: float
    base: int
    variance: float = 0.0


def share(
    numerator: int, denominator: int, *, noise: float = 0.0, rest: float = 0.0, z: float = Z95
) -> Share:
    """The score interval of a share whose parts may carry privacy noise.

    ``noise`` is the variance of the noise on the numerator X, ``rest`` that on the others, N - X; the two are
    independent, being counted in different cells. Then X - pN has variance (1-p)^2 noise + p^2 rest from the
    noise and N p (1-p) from sampling, and the interval holds every p for which X - pN is within z standard
    deviations of nothing. Without noise that is Wilson's interval; without sampling it would be Fieller's
    (Some problems in interval estimation, JRSS B 16, 1954).

    >>> found = share(303, 751)
    >>> round(found.low, 4), round(found.high, 4)
    (0.369, 0.4389)
    >>> wide = share(303, 751, noise=400, rest=400)
    >>> wide.low < found.low and wide.high > found.high
    True

    Raises:
        ValueError: not 0 <= numerator <= denominator, nothing to take a share of, or a negative variance.
    """
    if not 0 <= numerator <= denominator or denominator == 0 or noise < 0 or rest < 0:
        raise ValueError(f"{numerator} of {denominator} is no share")
    value, square = numerator / denominator, z * z
    a = denominator**2 + square * denominator - square * (noise + rest)
    b = -2 * numerator * denominator - square * denominator + 2 * square * noise
    c = numerator**2 - square * noise
    variance = ((1 - value) ** 2 * noise + value**2 * rest) / denominator**2
    if a <= 0:
        return Share(value, 0.0, 1.0, denominator, variance)
    root = sqrt(max(b * b - 4 * a * c, 0.0))
    low = 0.0 if numerator == 0 else max(0.0, (-b - root) / (2 * a))
    high = 1.0 if numerator == denominator else min(1.0, (-b + root) / (2 * a))
    return Share(value, min(low, value), max(high, value), denominator, variance)


def difference(first: Share, second: Share) -> tuple[float, float]:
    """The interval of first minus second, from the two intervals.

    Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10), which stays a sound way to
    combine them when they count noise too (Zou and Donner, Statistics in Medicine 27, 2008).

    >>> low, high = difference(share(274, 673), share(29, 78))
    >>> round(low, 3), round(high, 3)
    (-0.083, 0.142)
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
    [4.05, 5.4]
    """
    if first.value == 0 or second.value == 0 or (second.variance and second.low == 0):
        return None
    variance = sum(
        (1 - item.value) / (item.value * item.base) + item.variance / item.value**2
        for item in (first, second)
    )
    middle, half = log(first.value / second.value), z * sqrt(variance)
    return (exp(middle - half), exp(middle + half)) if middle + half < 50 else None
