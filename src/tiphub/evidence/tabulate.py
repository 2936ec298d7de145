"""Shares of a group's options or of a field's values, by other columns, with their intervals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.columns import (
    answers,
    chosen,
    countable,
    group_flags,
    meant,
    ordered_values,
    refuse_without,
)
from tiphub.evidence.counting import field_counts, group_counts, rank, with_nobody
from tiphub.evidence.exactness import Exactness, both
from tiphub.evidence.interval import wilson
from tiphub.evidence.noise import Cell, MeasuredCounts
from tiphub.evidence.rows import Row, hold_back
from tiphub.standard import Standard

__all__ = ["Row", "Tabulation", "tabulate"]

UNMEASURED = (
    "Where an interval is unknown, the release measured no table of these columns together: such a number"
    " follows from the others by a model, and may be wrong."
)


@dataclass(frozen=True, slots=True)
class Tabulation:
    """The rows of a table, what they measure, what their intervals include, and what to know besides."""

    measure: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    includes: tuple[str, ...] = ("sampling",)

    @property
    def noisy(self) -> bool:
        """Whether the counts carry privacy noise."""
        return "privacy noise" in self.includes


def tabulate(
    table: ir.Table,
    standard: Standard,
    *,
    group: str | None = None,
    field: str | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    smallest_count: int | None = None,
    noise: MeasuredCounts | None = None,
    within: Cell | None = None,
) -> Tabulation:
    """Count a group's options, or a field's values, and take their shares.

    For a group the denominator follows CTDC's rule (codebook 2024, section 6): the records with at least one
    option set, within which an unset option counts as no; shares may add up to more than 1. Markers such as
    "not specified" are no options, and a merged option is left out where the table has its parts. For a field
    the denominator is the records whose value is known, and shares add up to 1; values that nobody has are
    left out, but with noise stand at 0 where others have them, because that 0 is as uncertain as any number.
    One option of a group is counted by the group's rule wherever it stands; where noise was added, nobody can
    say who has it not, and that is refused.

    Args:
        table: columns of the standard; those that the source does not carry should not be there.
        standard: what the columns mean.
        group: the group to tabulate; or
        field: the field (or the flag of one option) to tabulate.
        by: columns to break down by; records for which one is unknown make a cell of their own (``None``).
        where: column and code or label (any language), ``yes`` or ``no`` for a flag, ``unknown`` for none.
        smallest_count: hold back figures on fewer people than this, and more where one could be worked out
            from those that remain.
        noise: the counts of the release that the table is of, if privacy noise was added to them. The
            denominator of a group is then what the release measured, for its records may miss it by far.
        within: what the table was narrowed down to before; needed to say how much noise is in its counts.

    Returns:
        Rows ordered by the cells of ``by`` in the standard's order, then from the most frequent value on
        (the values of a number in their own order).

    Raises:
        TiphubError: a name is not in the standard, the table does not carry it, or see above.
    """
    if (group is None) == (field is None):
        raise TiphubError("Name either a group or a field.")
    by = tuple(dict.fromkeys(by))
    orders = [ordered_values(countable(table, standard, name), standard) for name in by]
    counted = None if field is None else countable(table, standard, field)
    rows = _people(table, standard, where or {}, [*by, *([field] if field else [])])
    numbered = counted is not None and counted.kind == "integer"
    if counted is None:
        group = str(group)
        title = standard.groups[group].label["en"] if group in standard.groups else group
        counts = group_counts(rows, group_flags(table, standard, group), by)
    else:
        title = counted.label["en"]
        counts = field_counts(rows, counted.name, by, ordered_values(counted, standard))
    exactness = None
    if noise:
        refuse_without(standard, field, by, where or {})
        narrowed = {name: (meant(table, standard, name, value),) for name, value in (where or {}).items()}
        exactness = Exactness(noise, group or "", field or "", both(within or {}, narrowed))
        counts = with_nobody(counts)
    every = noise.values(field) if noise and field else ()
    out: list[Row] = []
    notes: list[str] = []
    for place in sorted(counts, key=lambda place: rank(place, orders)):
        denominator, numerators = counts[place]
        if denominator == 0:
            notes.append(_nobody(title, dict(zip(by, place, strict=True))))
            continue
        here = dict(zip(by, place, strict=True))
        if exactness:
            denominator = max(exactness.answered(here, denominator), *numerators.values())
        found = [_row(here, pair, denominator, exactness, every) for pair in numerators.items()]
        held = hold_back(found, smallest_count, exclusive=group is None) if smallest_count else found
        out += held if numbered else sorted(held, key=lambda row: -(row.numerator or 0))
    if not counts:
        notes.append(_nobody(title, {}))
    if smallest_count and any(row.numerator is None for row in out):
        notes.append(
            f"Figures on fewer than {smallest_count} people are held back, and with them some others."
        )
    if exactness and any(row.low is None or row.numerator_low is None for row in out):
        notes.append(UNMEASURED)
    includes = ("sampling", "privacy noise") if exactness else ("sampling",)
    return Tabulation(str(group or field), tuple(out), tuple(notes), includes)


def _people(table: ir.Table, standard: Standard, where: Mapping[str, str], used: Sequence[str]) -> ir.Table:
    """The records that meet the conditions; in the columns used, options go by their group's rule."""
    tests = [chosen(table, standard, name, value) for name, value in where.items()]
    rows = table.filter(*tests) if tests else table
    return rows.mutate(**{name: answers(rows, standard, name) for name in used}) if used else rows


def _nobody(title: str, by: Mapping[str, Any]) -> str:
    named = " and ".join(f"{name} {'unknown' if value is None else value}" for name, value in by.items())
    return f"No record{' with ' + named if named else ''} has an answer to “{title}”."


def _row(
    by: Mapping[str, Any],
    counted: tuple[str, int],
    denominator: int,
    exactness: Exactness | None,
    every: Iterable[str],
) -> Row:
    value, numerator = counted
    row = Row(by, value, numerator, denominator, numerator / denominator, None, None)
    if exactness is None:
        low, high = wilson(numerator, denominator)
        return replace(row, low=low, high=high)
    base = exactness.denominator(by, denominator)
    if base:
        row = replace(row, denominator_low=base.low, denominator_high=base.high)
    if count := exactness.numerator(by, value, numerator):
        count = count.part_of(base, numerator)
        row = replace(row, numerator_low=count.low, numerator_high=count.high)
    others = [item for item in every if item != value]
    if found := exactness.share(by, value, others, numerator, denominator):
        row = replace(row, low=found.low, high=found.high)
    return row
