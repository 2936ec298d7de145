"""Words for intervals: each holds for every value between the two ends, or is not used."""

from dataclasses import dataclass
from math import ceil, floor

HIGHEST = float("inf")


@dataclass(frozen=True, slots=True)
class Words:
    """A wording, and between which values (inclusive) it is true."""

    text: str
    low: float
    high: float


PORTIONS = (
    Words("fewer than one in thirty", 0, 0.0333),
    Words("fewer than one in twenty", 0, 0.0499),
    Words("fewer than one in ten", 0, 0.0999),
    Words("about one in twenty", 0.04, 0.06),
    Words("about one in ten", 0.08, 0.12),
    Words("fewer than one in five", 0, 0.1999),
    Words("between one in ten and one in five", 0.1, 0.2),
    Words("about one in seven", 0.125, 0.16),
    Words("about one in five", 0.17, 0.23),
    Words("about one in four", 0.22, 0.28),
    Words("fewer than one in four", 0, 0.2499),
    Words("between one in five and one in three", 0.2, 1 / 3),
    Words("about three in ten", 0.27, 0.33),
    Words("about a third", 0.3, 0.37),
    Words("fewer than a third", 0, 0.333),
    Words("between a third and a half", 1 / 3, 0.5),
    Words("about two in five", 0.36, 0.44),
    Words("between two fifths and a half", 0.4, 0.5),
    Words("almost half", 0.44, 0.4999),
    Words("about half", 0.46, 0.54),
    Words("fewer than half", 0, 0.4999),
    Words("just over half", 0.5001, 0.56),
    Words("more than half", 0.5001, 0.7),
    Words("about three in five", 0.56, 0.64),
    Words("between a half and two thirds", 0.5, 2 / 3),
    Words("about two thirds", 0.63, 0.7),
    Words("about seven in ten", 0.67, 0.73),
    Words("more than two thirds", 0.6667, 0.8),
    Words("about three in four", 0.72, 0.78),
    Words("about four in five", 0.77, 0.83),
    Words("more than three in four", 0.7501, 0.9),
    Words("more than four in five", 0.8001, 0.95),
    Words("about nine in ten", 0.88, 0.92),
    Words("more than nine in ten", 0.9001, 1),
    Words("nearly all", 0.96, 1),
    Words("most", 0.5001, 1),
)

TIMES = (
    Words("about half as often as", 0.45, 0.55),
    Words("less than half as often as", 0, 0.4999),
    Words("slightly less often than", 0.9, 1),
    Words("less often than", 0, 1),
    Words("slightly more often than", 1, 1.1),
    Words("up to one and a half times as often as", 1, 1.5),
    Words("up to twice as often as", 1, 2),
    Words("about one and a half times as often as", 1.35, 1.65),
    Words("about twice as often as", 1.8, 2.2),
    Words("two to three times as often as", 2, 3),
    Words("about three times as often as", 2.7, 3.3),
    Words("three to four times as often as", 3, 4),
    Words("about four times as often as", 3.6, 4.4),
    Words("four to six times as often as", 4, 6),
    Words("about five times as often as", 4.5, 5.5),
    Words("five to eight times as often as", 5, 8),
    Words("more than five times as often as", 5.0001, HIGHEST),
    Words("more than ten times as often as", 10.0001, HIGHEST),
    Words("more than three times as often as", 3.0001, HIGHEST),
    Words("more than twice as often as", 2.0001, HIGHEST),
    Words("more often than", 1, HIGHEST),
)

TOO_WIDE = 0.4
"""An interval of a share that spans more than this tells nothing worth a word."""


def portion(low: float, high: float) -> Words | None:
    """How large a share is: the narrowest wording that holds from ``low`` to ``high``.

    Where no wording is narrow enough the bounds themselves are said, rounded outwards; where even they tell
    little, ``None``: the data cannot tell.

    >>> portion(0.71, 0.76).text, portion(0.369, 0.439).text, portion(0.47, 0.52).text
    ('between 71% and 76%', 'about two in five', 'about half')
    """
    if high - low > TOO_WIDE:
        return Words("most", 0.5001, 1) if low >= 0.5001 else None
    bounds = _bounds(low, high)
    fitting = [item for item in PORTIONS if item.low <= low and high <= item.high]
    best = min(fitting, key=_width, default=None)
    if best is None or _width(best) > max(0.12, 2.5 * (high - low)):
        return bounds
    return best


def times(low: float, high: float) -> Words | None:
    """How often as against something else: ``None`` where the interval has 1 in it.

    >>> times(4.05, 5.4).text, times(1.2, 1.3).text, times(0.8, 1.3)
    ('four to six times as often as', 'up to one and a half times as often as', None)
    """
    if low <= 1 <= high:
        return None
    fitting = [item for item in TIMES if item.low <= low and high <= item.high]
    return min(fitting, key=lambda item: min(item.high, 99) / max(item.low, 0.05), default=None)


def gap(low: float, high: float) -> Words | None:
    """By how many percentage points two shares differ, rounded outwards; ``None`` where 0 is in the interval.

    >>> gap(0.052, 0.118).text, gap(-0.03, 0.02)
    ('by 5 to 12 percentage points', None)
    """
    if low <= 0 <= high:
        return None
    near, far = sorted((abs(low), abs(high)))
    least, most = floor(100 * near + 1e-9), ceil(100 * far - 1e-9)
    text = f"by {least} to {most} percentage points" if least else f"by up to {_points(most)}"
    span = (least / 100, most / 100)
    return Words(text, *(span if low > 0 else (-span[1], -span[0])))


def _points(number: int) -> str:
    return f"{number} percentage point{'s' if number != 1 else ''}"


def _width(item: Words) -> float:
    return item.high - item.low


def _bounds(low: float, high: float) -> Words:
    least, most = floor(100 * low + 1e-9), ceil(100 * high - 1e-9)
    return Words(f"between {least}% and {most}%", least / 100, most / 100)
