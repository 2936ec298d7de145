"""Columns, codes and labels by the standard's names, with errors for those who mistype them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.standard import Column, Standard, flag_name
from tiphub.standard.answered import options_of

_ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_NUMBER = re.compile("-?[0-9]{1,9}")

LISTED = 30
"""So many names are listed in a message, and then how many more there are."""


def titled(standard: Standard, name: str) -> str:
    """A column or a group as people know it, and as data files call it.

    >>> from tiphub.standard import load_standard
    >>> titled(load_standard(), "recruiter_relation_family")
    '“Relation to the recruiter: Family” (recruiter_relation_family)'
    """
    if name in standard.groups:
        return f"“{standard.groups[name].label['en']}” ({name})"
    column = standard.columns[name]
    lead = f"{standard.groups[column.group].label['en']}: " if column.group else ""
    return f"“{lead}{column.label['en']}” ({name})"


def group_flags(table: ir.Table, standard: Standard, group: str) -> dict[str, str]:
    """The options to tabulate and their columns.

    Raises:
        TiphubError: there is no such group, or the source does not carry it.
    """
    if group not in standard.groups:
        raise _no("group", group, standard.groups)
    options = options_of(table.columns, standard, group)
    if not options:
        carried = [name for name in standard.groups if options_of(table.columns, standard, name)]
        raise TiphubError(f"This source does not carry the group {group}.", do=carries(carried))
    return {option: flag_name(group, option) for option in options}


def countable(table: ir.Table, standard: Standard, name: str) -> Column:
    """A column whose values can be counted or broken down by.

    Raises:
        TiphubError: there is no such column, the source lacks it, or it is free text or a date.
    """
    column = _column(table, standard, name)
    if column.kind in {"text", "date"}:
        raise TiphubError(f"{name} is a {column.kind}: it has no values to count.")
    return column


def ordered_values(column: Column, standard: Standard) -> Sequence[str]:
    """A column's values in the standard's order; none for a number, which has an order of its own."""
    if column.kind == "flag":
        return ("yes", "no")
    return tuple(standard.code_lists[column.codes].by_code) if column.codes else ()


def answers(table: ir.Table, standard: Standard, name: str) -> ir.Value:
    """A column; an option of a group by CTDC's denominator rule.

    Among the records with at least one option of the group set, an unset option counts as no (codebook 2024,
    section 6); else it is unknown.
    """
    group = standard.columns[name].group
    if group is None:
        return table[name]
    options = options_of(table.columns, standard, group)
    answered = ibis.or_(table[name], *(table[flag_name(group, option)] for option in options))
    return answered.fill_null(False).ifelse(table[name].fill_null(False), None)


def refuse_without(
    standard: Standard, field: str | None, by: Iterable[str], where: Mapping[str, str]
) -> None:
    """Refuse what asks a noisy release for the people without one option of a group: it counts those with it.

    Raises:
        TiphubError: something does.
    """
    asked = dict.fromkeys(by, "") | {name: value for name, value in where.items() if not _is_yes(value)}
    if field is not None:
        asked[field] = ""
    for name in asked:
        if (group := standard.columns[name].group) is not None:
            what = f"{titled(standard, name)} is one of several answers: this release counts who has it"
            do = f"Tabulate the group {group}" if name == field else f"Narrow down to {name}=yes"
            raise TiphubError(f"{what}, and not who has it not.", do=f"{do}.")


def _is_yes(value: str) -> bool:
    return _ANSWERS.get(value.strip().casefold(), False)


def chosen(table: ir.Table, standard: Standard, name: str, value: str) -> ir.BooleanValue:
    """Whether a record has a value: a code, a label in any language, ``yes`` or ``no``, or ``unknown``.

    Raises:
        TiphubError: the column or the value is not in the standard.
    """
    wanted = meant(table, standard, name, value)
    cells = answers(table, standard, name)
    if not wanted:
        return cells.isnull()
    kind = standard.columns[name].kind
    return cells == (wanted == "yes" if kind == "flag" else int(wanted) if kind == "integer" else wanted)


def meant(table: ir.Table, standard: Standard, name: str, value: str) -> str:
    """The value that a word means, as a release's counts write it: a code, yes, no, a number, "" for unknown.

    Raises:
        TiphubError: the column or the value is not in the standard.
    """
    column = countable(table, standard, name)
    wanted = value.strip().casefold()
    if wanted == "unknown":
        return ""
    if column.kind == "flag":
        if wanted not in _ANSWERS:
            raise TiphubError(f"{name} is answered yes, no or unknown, not {value}.")
        return "yes" if _ANSWERS[wanted] else "no"
    if column.kind == "integer":
        if not _NUMBER.fullmatch(wanted):
            raise TiphubError(f"{name} is a number of at most nine digits, not {value}.")
        return str(int(wanted))
    return _code(column, standard, value)


def _code(column: Column, standard: Standard, value: str) -> str:
    spelled: dict[str, str] = {}
    codes = standard.code_lists[column.codes or ""].codes
    for code in codes:
        spelled[code.code.casefold()] = code.code
    for code in codes:
        for text in (*code.label.values(), *code.names):
            spelled.setdefault(text.casefold(), code.code)
    if (found := spelled.get(value.strip().casefold())) is not None:
        return found
    near = get_close_matches(value.casefold(), spelled, n=1, cutoff=0.6)
    do = f"Did you mean {spelled[near[0]]}?" if near else carries([code.code for code in codes], "It has")
    raise TiphubError(f"{column.name} has no value {value}.", do=do)


def _column(table: ir.Table, standard: Standard, name: str) -> Column:
    carried = [column for column in standard.columns if column in table.columns]
    if name in standard.groups:
        options = [flag_name(name, option) for option in options_of(table.columns, standard, name)]
        do = carries(options, "Name one of its options:")
        raise TiphubError(f"{name} is a group of several answers, not one column.", do=do)
    if name not in standard.columns:
        raise _no("field", name, carried)
    if name not in carried:
        raise TiphubError(f"This source does not carry {name}.", do=carries(carried))
    return standard.columns[name]


def _no(kind: str, name: str, known: Iterable[str]) -> TiphubError:
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return TiphubError(
        f"There is no {kind} {name}.", do=f"Did you mean {near[0]}?" if near else carries(known)
    )


def carries(names: Iterable[str], lead: str = "It carries") -> str:
    """Names in a sentence; of many the first, and how many others there are."""
    listed = list(names)
    more = f" and {len(listed) - LISTED:,} others" if len(listed) > LISTED + 1 else ""
    named = ", ".join(listed[:LISTED] if more else listed)
    return f"{lead} {named}{more}." if listed else ""
