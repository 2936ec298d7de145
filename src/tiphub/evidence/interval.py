"""95% intervals of a share, with room for privacy noise."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Z95 = 1.959963984540054
"""The 97.5% point of the normal distribution: 95% lies within plus and minus it."""


def together(number: int) -> float:
    """How many deviations make so many intervals that all of them hold with 95%.

    Whatever they have to do with each other (Bonferroni).

    >>> round(together(1), 2), round(together(300), 2)
    (1.96, 3.76)
    """
    return NormalDist().inv_cdf(1 - 0.025 / max(number, 1))


def wilson(numerator: int, denominator: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson, JASA 22, 1927), without continuity correction.

    It never leaves 0 to 1 and holds for small counts and shares near the ends.

    >>> [round(end, 4) for end in wilson(303, 751)]
    [0.369, 0.439]

    Raises:
        ValueError: not 0 <= numerator <= denominator, or nothing to take a share of.
    """
    if not 0 <= numerator <= denominator or denominator == 0:
        raise ValueError(f"{numerator} of {denominator} is no share")
    share = numerator / denominator
    square = z * z / denominator
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * sqrt(share * (1 - share) / denominator + square / (4 * denominator))
    return (
        0.0 if numerator == 0 else max(0.0, middle - half),
        1.0 if numerator == denominator else middle + half,
    )


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of a count, its interval, and the variance that noise alone gives the share."""

    value: float
    low: float
    high: float
    base: int
    variance: float = 0.0

    @property
    def width(self) -> float:
        """From one end of the interval to the other."""
        return self.high - self.low


def share(
    numerator: int,
    denominator: int,
    *,
    noise: float = 0.0,
    rest: float = 0.0,
    whole: float | None = None,
    z: float = Z95,
) -> Share:
    """The score interval of a share whose parts may carry privacy noise.

    ``noise`` is the variance of the noise on the numerator X, ``rest`` that on the others, N - X; the two are
    independent, being counted in different cells. Then X - pN has variance (1-p)^2 noise + p^2 rest from the
    noise and N p (1-p) from sampling, and the interval holds every p for which X - pN is within z standard
    deviations of nothing. Without noise that is Wilson's interval; without sampling it would be Fieller's
    (Some problems in interval estimation, JRSS B 16, 1954).

    Where the denominator was counted for itself, ``whole`` is the variance of its own noise and ``rest`` is
    not looked at: X - pN then has variance noise + p^2 whole. (On a release both follow from one estimate of
    all tables, which makes them agree a little; to take them for independent is the cautious side.)

    >>> found = share(303, 751)
    >>> round(found.low, 4), round(found.high, 4)
    (0.369, 0.439)
    >>> wide = share(303, 751, noise=400, rest=400)
    >>> wide.low < found.low and wide.high > found.high
    True

    Raises:
        ValueError: not 0 <= numerator <= denominator, nothing to take a share of, or a negative variance.
    """
    if not 0 <= numerator <= denominator or denominator == 0 or min(noise, rest, whole or 0) < 0:
        raise ValueError(f"{numerator} of {denominator} is no share")
    value, square = numerator / denominator, z * z
    shared, both = (noise, noise + rest) if whole is None else (0.0, whole)
    a = denominator**2 + square * denominator - square * both
    b = -2 * numerator * denominator - square * denominator + 2 * square * shared
    c = numerator**2 - square * noise
    variance = (noise - 2 * value * shared + value**2 * both) / denominator**2
    if a <= 0:
        return Share(value, 0.0, 1.0, denominator, variance)
    root = sqrt(max(b * b - 4 * a * c, 0.0))
    low = 0.0 if numerator == 0 else max(0.0, (-b - root) / (2 * a))
    high = 1.0 if numerator == denominator else min(1.0, (-b + root) / (2 * a))
    return Share(value, min(low, value), max(high, value), denominator, variance)
