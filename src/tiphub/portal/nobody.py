"""Answers of which a noisy release shows nobody: a 0 is as uncertain as any number, and has its bounds."""

from collections.abc import Collection, Iterator, Sequence

from tiphub.evidence.exactness import Exactness
from tiphub.evidence.noise import Cell, MeasuredCounts
from tiphub.evidence.tabulate import Row
from tiphub.standard import Standard

_NARROWER = {"age_band": "majority_status"}
"""Fields whose codes say another field's, as their broader code."""

_MOST = 40
"""Values of a field that are listed one and all; of longer lists (countries) only those that somebody has."""


def listed(noise: MeasuredCounts, field: str) -> bool:
    """Whether the answers that nobody gave are listed, too."""
    return field in noise.variables and 0 < len(noise.variables[field].values) <= _MOST


def with_nobody(
    rows: Sequence[Row], standard: Standard, field: str, noise: MeasuredCounts, within: Cell
) -> list[Row]:
    """The known answers of a field, and those that were counted and that nobody gave.

    An answer that the choice of people itself leaves out has no row, nor has a code that stands for several
    others of the list. Long lists stay as they are, see `listed`.
    """
    if not listed(noise, field):
        return list(rows)
    exactness = Exactness(noise, "", field, within)
    every = noise.values(field)
    seen = {row.value for row in rows}
    absent = [value for value in sorted(every - seen) if _possible(standard, field, value, within)]
    places: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        places.setdefault(tuple(row.by.values()), []).append(row)
    found: list[Row] = []
    for given in places.values():
        nobody = [_row(given[0], value, exactness, every - {value}) for value in absent]
        numbered = standard.columns[field].kind == "integer"
        found += sorted([*given, *nobody], key=lambda row: int(row.value)) if numbered else [*given, *nobody]
    return found


def _row(beside: Row, value: str, exactness: Exactness, others: Collection[str]) -> Row:
    by, of = beside.by, beside.denominator or 0
    count = exactness.numerator(by, value, 0)
    share = exactness.share(by, value, others, 0, of)
    return Row(
        by,
        value,
        0,
        of,
        0.0,
        share.low if share else None,
        share.high if share else None,
        count.low if count else None,
        count.high if count else None,
        beside.denominator_low,
        beside.denominator_high,
    )


def _possible(standard: Standard, field: str, value: str, within: Cell) -> bool:
    if field in within and value not in within[field]:
        return False
    if field not in standard.fields or standard.fields[field].codes is None:
        return True
    codes = standard.codes_of(field)
    if value not in codes.by_code or any(code.broader == value for code in codes.codes):
        return False
    return all(value in told for told in _told(standard, field, within))


def _told(standard: Standard, field: str, within: Cell) -> Iterator[set[str]]:
    """What other fields, to which the people were narrowed down, leave of this one's codes."""
    for narrow, broad in _NARROWER.items():
        codes = standard.codes_of(narrow).codes
        if field == narrow and broad in within:
            yield {code.code for code in codes if {code.code, code.broader} & set(within[broad])}
        if field == broad and narrow in within:
            yield {code.broader or code.code for code in codes if code.code in within[narrow]}
