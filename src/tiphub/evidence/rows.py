"""The rows of a table of shares, and which of their figures are held back."""

from collections.abc import Mapping
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


def hold_back(rows: list[Row], smallest: int, *, exclusive: bool) -> list[Row]:
    """Hold back small figures of one cell, and the next smallest until what is hidden is no longer small.

    The values of a field add up to the denominator, so what is hidden is known as a sum: it must be of at
    least ``smallest`` people. Of a group's options at least two are hidden, if any is.
    """
    if (rows[0].denominator or 0) < smallest:
        return [replace(_hidden(row), denominator=None) for row in rows]
    ranked = sorted(range(len(rows)), key=lambda place: rows[place].numerator or 0)
    hidden = [place for place in ranked if (rows[place].numerator or 0) < smallest]
    for place in ranked[len(hidden) :]:
        together = sum(rows[other].numerator or 0 for other in hidden)
        if not hidden or (len(hidden) > 1 and (together >= smallest or not exclusive)):
            break
        hidden.append(place)
    return [_hidden(row) if place in hidden else row for place, row in enumerate(rows)]


def _hidden(row: Row) -> Row:
    return replace(row, numerator=None, share=None, low=None, high=None)
