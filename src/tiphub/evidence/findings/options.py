"""What a measure counts: its options, and for each record whether it has one and whether it tells."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.columns import titled
from tiphub.evidence.findings.conditions import Hidden, broader, has, may_be, narrower
from tiphub.evidence.findings.model import Conditions, Exactly, Measure
from tiphub.standard import Standard, flag_name
from tiphub.standard.answered import answered_name, options_of
from tiphub.standard.own import CITIZENSHIP, COUNTRY, OWN


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that is counted: ``has`` is who has it; ``maybe`` who may, by an answer too broad to tell.

    ``cells`` are the counts that its number is made of, ``rest`` those of the others who tell: needed to know
    how much privacy noise both carry. ``apart``: a release counts it apart
    from its records, which do not follow that.
    """

    key: str
    label: str
    has: ir.BooleanValue
    maybe: ir.BooleanValue
    cells: tuple[Conditions, ...]
    rest: tuple[Conditions, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """The options of a measure, and whether a record is ``answered``, be it broadly.

    ``exclusive``: no record has two options. ``columns`` are those of which an empty cell may be an answer
    that was left out. ``flags`` are the columns of a group, who has any of which has answered, and ``tells``
    is the column of a release's counts that says so. ``missing`` options are not in this source, ``values``
    how many answers a field has. ``told`` is
    of whom the information is there at all, if they are more, and ``told_by`` the counts of that.
    """

    options: tuple[Option, ...]
    answered: ir.BooleanValue
    exclusive: bool
    columns: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    tells: Conditions = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    values: int = 0
    told: ir.BooleanValue | None = None
    told_by: Conditions = field(default_factory=dict)


def counted(
    table: ir.Table, rows: ir.Table, measure: Measure, standard: Standard, hidden: Hidden | None = None
) -> Counted:
    """Resolve a measure against what a source carries.

    Args:
        table: the records.
        rows: those of the population, among which the most frequent values are looked for.
        measure: what to count.
        standard: what the columns mean.
        hidden: values that the source tells by what is above them; ``None``: it depends on the person.

    Raises:
        TiphubError: the source does not carry it.
    """
    if measure.kind == "group":
        return _group(table, measure, standard)
    needed = (CITIZENSHIP, COUNTRY) if measure.kind == "pair" else (measure.name,)
    for name in needed:
        if name not in table.columns:
            raise TiphubError(f"This source does not carry {titled(standard, name)}.")
    if measure.kind == "pair":
        return _pair(table, rows, measure, standard, hidden)
    return _field(table, rows, measure, standard, hidden)


def _group(table: ir.Table, measure: Measure, standard: Standard) -> Counted:
    group = measure.name
    carried = options_of(table.columns, standard, group)
    if not carried:
        raise TiphubError(f"This source does not carry {titled(standard, group)}.")
    codes = standard.codes_of(group).by_code
    flags = tuple(flag_name(group, code) for code in carried)
    anything = ibis.or_(*(has(table, standard, flag, ["yes"]) for flag in flags))

    def option(key: str, label: str, wanted: Sequence[str]) -> Option:
        parts = [part for code in wanted for part in _parts(code, carried, standard, group)]
        return Option(
            key,
            label,
            ibis.or_(*(has(table, standard, flag_name(group, flag), ["yes"]) for flag in parts)),
            ibis.literal(False),
            tuple({flag_name(group, flag): ("yes",)} for flag in parts),
            tuple({flag_name(group, flag): ("yes",)} for flag in carried if flag not in parts),
        )

    found = [option("", "", measure.any)] if measure.any else []
    missing = []
    for code in () if measure.any else measure.each or carried:
        try:
            found.append(option(code, codes[code].label["en"], [code]))
        except TiphubError:
            missing.append(codes[code].label["en"])
    if not found:
        raise TiphubError(f"This source carries none of these options of {titled(standard, group)}.")
    return Counted(
        tuple(found),
        anything,
        exclusive=False,
        flags=flags,
        tells={answered_name(group): ("yes",)},
        missing=tuple(missing),
    )


def _parts(name: str, carried: Sequence[str], standard: Standard, group: str) -> tuple[str, ...]:
    """The carried options that make up an option."""
    if name in carried:
        return (name,)
    codes = standard.codes_of(group).by_code
    code, flag = codes[name], titled(standard, flag_name(group, name))
    if code.merged_from and all(part in carried for part in code.merged_from):
        return code.merged_from
    if merged := [other for other in carried if name in codes[other].merged_from]:
        whole = titled(standard, flag_name(group, merged[0]))
        raise TiphubError(f"This source tells {flag} only as a part of {whole}.")
    raise TiphubError(f"This source does not carry {flag}.")


def _field(
    table: ir.Table, rows: ir.Table, measure: Measure, standard: Standard, hidden: Hidden | None
) -> Counted:
    name, column = measure.name, standard.columns[measure.name]
    cells = table[name]
    if column.kind == "flag":
        cell, rest = {name: measure.any or ("yes",)}, {name: ("no",)}
        yes = has(table, standard, name, cell[name])
        flag = Option("", "", yes, ibis.literal(False), (cell,), (rest,))
        return Counted((flag,), cells.notnull(), exclusive=True, columns=(name,), values=2)
    if column.kind == "integer":
        raise TiphubError(
            f"{titled(standard, name)} is a number: break down by it instead of counting its values."
        )
    codes = standard.codes_of(name)
    wanted = measure.each or tuple(code.code for code in codes.leaves)
    if measure.top:
        wanted = _frequent(rows.filter(rows[name].isin(sorted(wanted))), name, measure.top)

    def option(key: str, label: str, chosen: Sequence[str]) -> Option:
        inside = narrower(standard, name, chosen)
        above = may_be(standard, name, chosen, hidden)
        rest = frozenset(codes.by_code) - inside - above
        return Option(
            key,
            label,
            has(table, standard, name, chosen),
            cells.isin(sorted(above)).fill_null(False) if above else ibis.literal(False),
            ({name: Exactly(sorted(inside))},),
            ({name: Exactly(sorted(rest))},),
        )

    if measure.any:
        options: tuple[Option, ...] = (option("", "", measure.any),)
    else:
        options = tuple(option(code, codes.by_code[code].label["en"], [code]) for code in wanted)
    return Counted(options, cells.notnull(), exclusive=True, columns=(name,), values=len(codes.by_code))


def _frequent(rows: ir.Table, name: str, most: int) -> tuple[str, ...]:
    found = rows.group_by(name).agg(people=rows.count()).to_pyarrow().to_pylist()
    found.sort(key=lambda row: (-row["people"], str(row[name])))
    return tuple(row[name] for row in found[:most])


def _pair(
    table: ir.Table, rows: ir.Table, measure: Measure, standard: Standard, hidden: Hidden | None
) -> Counted:
    leaves = {code.code: code.label["en"] for code in standard.codes_of(CITIZENSHIP).leaves}
    listed = sorted(leaves)
    home, place = table[CITIZENSHIP], table[COUNTRY]
    both = home.notnull() & place.notnull()
    same = (home == place).fill_null(False) & home.isin(listed).fill_null(False)
    unsure = _unsure(table, standard)
    if measure.name == "domestic":
        yes, no = ({OWN: (value,)} for value in ("yes", "no"))
        option = Option("", "", same, unsure, (yes,), (no,), apart=True)
        return _counted_pair((option,), both, ("no", "yes"), both & ~unsure)
    named = rows[CITIZENSHIP].isin(listed) & rows[COUNTRY].isin(listed)
    abroad = rows.filter(named & (rows[CITIZENSHIP] != rows[COUNTRY]))
    pairs = abroad.group_by([CITIZENSHIP, COUNTRY]).agg(people=abroad.count()).to_pyarrow().to_pylist()
    pairs.sort(key=lambda row: (-row["people"], row[CITIZENSHIP], row[COUNTRY]))
    options = []
    for row in pairs[: measure.top]:
        first, second = row[CITIZENSHIP], row[COUNTRY]
        chosen = ((home == first) & (place == second)).fill_null(False)
        firsts = [first, *may_be(standard, CITIZENSHIP, [first], hidden)]
        seconds = [second, *may_be(standard, COUNTRY, [second], hidden)]
        maybe = (home.isin(firsts) & place.isin(seconds)).fill_null(False) & ~chosen
        cell = {CITIZENSHIP: (first,), COUNTRY: (second,)}
        label = f"{leaves[first]} to {leaves[second]}"
        options.append(Option(f"{first}_{second}", label, chosen, maybe, (cell,), ()))
    return _counted_pair(tuple(options), both & ~same & ~unsure, ("no",), both & ~unsure)


def _counted_pair(
    options: tuple[Option, ...], answered: ir.BooleanValue, own: tuple[str, ...], told: ir.BooleanValue
) -> Counted:
    return Counted(
        options,
        answered,
        exclusive=True,
        columns=(CITIZENSHIP, COUNTRY),
        tells={OWN: own},
        told=told,
        told_by={OWN: ("no", "yes")},
    )


def _unsure(table: ir.Table, standard: Standard) -> ir.BooleanValue:
    """Whether two places may be the same country: one is the region of the other, or both are one region."""
    home, place = table[CITIZENSHIP], table[COUNTRY]
    regions = {code.broader for code in standard.codes_of(CITIZENSHIP).codes} - {None}
    found = []
    for region in sorted(str(code) for code in regions):
        near = narrower(standard, CITIZENSHIP, [region]) | broader(standard, CITIZENSHIP, [region])
        found += [(home == region) & place.isin(sorted(near)), (place == region) & home.isin(sorted(near))]
    return ibis.or_(*found).fill_null(False)
