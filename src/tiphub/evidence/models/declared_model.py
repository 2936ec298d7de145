"""A model that a hub declares beforehand, so that a private release can measure its tables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.columns import chosen, group_flags
from tiphub.evidence.models.country_values import CountryValues
from tiphub.evidence.models.declared import Declared, Pair, declare
from tiphub.evidence.models.design import Floats
from tiphub.evidence.models.outcomes import Outcome, made_from, outcome_of
from tiphub.evidence.models.patterns import count_patterns
from tiphub.evidence.models.terms import Value, refuse_names, term
from tiphub.standard import Standard

MOST_PATTERNS = 3_000
"""Combinations of all covariates: with more, the fit outgrows a laptop."""
MOST_VALUES = 60
"""Values of one side of a table: with more, hardly any count is larger than its noise."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TYPES = {"flag": "boolean", "integer": "int32"}


@dataclass(frozen=True)
class Axis:
    """One side of the model's two-way tables: its name and the texts of its values, in order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class DeclaredModel:
    """A model: its outcome, the public shape of its covariates, and whom it is of.

    Attributes:
        outcome: what the odds are of.
        shape: the covariates and the cells of their tables.
        among: only these people: column and value.
        covariates: numbers by country that the hub supplied.
    """

    outcome: Outcome
    shape: Declared
    among: Mapping[str, str] = field(default_factory=dict)
    covariates: Mapping[str, CountryValues] = field(default_factory=dict)

    @property
    def on(self) -> tuple[str, ...]:
        """The covariates by name."""
        return tuple(item.name for item in self.shape.terms)

    @property
    def words(self) -> str:
        """The model in one line.

        Such as ``child on education, gender (among gender=man)``.
        """
        among = ", ".join(f"{name}={value}" for name, value in self.among.items())
        return f"{self.outcome.name} on {', '.join(self.on)}" + (f" (among {among})" if among else "")

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The sides of the tables: the outcome, then a column each; covariates of one column joined by +."""
        sides = [Axis(self.outcome.name, ("yes", "no"))]
        for column, values in zip(self.shape.columns, self.shape.values, strict=True):
            names = [item.name for item in self.shape.terms if item.column == column]
            sides.append(Axis("+".join(names), tuple("+".join(map(_text, cell)) for cell in values)))
        return tuple(sides)

    def columns(self, carried: Iterable[str], standard: Standard) -> tuple[str, ...]:
        """The columns of a source that it takes to place a person in the tables."""
        people = _source(carried, standard)
        found = dict.fromkeys((*self.outcome.columns, *self.shape.columns, *self.among))
        for name in (*self.shape.columns, *self.among):
            if (group := standard.columns[name].group) is not None:
                found |= dict.fromkeys(group_flags(people, standard, group).values())
        return tuple(found)

    def count(self, people: ir.Table, standard: Standard) -> dict[Pair, Floats]:
        """The exact two-way tables, for the stage that adds the noise.

        Each person is in one cell of each table, or, where outcome or a covariate is not known, in none.
        """
        tests = [chosen(people, standard, name, value) for name, value in self.among.items()]
        found = count_patterns(people, standard, self.outcome, self.shape.terms, tests)
        return self.shape.tables(found.counts)

    def as_json(self) -> dict[str, Any]:
        """The model as the codebook of a release tells it: enough to read its tables without this program."""
        return {
            "outcome": self.outcome.name,
            "question": self.outcome.question,
            "yes": self.outcome.yes,
            "no": self.outcome.no,
            "among": dict(self.among),
            "on": [
                {
                    "name": item.name,
                    "title": item.title,
                    "column": item.column,
                    "categories": dict(item.labels),
                }
                for item in self.shape.terms
            ],
            "country_values": {
                name: {"source": given.source, "values": dict(given.values)}
                for name, given in self.covariates.items()
            },
            "axes": [{"name": side.name, "values": list(side.values)} for side in self.axes],
        }


def declare_model(
    standard: Standard,
    *,
    outcome: str,
    on: Sequence[str],
    carried: Iterable[str],
    among: Mapping[str, str] | None = None,
    covariates: Mapping[str, CountryValues] | None = None,
) -> DeclaredModel:
    """The model of these names, from public knowledge alone.

    Args:
        standard: what the columns mean.
        outcome: ``child`` or ``international``.
        on: the covariates: fields or flags with categories, ``income_level``, or a name in ``covariates``.
        carried: the columns of the release.
        among: only these people: column and value, as for `tabulate`.
        covariates: numbers by country of citizenship.

    Raises:
        TiphubError: a name is not known or the release does not carry it; a covariate is a number, or the
            outcome is made from it; or the covariates have too many combinations.
    """
    people, given = _source(carried, standard), dict(covariates or {})
    named = outcome_of(outcome, people)
    if not on:
        raise TiphubError("A model needs at least one covariate.", do="Name them under on.")
    if twice := [name for place, name in enumerate(on) if name in on[:place]]:
        raise TiphubError(f"The covariate {twice[0]} stands twice.")
    for name in given:
        if not _NAME.fullmatch(name):
            raise TiphubError(
                f"A covariate of the hub's own cannot be called {name!r}.",
                do="Use small letters, digits and _, and no name that the standard has.",
            )
    refuse_names(given, on, standard)
    terms = [term(name, people, standard, given) for name in on]
    if made := [item.name for item in terms if item.name in made_from(named, standard)]:
        raise TiphubError(f"The outcome {outcome} is made from {made[0]}, which therefore explains nothing.")
    for name, value in (among or {}).items():
        chosen(people, standard, name, value)
    shape = declare(terms, standard)
    _refuse_size(shape, on)
    return DeclaredModel(named, shape, dict(among or {}), given)


def _refuse_size(shape: Declared, on: Sequence[str]) -> None:
    for name, size in zip(shape.columns, shape.sizes[1:], strict=True):
        if not size:
            raise TiphubError(f"No value of {name} is known for every covariate that is read from it.")
        if size > MOST_VALUES:
            raise TiphubError(
                f"{name} would have {size:,} values in the model's tables; noise hides over {MOST_VALUES}.",
                do="Use income_level in its place." if name in on else "Round the values by country.",
            )
    if (patterns := prod(shape.sizes[1:])) > MOST_PATTERNS:
        sizes = ", ".join(f"{name} {size}" for name, size in zip(shape.columns, shape.sizes[1:], strict=True))
        raise TiphubError(
            f"The covariates have {patterns:,} combinations ({sizes}); a model can have {MOST_PATTERNS:,}.",
            do="Leave one out, or round the values by country.",
        )


def _source(carried: Iterable[str], standard: Standard) -> ir.Table:
    """A table with these columns and nobody in it: names are looked up in it."""
    kinds = {name: _TYPES.get(standard.columns[name].kind, "string") for name in carried}
    return ibis.table(kinds, name="people")


def _text(value: Value) -> str:
    """A category's code or a number, as it stands in the tables.

    >>> [_text(value) for value in ("Upper middle", 7.0, 6.5)]
    ['Upper middle', '7', '6.5']
    """
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
