"""How many have any of several options, from the counts of each option and of each two.

A noisy release measures single options and pairs, not who has any option of a group. How the options overlap
beyond pairs is its model's guess, and was seen to be several percent off. So the number of people who
answered is only known within bounds.
"""

from collections.abc import Sequence
from math import sqrt

from tiphub.evidence.interval import Z95


def bounds(
    singles: Sequence[int], pairs: Sequence[tuple[int, int, int]], *, whole: bool, noise: tuple[float, float]
) -> tuple[float, float]:
    """At least and at most how many have any option.

    Below by Dawson and Sankoff (Proceedings of the AMS 18, 1967), above by Hunter (Journal of Applied
    Probability 13, 1976), both widened by the noise.

    >>> bounds([60, 30], [(0, 1, 10)], whole=True, noise=(0, 0))
    (80.0, 80.0)
    >>> bounds([60, 30], [(0, 1, 10)], whole=False, noise=(0, 0))
    (80.0, 90.0)

    Args:
        singles: how many of the population have each option.
        pairs: (option, option, how many have both) for each two.
        whole: whether the pairs were counted in the population itself; else they were counted among more
            people, and are at most as many in it.
        noise: the variance of the noise in the sum of the singles, and in that of the pairs.
    """
    one, two = sum(singles), sum(both for _, _, both in pairs)
    least = max(2 * one / (k + 1) - 2 * two / (k * (k + 1)) for k in range(1, len(singles) + 1))
    most = float(one - (_tree(len(singles), pairs) if whole else 0))
    single, double = Z95 * sqrt(noise[0]), Z95 * sqrt(sum(noise))
    return max(least - double, max(singles, default=0) - single, 0.0), most + (double if whole else single)


def _tree(options: int, pairs: Sequence[tuple[int, int, int]]) -> int:
    """The most that pairs along a tree add up to (Kruskal)."""
    root, total = list(range(options)), 0

    def find(item: int) -> int:
        return item if root[item] == item else find(root[item])

    for first, second, both in sorted(pairs, key=lambda pair: -pair[2]):
        one, other = find(first), find(second)
        if one != other:
            root[one] = other
            total += both
    return total
