"""The outcomes of the 2023 study of IOM and Harvard FXB: child or adult, international or domestic."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.standard import Standard


@dataclass(frozen=True, slots=True)
class Outcome:
    """A yes-or-no outcome.

    ``yes`` and ``no`` say who has it and who has not, ``one`` the same of a single person; ``question`` what
    the odds are of; ``columns`` are those it is made from; ``of`` makes the expression (null where it is
    unknown).
    """

    name: str
    question: str
    yes: str
    no: str
    one: tuple[str, str]
    columns: tuple[str, ...]
    of: Callable[[ir.Table, Standard], ir.BooleanValue]


def _child(table: ir.Table, _: Standard) -> ir.BooleanValue:
    return table.majority_status == "child"


def _international(table: ir.Table, standard: Standard) -> ir.BooleanValue:
    """Unknown where only a region is told: two that differ would tell it, two that are equal would not."""
    countries = [
        code.code
        for code in standard.code_lists["country"].codes
        if (code.extra or {}).get("level") == "country"
    ]
    told = table.citizenship.isin(countries) & table.country_of_exploitation.isin(countries)
    return told.ifelse(table.citizenship != table.country_of_exploitation, None)


OUTCOMES = {
    "child": Outcome(
        "child",
        "being registered as a child rather than an adult",
        "children",
        "adults",
        ("child", "adult"),
        ("majority_status",),
        _child,
    ),
    "international": Outcome(
        "international",
        "being exploited outside rather than inside one's country of citizenship",
        "people exploited abroad",
        "people exploited in their own country",
        ("person exploited abroad", "person exploited in their own country"),
        ("citizenship", "country_of_exploitation"),
        _international,
    ),
}


def outcome_of(name: str, table: ir.Table) -> Outcome:
    """An outcome that the table has the columns for.

    Raises:
        TiphubError: there is no such outcome, or the source does not carry what it is made from.
    """
    if name not in OUTCOMES:
        near = get_close_matches(name, OUTCOMES, n=1)
        do = f"Did you mean {near[0]}?" if near else f"There are {' and '.join(OUTCOMES)}."
        raise TiphubError(f"There is no outcome {name}.", do=do)
    found = OUTCOMES[name]
    if missing := [column for column in found.columns if column not in table.columns]:
        raise TiphubError(f"This source does not carry {' and '.join(missing)}, so {name} cannot be told.")
    return found


def made_from(outcome: Outcome, standard: Standard) -> set[str]:
    """The columns that an outcome is made from, and those that these derive from."""
    found, open_ = set[str](), list(outcome.columns)
    while open_:
        name = open_.pop()
        found.add(name)
        derivation = standard.fields[name].derive
        open_ += [source for source in (derivation.source if derivation else ()) if source not in found]
    return found
