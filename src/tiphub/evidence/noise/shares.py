"""The noise in a share of a noisy release's counts, and the share's interval: for whoever asks for one."""

from dataclasses import dataclass
from math import sqrt

from tiphub.evidence.interval import Share, share
from tiphub.evidence.noise.sums import Sum


@dataclass(frozen=True, slots=True)
class Carried:
    """The variance of the privacy noise in a numerator, in the rest of its denominator, and in the whole.

    ``whole`` is ``None`` where the denominator was not counted for itself; ``apart``: the numerator was.
    ``besides`` is the variance of a second way to count the denominator, which the share does not use.
    """

    noise: float = 0.0
    rest: float = 0.0
    whole: float | None = None
    apart: bool = False
    besides: float | None = None

    @property
    def of_numerator(self) -> float:
        """The deviation of the numerator."""
        return sqrt(self.noise)

    @property
    def of_base(self) -> float:
        """The deviation of the denominator, by whichever way to count it has less noise."""
        own = self.noise + self.rest if self.whole is None else self.whole
        return sqrt(own if self.besides is None else min(own, self.besides))

    def share(self, numerator: int, base: int) -> Share:
        """The share with its interval."""
        return share(numerator, base, noise=self.noise, rest=self.rest, whole=self.whole)


def least(numerator: int, base: int, has: Sum, rest: Sum, everybody: Sum | None) -> Carried:
    """The noise in the share of an answer in a field, whichever way to count its denominator tells more.

    Args:
        numerator: how many have the answer; and
        base: how many have any, in the records.
        has: those who have it.
        rest: those who have another. Many answers that are rare each add their noise.
        everybody: all who have an answer, counted as all people without those who have none; if it was.
    """
    noise = has.variance
    if not everybody or not base:
        return Carried(noise, rest.variance)
    apart = Carried(noise, rest.variance, besides=everybody.variance)
    whole = Carried(noise, whole=everybody.variance, besides=noise + rest.variance)
    return min(apart, whole, key=lambda one: one.share(numerator, base).width)
