"""People by covariate pattern, counted where the records lie: memory does not grow with them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from tiphub.evidence.columns import answers
from tiphub.evidence.models.outcomes import Outcome
from tiphub.evidence.models.terms import Term, Value
from tiphub.standard import Standard

Cell = tuple[Value, ...]
"""One value a covariate."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """How many people have each combination of the covariates, with and without the outcome.

    Attributes:
        counts: people with (first) and without (second) the outcome, by pattern; ``None`` in it is unknown.
        outcome_unknown: people whose outcome is not known; they are in no pattern.
        without_value: for each covariate that goes by country, the countries it has no value for.
    """

    counts: Mapping[Cell, tuple[float, float]]
    outcome_unknown: int
    without_value: Mapping[str, Mapping[str, int]]

    @property
    def people(self) -> int:
        """Everyone who was looked at."""
        return round(sum(yes + no for yes, no in self.counts.values())) + self.outcome_unknown


def count_patterns(
    table: ir.Table,
    standard: Standard,
    outcome: Outcome,
    terms: Sequence[Term],
    tests: Sequence[ir.BooleanValue] = (),
) -> Patterns:
    """Group the records by the columns of the covariates; the standard's domains bound how many groups."""
    rows = table.filter(*tests) if tests else table
    columns = list(dict.fromkeys(item.column for item in terms))
    first = {column: next(item for item in terms if item.column == column) for column in columns}
    flat = rows.select(
        outcome=outcome.of(rows, standard),
        **{f"key_{place}": answers(rows, standard, first[name].column) for place, name in enumerate(columns)},
    ).view()
    keys = [flat[f"key_{place}"] for place in range(len(columns))]
    found = flat.aggregate(count=flat.count(), by=[flat.outcome, *keys]).to_pyarrow().to_pylist()
    counts: dict[Cell, tuple[float, float]] = {}
    lacking: dict[str, Counter[str]] = {item.name: Counter() for item in terms if item.of is not None}
    unknown = 0
    for row in found:
        if row["outcome"] is None:
            unknown += row["count"]
            continue
        given = {name: row[f"key_{place}"] for place, name in enumerate(columns)}
        cell = tuple(item.value(given[item.column]) for item in terms)
        yes, no = counts.get(cell, (0, 0))
        counts[cell] = (yes + row["count"], no) if row["outcome"] else (yes, no + row["count"])
        for item, value in zip(terms, cell, strict=True):
            if value is None and item.name in lacking and given[item.column] is not None:
                lacking[item.name][given[item.column]] += row["count"]
    return Patterns(counts, unknown, lacking)
