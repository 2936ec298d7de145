"""The rows of a table of shares, and which of their figures are held back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Row:
    """One share. ``None`` in ``by`` is unknown; a figure that is ``None`` is held back (too few people).

    ``low`` and ``high`` are the share's 95% interval. Where privacy noise was added, it counts that in, and
    so do the bounds of both counts: between them the true number lies with 95%. There, a bound that is
    ``None`` is unknown: the release measured no table of these columns together.
    """

    by: Mapping[str, str | int | None]
    value: str
    numerator: int | None
    denominator: int | None
    share: float | None
    low: float | None
    high: float | None
    numerator_low: int | None = None
    numerator_high: int | None = None
    denominator_low: int | None = None
    denominator_high: int | None = None


def is_small(numerator: int, denominator: int, smallest: int) -> bool:
    """Whether a figure is on too few people, or all but too few have it."""
    return numerator < smallest or 0 < denominator - numerator < smallest


def held_back(counts: Sequence[tuple[int, int]], smallest: int, *, exclusive: bool) -> set[int]:
    """Which figures of one question are held back: small ones, and others by which one could be worked out.

    The values of a field add up to the denominator, so what is not told is known as a sum: it must be of at
    least ``smallest`` people. Of several figures at least two are hidden, if any is: the next smallest.

    Args:
        counts: numerator and denominator of each.
        smallest: of fewer people nothing is told.
        exclusive: nobody is in two of them.

    >>> sorted(held_back([(60, 100), (37, 100), (3, 100)], 11, exclusive=True))
    [1, 2]
    >>> sorted(held_back([(97, 100), (60, 100), (12, 100)], 11, exclusive=False))
    [0, 2]
    """
    hidden = {place for place, pair in enumerate(counts) if is_small(*pair, smallest)}
    elsewhere = max(max((base for _, base in counts), default=0) - sum(number for number, _ in counts), 0)
    for place in sorted(range(len(counts)), key=lambda place: counts[place][0]):
        together = elsewhere + sum(counts[other][0] for other in hidden)
        if not hidden or (len(hidden) > 1 and (together >= smallest or not exclusive)):
            break
        hidden.add(place)
    return hidden


def hold_back(rows: list[Row], smallest: int, *, exclusive: bool) -> list[Row]:
    """The figures of one cell without those that are held back; none of them if the cell itself is small."""
    if (rows[0].denominator or 0) < smallest:
        return [replace(_hidden(row), denominator=None) for row in rows]
    counts = [(row.numerator or 0, row.denominator or 0) for row in rows]
    hidden = held_back(counts, smallest, exclusive=exclusive)
    return [_hidden(row) if place in hidden else row for place, row in enumerate(rows)]


def _hidden(row: Row) -> Row:
    return replace(row, numerator=None, share=None, low=None, high=None)
