"""Covariates by name: categories, flags and numbers of a record, and facts of the country of citizenship."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.columns import countable, group_flags
from tiphub.evidence.models.country_values import CountryValues
from tiphub.standard import Standard

INCOME_LEVELS = ("High", "Upper middle", "Lower middle", "Low")
"""The World Bank's groups, from the reference table of countries."""

REFERENCES: Mapping[str, str] = {"education": "secondary", "income_level": "High", "gender": "woman"}
"""What the categories of a covariate are compared with unless the user says otherwise: as in the study."""

Value = str | float | None
"""A category's code or a number; ``None`` is unknown."""


@dataclass(frozen=True)
class Term:
    """A covariate.

    Attributes:
        name: what the user calls it.
        title: what readers see.
        column: the column it is read from.
        labels: a category's code and label, in order; empty for a number.
        of: the category or number of each value of the column; ``None``: the value itself.
        unit: of a number, what a step of one is.
        source: where the facts come from, if not from the records.
    """

    name: str
    title: str
    column: str
    labels: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, Value] | None = None
    unit: str = ""
    source: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its ratio is a step of one unit."""
        return not self.labels

    def value(self, cell: Any) -> Value:
        """The category or number that a cell of the column stands for."""
        if cell is None:
            return None
        if self.of is not None:
            return self.of.get(cell)
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        return float(cell) if self.is_number else str(cell)


def term(name: str, table: ir.Table, standard: Standard, covariates: Mapping[str, CountryValues]) -> Term:
    """The covariate of a name.

    Raises:
        TiphubError: there is no such covariate, or the source does not carry it.
    """
    if name in covariates:
        _needs_citizenship(name, table)
        given = covariates[name]
        title = name.replace("_", " ").capitalize()
        return Term(
            name, title, "citizenship", of=dict(given.values), unit="each point more", source=given.source
        )
    if name == "income_level":
        _needs_citizenship(name, table)
        return _income_level(standard)
    if name not in standard.columns and name not in standard.groups:
        known = ["income_level", *covariates, *standard.columns]
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        do = f"Did you mean {near[0]}?" if near else ""
        if name.endswith("risk"):
            do = f"Give its values by country: --covariate {name}=FILE.csv"
        raise TiphubError(f"There is no covariate {name}.", do=do)
    column = countable(table, standard, name)
    title = column.label["en"]
    if column.kind == "integer":
        return Term(name, title, name, unit="each year more")
    if column.kind == "flag":
        if column.group is not None:
            title = f"{standard.groups[column.group].label['en']}: {title.lower()}"
        return Term(name, title, name, labels={"no": "No", "yes": "Yes"})
    codes = standard.code_lists[column.codes or ""].codes
    return Term(name, title, name, labels={code.code: code.label["en"] for code in codes})


def cells(item: Term, table: ir.Table, standard: Standard) -> ir.Value:
    """The column of a covariate; an option of a group by CTDC's denominator rule.

    Among the records with at least one option of the group set, an unset option counts as no (codebook 2024,
    section 6); else it is unknown.
    """
    column = standard.columns[item.column]
    if column.group is None:
        return table[item.column]
    answered = ibis.or_(*(table[flag] for flag in group_flags(table, standard, column.group).values()))
    return answered.fill_null(False).ifelse(table[item.column].fill_null(False), None)


def _needs_citizenship(name: str, table: ir.Table) -> None:
    if "citizenship" not in table.columns:
        raise TiphubError(f"{name} goes by the country of citizenship, which this source does not carry.")


def _income_level(standard: Standard) -> Term:
    levels: dict[str, Value] = {}
    for code in standard.code_lists["country"].codes:
        if level := (code.extra or {}).get("income_level"):
            levels[code.code] = level
    return Term(
        "income_level",
        "Income level of country",
        "citizenship",
        labels={level: level for level in INCOME_LEVELS},
        of=levels,
        source="World Bank income group of the country of citizenship, from the standard's table",
    )
