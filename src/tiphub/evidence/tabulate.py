"""Shares of a group's options or of a field's values, by other columns, with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.carried import Carried, both
from tiphub.evidence.columns import chosen, countable, group_flags, meant, ordered_values
from tiphub.evidence.interval import share, wilson
from tiphub.evidence.noise import Cell, MeasuredCounts
from tiphub.standard import Standard

Place = tuple[Any, ...]
Counts = dict[Place, tuple[int, dict[str, int]]]
"""For each cell of the breakdown: how many are counted at all, and how many have each value."""


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
        TiphubError: a name is not in the standard, or the table does not carry it.
    """
    if (group is None) == (field is None):
        raise TiphubError("Name either a group or a field.")
    by = tuple(dict.fromkeys(by))
    orders = [ordered_values(countable(table, standard, name), standard) for name in by]
    tests = [chosen(table, standard, name, value) for name, value in (where or {}).items()]
    rows = table.filter(*tests) if tests else table
    numbered = field is not None and countable(table, standard, field).kind == "integer"
    if group is not None:
        title = standard.groups[group].label["en"] if group in standard.groups else group
        counts = _group_counts(rows, group_flags(table, standard, group), by)
    else:
        name = countable(table, standard, str(field)).name
        title = standard.columns[name].label["en"]
        counts = _field_counts(rows, name, by, ordered_values(standard.columns[name], standard))
    carried = None
    if noise:
        narrowed = {name: (meant(table, standard, name, value),) for name, value in (where or {}).items()}
        carried = Carried(noise, group or "", str(field), both(within or {}, narrowed))
        counts = _with_nobody(counts)
    out: list[Row] = []
    notes: list[str] = []
    for place in sorted(counts, key=lambda place: _rank(place, orders)):
        denominator, numerators = counts[place]
        if denominator == 0:
            notes.append(_nobody(title, dict(zip(by, place, strict=True))))
            continue
        here = dict(zip(by, place, strict=True))
        if carried:
            denominator = max(carried.answered(here, denominator), *numerators.values())
        every = _every(numerators, field, standard)
        found = [_row(here, pair, denominator, carried, every) for pair in numerators.items()]
        held = _hold_back(found, smallest_count, exclusive=group is None) if smallest_count else found
        out += held if numbered else sorted(held, key=lambda row: -(row.numerator or 0))
    if not counts:
        notes.append(_nobody(title, {}))
    if smallest_count and any(row.numerator is None for row in out):
        notes.append(
            f"Figures on fewer than {smallest_count} people are held back, and with them some others."
        )
    if carried and any(row.low is None or row.numerator_low is None for row in out):
        notes.append(UNMEASURED)
    includes = ("sampling", "privacy noise") if carried else ("sampling",)
    return Tabulation(str(group or field), tuple(out), tuple(notes), includes)


def _group_counts(rows: ir.Table, flags: Mapping[str, str], by: Sequence[str]) -> Counts:
    flat = rows.select(
        **{f"key_{place}": rows[name] for place, name in enumerate(by)},
        **{f"has_{place}": rows[flag].fill_null(False) for place, flag in enumerate(flags.values())},
    ).view()
    named = [flat[f"has_{place}"] for place in range(len(flags))]
    sums = {f"n_{place}": flag.sum() for place, flag in enumerate(named)}
    keys = [flat[f"key_{place}"] for place in range(len(by))]
    found = flat.aggregate(base=ibis.or_(*named).sum(), **sums, by=keys).to_pyarrow().to_pylist()
    return {
        _place(row, by): (
            row["base"] or 0,
            {option: row[f"n_{place}"] or 0 for place, option in enumerate(flags)},
        )
        for row in found
    }


def _field_counts(rows: ir.Table, field: str, by: Sequence[str], order: Sequence[str]) -> Counts:
    flat = rows.select(
        value=rows[field], **{f"key_{place}": rows[name] for place, name in enumerate(by)}
    ).view()
    keys = [flat[f"key_{place}"] for place in range(len(by))]
    found = flat.aggregate(count=flat.count(), by=[*keys, flat.value]).to_pyarrow().to_pylist()
    found.sort(key=lambda row: _rank((_plain(row["value"]),), [order]))
    counts: Counts = {}
    for row in found:
        known, values = counts.get(_place(row, by), (0, {}))
        if row["value"] is not None:
            known += row["count"]
            values[str(_plain(row["value"]))] = row["count"]
        counts[_place(row, by)] = (known, values)
    return counts


def _with_nobody(counts: Counts) -> Counts:
    """Each place with every value that any place has."""
    seen = dict.fromkeys(value for _, values in counts.values() for value in values)
    return {
        place: (known, {value: values.get(value, 0) for value in seen})
        for place, (known, values) in counts.items()
    }


def _place(row: Mapping[str, Any], by: Sequence[str]) -> Place:
    return tuple(_plain(row[f"key_{place}"]) for place in range(len(by)))


def _plain(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _rank(place: Place, orders: Sequence[Sequence[str]]) -> tuple[tuple[bool, Any], ...]:
    """Unknown last; codes in the standard's order, numbers in their own."""
    ranks = [
        order.index(value) if value in order else value for value, order in zip(place, orders, strict=True)
    ]
    return tuple((rank is None, 0 if rank is None else rank) for rank in ranks)


def _nobody(title: str, by: Mapping[str, Any]) -> str:
    named = " and ".join(f"{name} {'unknown' if value is None else value}" for name, value in by.items())
    return f"No record{' with ' + named if named else ''} has an answer to “{title}”."


UNMEASURED = (
    "Where an interval is unknown, the release measured no table of these columns together: such a number"
    " follows from the others by a model, and may be wrong."
)


_MANY = 40
"""Of fields with more values than this a release may merge rare ones, which have no counts of their own."""


def _every(numerators: Mapping[str, int], field: str | None, standard: Standard) -> tuple[str, ...]:
    """The values of a field that a release counts, of which the others' noise is that of the rest."""
    listed = ordered_values(standard.columns[field], standard) if field else ()
    return tuple(listed) if 0 < len(listed) <= _MANY else tuple(numerators)


def _row(
    by: Mapping[str, Any],
    counted: tuple[str, int],
    denominator: int,
    carried: Carried | None,
    every: tuple[str, ...],
) -> Row:
    value, numerator = counted
    if carried is None:
        low, high = wilson(numerator, denominator)
        return Row(by, value, numerator, denominator, numerator / denominator, low, high)
    count, base = carried.numerator(by, value, numerator), carried.denominator(by, denominator)
    row = Row(by, value, numerator, denominator, numerator / denominator, None, None)
    if count:
        row = replace(row, numerator_low=count.low, numerator_high=count.high)
    if base:
        row = replace(row, denominator_low=base.low, denominator_high=base.high)
    if count and base:
        whole = None if carried.settled(by) else base.variance
        found = share(numerator, denominator, noise=count.variance, whole=whole)
        others = carried.others(by, [item for item in every if item != value])
        if others is not None:
            apart = share(numerator, denominator, noise=count.variance, rest=others)
            found = min(found, apart, key=lambda one: one.variance)
        row = replace(row, low=found.low, high=found.high)
    return row


def _hold_back(rows: list[Row], smallest: int, *, exclusive: bool) -> list[Row]:
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
