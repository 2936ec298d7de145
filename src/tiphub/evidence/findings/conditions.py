"""Conditions on records: which values they allow, and which cells do not tell."""

import re
from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.columns import titled
from tiphub.evidence.findings.model import Conditions
from tiphub.standard import Standard

_YEARS = re.compile("([0-9]{0,9})(-?)([0-9]{0,9})")


def years(text: str) -> tuple[int | None, int | None] | None:
    """A number or a range, as its ends; ``None`` if it is neither.

    >>> years("2015"), years("2015-2019"), years("-2019"), years("some")
    ((2015, 2015), (2015, 2019), (None, 2019), None)
    """
    found = _YEARS.fullmatch(text.strip())
    if not found or not (found[1] or found[3]):
        return None
    first, last = (int(found[place]) if found[place] else None for place in (1, 3))
    if not found[2]:
        return first, first
    return None if first is not None and last is not None and first > last else (first, last)


def narrower(standard: Standard, name: str, codes: Iterable[str]) -> frozenset[str]:
    """These codes of a field, with all that is narrower."""
    known = standard.codes_of(name).codes
    found, size = set(codes), -1
    while len(found) != size:
        size = len(found)
        found |= {code.code for code in known if code.broader in found}
    return frozenset(found)


def broader(standard: Standard, name: str, codes: Iterable[str]) -> frozenset[str]:
    """All that is broader than these codes: a record that says only that does not tell which it is."""
    by_code = standard.codes_of(name).by_code
    found: set[str] = set()
    for code in codes:
        above = by_code[code].broader
        while above is not None:
            found.add(above)
            above = by_code[above].broader
    return frozenset(found)


Hidden = Mapping[str, frozenset[str]]
"""For each column the values that a release tells by what is above them, for everybody who has them."""


def may_be(standard: Standard, name: str, codes: Iterable[str], hidden: Hidden | None) -> frozenset[str]:
    """The answers of which one cannot tell whether they are one of these codes.

    That is all that is above: people said no more, or were made broader one by one. Where values of a column
    were merged as a whole, it is where the merged ones of these codes went.
    """
    inside = narrower(standard, name, codes)
    if name not in (hidden or {}):
        return broader(standard, name, codes) - inside
    by_code, gone, found = standard.codes_of(name).by_code, (hidden or {})[name], set()
    for code in inside & gone:
        step: str | None = code
        while step is not None and step in gone:
            step = by_code[step].broader
        found |= {step} if step else set()
    return frozenset(found) - inside


def has(table: ir.Table, standard: Standard, name: str, values: Iterable[str]) -> ir.BooleanValue:
    """Whether a record has one of the values; a cell that does not tell has not.

    Raises:
        TiphubError: the source does not carry the column.
    """
    if name not in table.columns:
        raise TiphubError(f"This source does not carry {titled(standard, name)}.")
    cells, column = table[name], standard.columns[name]
    if column.kind == "flag":
        found = cells.isin([value == "yes" for value in values])
    elif column.kind == "integer":
        found = ibis.or_(*(_between(cells, value) for value in values))
    else:
        found = cells.isin(sorted(narrower(standard, name, values)))
    return found.fill_null(False)


def holds(table: ir.Table, standard: Standard, where: Conditions) -> ir.BooleanValue:
    """Whether a record meets all conditions."""
    return ibis.and_(
        ibis.literal(True), *(has(table, standard, name, values) for name, values in where.items())
    )


def may_hold(
    table: ir.Table, standard: Standard, where: Conditions, empty: Iterable[str], hidden: Hidden | None = None
) -> ir.BooleanValue:
    """Whether a record meets all conditions or may do so, its answer being too broad to tell.

    An empty cell of the columns ``empty`` may be any answer. Where values were merged as a whole (``hidden``,
    see `may_be`), nothing else was made broader.
    """
    tests = [ibis.literal(True)]
    for name, values in where.items():
        found = has(table, standard, name, values)
        broad = standard.columns[name].codes is not None and (hidden is None or name in hidden)
        if broad and (above := may_be(standard, name, values, hidden)):
            found |= table[name].isin(sorted(above)).fill_null(False)
        tests.append(found | table[name].isnull() if name in set(empty) else found)
    return ibis.and_(*tests)


def _between(cells: ir.Value, text: str) -> ir.BooleanValue:
    first, last = years(text) or (None, None)
    if first is not None and last is not None:
        return cells.between(first, last)
    return cells >= first if first is not None else cells <= last
