"""Which form a column's dates have. The order of day and month is told by days above 12, never guessed."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tiphub.mapping.dates import MONTHS
from tiphub.mapping.text import normalise

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}")
_NAMED = re.compile(rf"(\d{{1,2}})([ ./-])([^\W\d_]{{3,}})\.?\2(\d{{4}}){_TIME}")
_RARE = 0.01


@dataclass(frozen=True)
class Dates:
    """The forms found, the share of cells that have one of them, and what could not be decided."""

    forms: tuple[str, ...]
    share: float
    undecided: tuple[str, ...] = ()
    """Two forms that fit all the same, such as DD/MM/YYYY and MM/DD/YYYY."""


def find_dates(values: Mapping[str, int]) -> Dates:
    """The forms of the dates in a column.

    >>> find_dates({"31/12/2019": 3, "01/02/2020": 9}).forms
    ('DD/MM/YYYY',)
    >>> find_dates({"03/04/2020": 2}).undecided
    ('DD/MM/YYYY', 'MM/DD/YYYY')
    """
    total = sum(values.values())
    forms: Counter[str] = Counter()
    day_first: Counter[str] = Counter()
    month_first: Counter[str] = Counter()
    for text, count in values.items():
        if found := _YEAR_FIRST.fullmatch(text):
            forms[found[2].join(("YYYY", "MM", "DD"))] += count
        elif found := _YEAR_LAST.fullmatch(text):
            first, second = int(found[1]), int(found[3])
            forms[found[2]] += count
            day_first[found[2]] += count * (12 < first <= 31 and second <= 12)
            month_first[found[2]] += count * (12 < second <= 31 and first <= 12)
        elif (found := _NAMED.fullmatch(text)) and normalise(found[3]) in MONTHS:
            forms[found[2].join(("DD", "MMM", "YYYY"))] += count
    decided: list[str] = []
    undecided: list[str] = []
    for form, count in forms.most_common():
        if total and count < _RARE * total:
            continue
        if len(form) > 1:
            decided.append(form)
            continue
        orders = [form.join(("DD", "MM", "YYYY")), form.join(("MM", "DD", "YYYY"))]
        order = _order(day_first[form], month_first[form])
        if order is None:
            undecided += orders
        else:
            decided.append(orders[order])
    return Dates(tuple(decided), sum(forms.values()) / total if total else 0.0, tuple(undecided))


def _order(day_first: int, month_first: int) -> int | None:
    """0 where only days come first, 1 where only months do; a few slips among many do not count."""
    if day_first > 50 * month_first:
        return 0
    return 1 if month_first > 50 * day_first else None
