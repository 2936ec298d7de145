"""Intervals of a share."""

from math import sqrt

Z95 = 1.959963984540054
"""The 97.5% point of the normal distribution: 95% lies within plus and minus it."""


def wilson(numerator: int, denominator: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson, JASA 22, 1927), without continuity correction.

    It never leaves 0 to 1 and holds for small counts and shares near the ends.

    >>> [round(end, 4) for end in wilson(303, 751)]
    [0.369, 0.4389]

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
