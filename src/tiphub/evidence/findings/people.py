"""How many people are behind a share, to the digits that privacy noise leaves."""

from itertools import product
from math import ceil, floor, log10, prod

from tiphub.evidence.findings.model import Estimate
from tiphub.evidence.interval import Z95


def percent(value: float) -> str:
    """A share as a percentage.

    >>> percent(0.403)
    '40.3%'
    """
    return f"{100 * value:.1f}%"


def of_people(estimate: Estimate) -> str:
    """How many people of how many are behind a share, in round numbers where there is privacy noise."""
    if estimate.numerator is None or estimate.denominator is None:
        return ""
    numerator, base = said(estimate.numerator, estimate.denominator, estimate.noise)
    if numerator.startswith("about "):
        return f"{numerator} of {base.removeprefix('about ')}"
    if numerator == NOBODY:
        return f"{numerator}, of {base}"
    unrounded = estimate.noise and (numerator[0].isdigit() or base[0].isdigit())
    return f"{numerator} of {base}, with privacy noise" if unrounded else f"{numerator} of {base}"


def one_of(estimate: Estimate, field: str) -> str:
    """The numerator or the denominator of a share standing alone: as beside the share, if that is round.

    Else it has the digits that its own noise leaves, for nobody divides it.
    """
    counts = (estimate.numerator or 0, estimate.denominator or 0)
    place = ("numerator", "denominator").index(field)
    text = said(*counts, estimate.noise)[place]
    if estimate.noise is None or not text[0].isdigit():
        return text
    return _written(about(counts[place], estimate.noise[place]))


def everybody(estimate: Estimate) -> str:
    """How many people are in the population: with privacy noise, to the digits that it leaves."""
    people = estimate.people or 0
    return f"{people:,}" if estimate.exactness is None else f"about {about(people, estimate.exactness[1]):,}"


NOBODY = "nobody that is told"
"""Of a noisy count: it is 0, and without noise of its own."""


def said(numerator: int, base: int, noise: tuple[float, float] | None) -> tuple[str, str]:
    """Two counts written out: only in front of rounded numbers stands “about”.

    >>> said(1_234, 2_345, None), said(1_234, 2_345, (40.0, 40.0)), said(3, 2_345, (13.0, 40.0))
    (('1,234', '2,345'), ('about 1,230', 'about 2,340'), ('fewer than 30', 'about 2,300'))
    """
    if noise is None:
        return f"{numerator:,}", f"{base:,}"
    one, of = rounded(numerator, base, noise)
    if one:
        return _written(one), _written(of)
    step = exactness(noise[0])
    most = ceil((numerator + Z95 * noise[0]) / step) * step
    return f"fewer than {most:,}" if most else NOBODY, _written(of)


def rounded(numerator: int, base: int, noise: tuple[float, float]) -> tuple[int, int]:
    """Two counts as round as the deviations of their noise make them, and who divides them gets their share.

    Each is rounded up or down: what it is rounded to lies in its 95% interval. Only where no two such numbers
    have the share, one or both keep more digits. A numerator that noise hides is 0, and has no share.

    >>> rounded(1_234, 2_345, (40.0, 40.0)), percent(1_234 / 2_345)
    ((1230, 2340), '52.6%')
    >>> rounded(8_137, 12_012, (13.0, 13.0)), percent(8_137 / 12_012)
    ((8130, 12010), '67.7%')
    """
    exact = [exactness(deviation) for deviation in noise]
    if not round(numerator / exact[0]):
        return 0, about(base, noise[1])
    steps = product(*([10**power for power in range(len(str(step)))] for step in exact))
    for one, whole in sorted(steps, key=prod, reverse=True):
        pairs = product(_near(numerator, one, noise[0]), _near(base, whole, noise[1]))
        same = [(n, of) for n, of in pairs if n <= of and percent(n / of) == percent(numerator / base)]
        if same:
            return min(same, key=lambda pair: abs(pair[0] - numerator) + abs(pair[1] - base))
    return numerator, base


def _near(count: int, step: int, deviation: float) -> list[int]:
    """What a noisy count can be rounded to but 0: the nearest, and the other way if its interval has that."""
    below = count // step * step
    nearest = round(count / step) * step
    found = (number for number in (below, below + step) if abs(number - count) <= Z95 * deviation)
    return [number for number in {nearest, *found} if number]


def _written(count: int) -> str:
    return f"{count:,}" if count % 10 else f"about {count:,}"


def about(count: int, deviation: float) -> int:
    """A noisy count to the digits that its 95% interval allows: what it is rounded to lies within.

    >>> about(1_234, 4.0), about(1_234, 13.0), about(1_234, 40.0), about(1_234, 0.1)
    (1230, 1230, 1200, 1234)
    """
    step = exactness(deviation)
    return round(count / step) * step


def exactness(deviation: float) -> int:
    """The largest power of ten that the 95% interval of a noisy count is wide; at least 1."""
    width = 2 * Z95 * deviation
    return int(10 ** floor(log10(width))) if width > 1 else 1
