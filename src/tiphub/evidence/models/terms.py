"""Covariates by name: categories, flags and numbers of a record, and facts of the country of citizenship."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from math import floor, log10
from typing import Any

import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.columns import countable
from tiphub.evidence.models.country_values import CountryValues
from tiphub.standard import Standard

INCOME_LEVELS = ("High", "Upper middle", "Lower middle", "Low")
"""The World Bank's groups, from the reference table of countries."""

REFERENCES: Mapping[str, str] = {"education": "secondary", "income_level": "High", "gender": "woman"}
"""What the categories of a covariate are compared with unless the user says otherwise: as in the study."""

USUAL = (0.2, 1000.0)
"""How far apart values by country may lie for a ratio to be told a point at a time."""

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
        unit: of a number, what a step of its ratio is.
        step: of a number, how long that step is.
        source: where the facts come from, if not from the records.
    """

    name: str
    title: str
    column: str
    labels: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, Value] | None = None
    unit: str = ""
    step: float = 1.0
    source: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is a number, whose ratio is of a ``step``."""
        return not self.labels

    @property
    def about(self) -> str:
        """Where facts of countries come from, or that nobody said so; empty for what the records say."""
        if self.source:
            return f"{self.title}: {self.source}."
        if self.of is None:
            return ""
        return (
            f"{self.title}: its file does not say where the values come from; "
            "a comment line (# ...) above its header can."
        )

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


def refuse_names(given: Mapping[str, CountryValues], on: Sequence[str], standard: Standard) -> None:
    """Refuse values by country that would silently take a field's place, or would not be used.

    Raises:
        TiphubError: they are called as something that the standard has, or do not stand among the covariates.
    """
    for name in given:
        if name in standard.columns or name in standard.groups or name == "income_level":
            raise TiphubError(
                f"A covariate of your own cannot be called {name!r}: the standard has that name.",
                do="Give its values another name, such as climate_risk.",
            )
        if name not in on:
            raise TiphubError(
                f"The covariate {name} has values and does not stand among the covariates of the model.",
                do="Name it there too, or leave its values out.",
            )


def in_steps(item: Term) -> Term:
    """A number by country whose ratio is told for a step that fits it; any other covariate as it is."""
    if item.of is None or not item.is_number:
        return item
    step = readable_step([value for value in item.of.values() if isinstance(value, float | int)])
    return item if step == 1 else replace(item, step=step, unit=f"each {written_number(step)} more")


def readable_step(values: Iterable[float]) -> float:
    """The step that a ratio of these numbers is told for: 1, or a power of ten that fits how far they differ.

    A ratio of one point of an income in dollars is 1.00, and one of a whole point of a share of 0 to 0.01 has
    no sense.

    >>> readable_step([2, 8.5]), readable_step([430, 86_000]), readable_step([0.0002, 0.0041])
    (1.0, 10000.0, 0.001)
    """
    found = list(values)
    apart = max(found) - min(found) if found else 0.0
    if apart == 0 or USUAL[0] <= apart <= USUAL[1]:
        return 1.0
    return 10.0 ** max(floor(log10(apart)), -12)


def written_number(value: float) -> str:
    """A number in full, never with an exponent.

    >>> written_number(1e-05), written_number(10_000.0), written_number(2.5)
    ('0.00001', '10,000', '2.5')
    """
    return f"{value:,.12f}".rstrip("0").rstrip(".")


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
