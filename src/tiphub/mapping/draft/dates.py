"""Which form a column's dates have. The order of day and month is told by days above 12, never guessed."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tiphub.mapping.dates import MONTHS
from tiphub.mapping.text import normalise

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}")
_NAMED = re.compile(rf"(\d{{1,2}})([ ./-])([^\W\d_]{{3,}})\.?\2(\d{{4}}){_TIME}")
_MONTHS = (
    (re.compile(r"(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])"), ("YYYY", "MM")),
    (re.compile(r"(?:0?[1-9]|1[0-2])([-/.])(?:19|20)\d\d"), ("MM", "YYYY")),
)
_NAMED_MONTH = re.compile(r"([^\W\d_]{3,})\.?([ ./-])(?:19|20)\d\d")
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
    forms: Counter[str | tuple[str, str]] = Counter()
    """Those in which the order of day and month is open stand as their separator and their year."""
    day_first: Counter[tuple[str, str]] = Counter()
    month_first: Counter[tuple[str, str]] = Counter()
    for text, count in values.items():
        if found := _YEAR_FIRST.fullmatch(text):
            forms[found[2].join(("YYYY", "MM", "DD"))] += count
        elif found := _YEAR_LAST.fullmatch(text):
            first, second = int(found[1]), int(found[3])
            kind = found[2], "Y" * len(found[4])
            forms[kind] += count
            day_first[kind] += count * (12 < first <= 31 and second <= 12)
            month_first[kind] += count * (12 < second <= 31 and first <= 12)
        elif (found := _NAMED.fullmatch(text)) and normalise(found[3]) in MONTHS:
            forms[found[2].join(("DD", "MMM", "YYYY"))] += count
    decided: list[str] = []
    undecided: list[str] = []
    for form, count in forms.most_common():
        if total and count < _RARE * total:
            continue
        if isinstance(form, str):
            decided.append(form)
            continue
        sign, year = form
        orders = [sign.join(("DD", "MM", year)), sign.join(("MM", "DD", year))]
        order = _order(day_first[form], month_first[form])
        if order is None:
            undecided += orders
        else:
            decided.append(orders[order])
    return Dates(tuple(decided), sum(forms.values()) / total if total else 0.0, tuple(undecided))


def find_months(values: Mapping[str, int]) -> Dates:
    """The forms of months without a day in a column.

    >>> find_months({"2019/12": 3, "2020/1": 9}).forms
    ('YYYY/MM',)
    """
    total = sum(values.values())
    forms: Counter[str] = Counter()
    for text, count in values.items():
        for shape, parts in _MONTHS:
            if found := shape.fullmatch(text):
                forms[found[1].join(parts)] += count
        if (found := _NAMED_MONTH.fullmatch(text)) and normalise(found[1]) in MONTHS:
            forms[found[2].join(("MMM", "YYYY"))] += count
    kept = tuple(form for form, count in forms.most_common() if count >= _RARE * total)
    return Dates(kept, sum(forms.values()) / total if total else 0.0)


def _order(day_first: int, month_first: int) -> int | None:
    """0 where only days come first, 1 where only months do; a few slips among many do not count."""
    if day_first > 50 * month_first:
        return 0
    return 1 if month_first > 50 * day_first else None
