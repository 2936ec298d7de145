"""The unused rows at the end of a template, which number themselves and hold nothing else."""

from collections.abc import Sequence
from itertools import pairwise


def unused_rows(body: Sequence[Sequence[str | None]], unnamed: Sequence[int]) -> tuple[int, int | None]:
    """How many of the last rows are unused, and which column counts the rows (or none).

    A row is unused where it is empty, or where its only cell continues a count 1, 2, 3 ... The real HTCDS
    template numbers a thousand rows in a column without a name. Numbers that do not count up are data: the
    public CTDC file of 2018 ends in rows that hold one large number each.

    >>> unused_rows([["1", "woman"], ["2", None], ["3", None]], unnamed=[0])
    (2, 0)
    >>> unused_rows([["2016", "woman"], ["1667367", None], ["139912", None]], unnamed=[])
    (0, None)
    """
    counter = next((place for place in [*unnamed, 0] if _counts(body, place, place in unnamed)), None)
    unused, above = 0, None
    for row in reversed(body):
        number = row[counter] if counter is not None and counter < len(row) else None
        if any(cell for place, cell in enumerate(row) if place != counter):
            break
        if counter not in unnamed and number and above and int(number) + 1 != above:
            break
        above = int(number) if number else above
        unused += 1
    return unused, counter if counter in unnamed else None


def _counts(body: Sequence[Sequence[str | None]], place: int, unnamed: bool) -> bool:
    """Whether a column holds nothing but a count; one with a name has to go up as well."""
    cells = [row[place] for row in body if place < len(row) and row[place]]
    if not cells or not all(text and text.isdecimal() and len(text) < 10 for text in cells):
        return False
    numbers = [int(text) for text in cells if text]
    return unnamed or all(one < other for one, other in pairwise(numbers))
