"""Privacy loss, added up exactly: zero-concentrated differential privacy (zCDP) with rational numbers.

A spend is a `fractions.Fraction` rho, so that parts of a budget add up to the whole without rounding. People
speak of (epsilon, delta). Both conversions, and the noise that a rho allows, are OpenDP's own
(``make_zCDP_to_approxDP`` after Canonne, Kamath and Steinke, *The Discrete Gaussian for Differential
Privacy*, 2020; the privacy map of ``make_gaussian``); what is searched here by trial is always held against
them, and rounded to the side on which people are better protected.
"""

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

import opendp.prelude as dp

from tiphub.errors import TiphubError
from tiphub.vault.s4_protect.dp.noise import gaussian

GRID = 10**12
"""`rho_for` gives a whole number of parts of this size, so that a budget can be written as a decimal."""
DEFAULT_EPSILON = 4.0
LARGE_EPSILON = 20.0
"""An epsilon above this promises next to nothing; somebody has to confirm it."""
LARGEST_EPSILON = 1_000.0
"""An epsilon above this cannot be confirmed either: the noise would be none."""
FEWEST = 1_000
"""A smaller hub gets the delta of this many people."""

_PLACE = "the privacy settings"


def check_epsilon(epsilon: float, *, confirmed_large_epsilon: bool = False) -> float:
    """Give epsilon back if it can be used.

    Raises:
        TiphubError: it is no positive finite number, above `LARGE_EPSILON` and not confirmed, or above
            `LARGEST_EPSILON`.
    """
    if not math.isfinite(epsilon) or epsilon <= 0:
        raise TiphubError(
            f"Epsilon cannot be {epsilon}: it is a number above 0.",
            where=_PLACE,
            do=f"Choose one between 0.1 and 10; {DEFAULT_EPSILON:g} is the default. `tiphub build HUB --plan`"
            " shows what each buys.",
        )
    if epsilon > LARGEST_EPSILON:
        raise TiphubError(
            f"An epsilon of {epsilon:g} protects nobody: over {LARGEST_EPSILON:g} no noise is left.",
            where=_PLACE,
            do="Choose one between 0.1 and 10. Data that need no protection need no budget.",
        )
    if epsilon > LARGE_EPSILON and not confirmed_large_epsilon:
        raise TiphubError(
            f"An epsilon of {epsilon:g} protects nearly nobody: over {LARGE_EPSILON:g} the promise is empty.",
            where=_PLACE,
            do="Choose a smaller one, or confirm that you mean it with --confirm-large-epsilon.",
        )
    return float(epsilon)


def delta_for(declared_size: int | None, asked: float | None = None) -> float:
    """The delta for a hub of a declared size: the one asked for; if none was, 1 / (n ln n).

    Args:
        declared_size: about how many people the hub holds, as its settings declare. Never a measured number.
        asked: a delta of the hub's own choice.

    Raises:
        TiphubError: no size is declared, or the delta is no number in (0, 1 / n].

    >>> delta_for(10_000)
    1.0857362047581293e-05
    """
    if declared_size is None:
        raise TiphubError(
            "The hub does not declare about how many people it holds, and delta depends on it.",
            where="declared_size in hub.yml",
            do="Write a round figure that may be public, such as `declared_size: 5000`. It is never counted,"
            " because the exact number would tell whether somebody is in the data.",
        )
    if asked is None:
        size = max(declared_size, FEWEST)
        return math.nextafter(1 / (size * math.log(size)), 0)
    _check_delta(asked)
    if Fraction(asked) * declared_size > 1:
        raise TiphubError(
            f"Delta is {asked:g}, more than 1 in {declared_size:,}: publishing one whole record would satisfy"
            " it.",
            where=_PLACE,
            do=f"Leave it to `auto`, which is {delta_for(declared_size):.2g}.",
        )
    return float(asked)


def _check_delta(delta: float) -> None:
    if not math.isfinite(delta) or not 0 <= delta < 1:
        raise TiphubError(f"Delta cannot be {delta}: it is a small number above 0.", where=_PLACE)
    if delta == 0:
        raise TiphubError(
            "Delta cannot be 0: under Gaussian noise no epsilon holds without a small delta.",
            where=_PLACE,
            do="Leave it to `auto`.",
        )


def rho_for(epsilon: float, delta: float, *, confirmed_large_epsilon: bool = False) -> Fraction:
    """The largest rho, rounded down to the grid, whose zCDP implies (epsilon, delta)-differential privacy.

    Raises:
        TiphubError: epsilon or delta cannot be used (see `check_epsilon`), or epsilon is too small for any
            noise to be worth adding.

    >>> rho_for(4, 1e-6)
    Fraction(15553247747, 50000000000)
    """
    check_epsilon(epsilon, confirmed_large_epsilon=confirmed_large_epsilon)
    _check_delta(delta)
    low, high = 0, 1
    while _holds(Fraction(high, GRID), epsilon, delta):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _holds(Fraction(middle, GRID), epsilon, delta) else (low, middle)
    if not low:
        raise TiphubError(
            f"An epsilon of {epsilon:g} is too small: nothing could be told.", where=_PLACE, do="Choose more."
        )
    return Fraction(low, GRID)


def epsilon_for(rho: Fraction, delta: float) -> float:
    """The epsilon, rounded up, that rho-zCDP implies at this delta.

    Raises:
        TiphubError: rho is negative, or delta cannot be used.

    >>> epsilon_for(rho_for(4, 1e-6), 1e-6) <= 4
    True
    """
    _check_delta(delta)
    if rho < 0:
        raise TiphubError(f"A privacy loss cannot be negative: {rho}.")
    if rho == 0:
        return 0.0
    profile = _profile(rho)
    epsilon: float = profile.epsilon(delta)
    while profile.delta(epsilon) > delta:
        epsilon = math.nextafter(epsilon, math.inf)
    return epsilon


@lru_cache
def scale_for(rho: Fraction, distance: float = 1.0) -> float:
    """The smallest scale found of a discrete Gaussian whose privacy map, as OpenDP computes it, stays in rho.

    Args:
        rho: what this measurement may spend.
        distance: how far one person can move the vector of counts, in the Euclidean norm: 1 for the cells
            of one table, to which a person adds one.

    Raises:
        TiphubError: rho or the distance is not positive.
    """
    if rho <= 0 or not (distance > 0 and math.isfinite(distance)):
        raise TiphubError(f"There is no noise for a privacy loss of {rho} at a distance of {distance}.")
    scale = distance / math.sqrt(2 * rho)
    while Fraction(gaussian(scale).map(distance)) > rho:
        scale = math.nextafter(scale, math.inf)
    return scale


def _holds(rho: Fraction, epsilon: float, delta: float) -> bool:
    """Whether rho-zCDP implies (epsilon, delta): OpenDP rounds the delta of an epsilon up."""
    return bool(_profile(rho).delta(epsilon) <= delta)


def _profile(rho: Fraction) -> Any:
    """The privacy profile of rho-zCDP, read off a Gaussian of scale 1 at the distance that costs rho."""
    distance = math.sqrt(2 * rho)
    while Fraction(gaussian(1.0).map(distance)) < rho:
        distance = math.nextafter(distance, math.inf)
    converted: Any = dp.c.make_zCDP_to_approxDP(gaussian(1.0))
    return converted.map(distance)
